#pragma once
// A point: what one record says when common attributes are merged in and texts are read.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace levada::timestream {

enum class MeasureType : std::uint8_t { real, bigint, varchar, boolean, timestamp };

// "double" and the like, as DESCRIBE prints them.
std::string_view name_of(MeasureType type);

// One value: the bits of a double, a number, 0 or 1, nanoseconds; or text.
struct Measure {
  std::string name;  // of a single measure "measure_value::double" and the like
  MeasureType type = MeasureType::real;
  std::int64_t bits = 0;
  std::string text;
  friend bool operator==(const Measure&, const Measure&) = default;
};

struct Dimension {
  std::string name, value;
  friend auto operator<=>(const Dimension&, const Dimension&) = default;
};

struct Point {
  std::vector<Dimension> dimensions;  // in the order of the request
  std::string measure_name;
  std::int64_t time = 0;  // nanoseconds since 1970
  std::int64_t version = 1;
  bool multi = false;
  std::vector<Measure> measures;  // one, or those of a MULTI record
};

}  // namespace levada::timestream
