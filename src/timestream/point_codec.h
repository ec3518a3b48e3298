#pragma once
// Points as bytes in a table's log (docs/formats/timestream.md): one entry a request, what was
// accepted of it, in order.

#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "timestream/point.h"

namespace levada::timestream {

Buffer encode_points(std::span<const Point* const> points);
// Errors: corrupt; unsupported when a newer Levada wrote them.
Result<std::vector<Point>> decode_points(ByteView bytes);

}  // namespace levada::timestream
