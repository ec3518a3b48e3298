#pragma once
// What UNLOAD compresses with: whole texts and pages in the gzip format.

#include "base/bytes.h"
#include "base/result.h"

namespace levada::timestream {

// Errors: unavailable.
Result<Buffer> gzipped(ByteView plain);

}  // namespace levada::timestream
