#pragma once
// What UNLOAD compresses with, and its reader: whole texts and pages in the gzip format.

#include "base/bytes.h"
#include "base/result.h"

namespace levada::timestream {

// Errors: unavailable.
Result<Buffer> gzipped(ByteView plain);
// What was compressed had just that size. Errors: corrupt.
Result<Buffer> ungzipped(ByteView compressed, std::size_t size);

}  // namespace levada::timestream
