#pragma once
// Json: jsonb as canonical text, and what its operators need. Canonical: keys of an object once and
// sorted bytewise, one blank behind ',' and ':', numbers as RisingWave keeps them: whole ones of 64
// bits, the others doubles. Equal values have equal text.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/decimal.h"
#include "query/type.h"

namespace levada::query {

inline constexpr int json_depth_max = 256;

struct Json {
  enum class Kind : std::uint8_t { null, boolean, number, text, list, object };
  Kind kind = Kind::null;
  bool boolean = false;
  std::string text = {};  // of a string; of a number its digits
  std::vector<Json> items = {};
  std::vector<std::pair<std::string, Json>> members = {};

  static std::optional<Json> parse(std::string_view text);
  static Json of_text(std::string_view value);
  static Json of_number(std::string digits);
  static Json of_real(double value);  // finite
  static Json of_boolean(bool value);

  const Json* member(std::string_view name) const;
  const Json* item(std::int64_t index) const;  // negative: from the end
  void put(std::string name, Json value);      // keeps the order of keys
  bool contains(const Json& other) const;      // @>
  void append_text(std::string& out) const;
  std::string canonical() const {
    std::string out;
    append_text(out);
    return out;
  }
  std::string_view type_name() const;
};

void append_json_string(std::string_view text, std::string& out);
// A finite one as Rust's ryu prints it, and so RisingWave: 1.0, 1e16, 1.234e-7.
void append_json_real(double value, std::string& out);

// The JSON of any SQL value (to_jsonb); NULL gives null.
Json json_of(const Type& type, const Datum& datum);

}  // namespace levada::query
