#pragma once
// A point: what one record says when common attributes are merged in and texts are read. Points
// look into the request or the log entry that they came from, and at arrays beside them: a request
// of a thousand values costs no allocation for any of them.

#include <cstdint>
#include <span>
#include <string_view>

namespace levada::timestream {

enum class MeasureType : std::uint8_t { real, bigint, varchar, boolean, timestamp };

// "double" and the like, as DESCRIBE prints them.
std::string_view name_of(MeasureType type);

// One value: the bits of a double, a number, 0 or 1, nanoseconds; or text.
struct Measure {
  std::string_view name;  // of a single measure "measure_value::double" and the like
  MeasureType type = MeasureType::real;
  std::int64_t bits = 0;
  std::string_view text = {};
  friend bool operator==(const Measure&, const Measure&) = default;
};

struct Dimension {
  std::string_view name, value;
  friend auto operator<=>(const Dimension&, const Dimension&) = default;
};

struct Point {
  std::span<const Dimension> dimensions;  // in the order of the request
  std::string_view measure_name;
  std::int64_t time = 0;  // nanoseconds since 1970
  std::int64_t version = 1;
  bool multi = false;
  std::span<const Measure> measures;  // one, or those of a MULTI record by name
  // Points of one request whose shapes are alike, and not 0, have measures of the same names and
  // types.
  std::uint32_t shape = 0;
};

}  // namespace levada::timestream
