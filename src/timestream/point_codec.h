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

// They look into the bytes and at the arrays here. Only moved.
struct DecodedPoints {
  DecodedPoints() = default;
  DecodedPoints(DecodedPoints&&) = default;
  DecodedPoints& operator=(DecodedPoints&&) = default;

  std::vector<Point> points;
  std::vector<std::vector<Dimension>> sets;
  std::vector<std::vector<Measure>> measures;  // of shapes, then of points
};
// Errors: corrupt; unsupported when a newer Levada wrote them.
Result<DecodedPoints> decode_points(ByteView bytes);

}  // namespace levada::timestream
