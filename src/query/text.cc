#include "query/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/ascii.h"
#include "query/calendar.h"
#include "query/decimal.h"
#include "query/int256.h"
#include "query/interval.h"
#include "query/json.h"
#include "query/text_list.h"
#include "query/vector.h"

namespace levada::query {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n\f\v");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n\f\v") - first + 1);
}

namespace {

// The text with 9 for each run of digits: what is written like a date or a time but is none has a
// field out of range.
bool is_shaped_like(const Type& type, std::string_view text) {
  std::string shape;
  for (const char c : trimmed(text))
    if (c < '0' || c > '9')
      shape += c == 'T' ? ' ' : c;
    else if (shape.empty() || shape.back() != '9')
      shape += '9';
  constexpr std::string_view moments[] = {"9-9-9", "9-9-9 9:9", "9-9-9 9:9:9", "9-9-9 9:9:9.9"};
  constexpr std::string_view times[] = {"9:9", "9:9:9", "9:9:9.9"};
  const auto is_one_of = [&](const auto& shapes) {
    return std::find(std::begin(shapes), std::end(shapes), shape) != std::end(shapes);
  };
  return type.is(TypeKind::time) ? is_one_of(times) : is_one_of(moments);
}

tl::unexpected<SqlError> malformed(const Type& type, std::string_view text) {
  const bool moment = type.is(TypeKind::date) || type.is(TypeKind::time) ||
                      type.is(TypeKind::timestamp) || type.is(TypeKind::timestamptz);
  if (moment && is_shaped_like(type, text))
    return refuse(sqlstate::datetime_field_overflow,
                  "date/time field value out of range: \"" + std::string(text) + "\"");
  const bool time = moment || type.is(TypeKind::interval);
  std::string name = type.name();
  if (type.is(TypeKind::jsonb)) name = "json";
  if (type.is(TypeKind::time)) name = "time";
  if (type.is(TypeKind::timestamp)) name = "timestamp";
  return refuse(time ? sqlstate::invalid_datetime_format : sqlstate::invalid_text_representation,
                "invalid input syntax for type " + name + ": \"" + std::string(text) + "\"");
}

// ryu's digits as RisingWave shows them to clients: shortest, "1e+16", no ".0".
template <class Float>
void append_float(Float value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-Infinity" : "Infinity";
    return;
  }
  if (value == 0) {
    out += std::signbit(value) ? "-0" : "0";
    return;
  }
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  const std::string_view written(text, static_cast<std::size_t>(end.ptr - text));
  const std::size_t e = written.find('e');
  int exponent = 0;
  const std::size_t number = written[e + 1] == '+' ? e + 2 : e + 1;
  std::from_chars(written.data() + number, written.data() + written.size(), exponent);
  // Where PostgreSQL's shortest output changes to exponents: 15 digits for float8, 6 for float4.
  constexpr int exponent_max = sizeof(Float) == 8 ? 15 : 6;
  if (exponent >= -4 && exponent < exponent_max) {
    const auto fixed = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed);
    out.append(text, fixed.ptr);
  } else {
    out.append(written);  // C's form is PostgreSQL's: 1e+16, 1e-06
  }
}

SqlResult<Value> read_integer(const Type& type, std::string_view text, std::int64_t lowest,
                              std::int64_t highest) {
  std::string_view digits = trimmed(text);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t value = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = !digits.empty() && end.ptr == digits.data() + digits.size();
  if (!whole || end.ec == std::errc::invalid_argument) return malformed(type, text);
  if (end.ec == std::errc::result_out_of_range || value < lowest || value > highest)
    return refuse(sqlstate::numeric_value_out_of_range,
                  "value \"" + std::string(text) + "\" is out of range for type " + type.name());
  return Value(Datum::of(value));
}

SqlResult<Value> read_boolean(const Type& type, std::string_view text) {
  const std::string_view word = trimmed(text);
  constexpr std::string_view yes[] = {"true", "t", "yes", "y", "on", "1", "tru", "tr", "ye"};
  constexpr std::string_view no[] = {"false", "f",    "no",  "n",  "off",
                                     "0",     "fals", "fal", "fa", "of"};
  for (const auto candidate : yes)
    if (same_word(word, candidate)) return Value(Datum::of(true));
  for (const auto candidate : no)
    if (same_word(word, candidate)) return Value(Datum::of(false));
  return malformed(type, text);
}

SqlResult<Value> read_float(const Type& type, std::string_view text) {
  std::string_view digits = trimmed(text);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double value = 0;
  if (same_word(digits, "nan")) return Value(Datum::of(std::numeric_limits<double>::quiet_NaN()));
  if (same_word(digits, "infinity") || same_word(digits, "inf"))
    return Value(Datum::of(std::numeric_limits<double>::infinity()));
  if (same_word(digits, "-infinity") || same_word(digits, "-inf"))
    return Value(Datum::of(-std::numeric_limits<double>::infinity()));
  std::from_chars_result end{};
  if (type.is(TypeKind::float4)) {
    float single = 0;
    end = std::from_chars(digits.data(), digits.data() + digits.size(), single);
    value = static_cast<double>(single);
  } else {
    end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  }
  if (digits.empty() || end.ec == std::errc::invalid_argument ||
      end.ptr != digits.data() + digits.size())
    return malformed(type, text);
  if (end.ec == std::errc::result_out_of_range)
    return refuse(sqlstate::numeric_value_out_of_range,
                  "\"" + std::string(text) + "\" is out of range for type " + type.name());
  return Value(Datum::of(value));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

SqlResult<Value> read_bytea(std::string_view text) {
  std::string bytes;
  if (text.starts_with("\\x")) {
    int high = -1;
    for (const char c : text.substr(2)) {
      if (c == ' ' || c == '\n' || c == '\t') continue;
      const int digit = hex_digit(c);
      if (digit < 0)
        return refuse(sqlstate::invalid_parameter_value,
                      std::string("invalid hexadecimal digit: \"") + c + "\"");
      if (high < 0) {
        high = digit;
      } else {
        bytes += static_cast<char>(high << 4 | digit);
        high = -1;
      }
    }
    if (high >= 0)
      return refuse(sqlstate::invalid_parameter_value,
                    "invalid hexadecimal data: odd number of digits");
    return Value(Datum::of(std::string_view(bytes)));
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '\\') {
      bytes += text[++i];
    } else if (i + 3 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '3' &&
               text[i + 2] >= '0' && text[i + 2] <= '7' && text[i + 3] >= '0' &&
               text[i + 3] <= '7') {
      bytes += static_cast<char>((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 |
                                 (text[i + 3] - '0'));
      i += 3;
    } else {
      return refuse(sqlstate::invalid_text_representation, "invalid input syntax for type bytea");
    }
  }
  return Value(Datum::of(std::string_view(bytes)));
}

SqlResult<Value> read_moment(const Type& type, std::string_view text, const TextStyle& style) {
  std::optional<std::int64_t> value;
  switch (type.kind()) {
    case TypeKind::date:
      value = parse_date(text);
      break;
    case TypeKind::time:
      value = parse_time(text);
      break;
    case TypeKind::timestamp:
      value = parse_timestamp(text);
      break;
    default:
      value = parse_timestamptz(text, style.time_zone);
      break;
  }
  if (!value) return malformed(type, text);
  return Value(Datum::of(*value));
}

}  // namespace

void append_text(const Type& type, const Datum& datum, const TextStyle& style, std::string& out) {
  CHECK(!datum.is_null());
  switch (type.kind()) {
    case TypeKind::boolean:
      out += datum.boolean() ? 't' : 'f';
      return;
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8:
    case TypeKind::serial: {
      char digits[24];
      out.append(digits, std::to_chars(digits, digits + sizeof digits, datum.integer).ptr);
      return;
    }
    case TypeKind::float4:
      append_float(static_cast<float>(datum.real), out);
      return;
    case TypeKind::float8:
      append_float(datum.real, out);
      return;
    case TypeKind::numeric:
      Decimal::of(datum).append_text(out);
      return;
    case TypeKind::bytea: {
      constexpr char digits[] = "0123456789abcdef";
      out += "\\x";
      for (const char c : datum.text()) {
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
      }
      return;
    }
    case TypeKind::date:
      append_date(datum.integer, out);
      return;
    case TypeKind::time:
      append_time(datum.integer, out);
      return;
    case TypeKind::timestamp:
      append_timestamp(datum.integer, out);
      return;
    case TypeKind::timestamptz:
      append_timestamptz(datum.integer, style.time_zone, out);
      return;
    case TypeKind::interval:
      append_text(*datum.interval, out);
      return;
    case TypeKind::int256:
      append_int256(datum.bytes, out);
      return;
    case TypeKind::list:
      append_list_text(type, datum, style, out);
      return;
    case TypeKind::structure:
      append_structure_text(type, datum, style, out);
      return;
    case TypeKind::map:
      append_map_text(type, datum, style, out);
      return;
    case TypeKind::vector:
      append_vector_text(datum, out);
      return;
    default:
      out += datum.text();
      return;
  }
}

std::string to_text(const Type& type, const Datum& datum, const TextStyle& style) {
  std::string out;
  append_text(type, datum, style, out);
  return out;
}

SqlResult<Value> from_text(const Type& type, std::string_view text, const TextStyle& style) {
  switch (type.kind()) {
    case TypeKind::boolean:
      return read_boolean(type, text);
    case TypeKind::int2:
      return read_integer(type, text, std::numeric_limits<std::int16_t>::min(),
                          std::numeric_limits<std::int16_t>::max());
    case TypeKind::int4:
      return read_integer(type, text, std::numeric_limits<std::int32_t>::min(),
                          std::numeric_limits<std::int32_t>::max());
    case TypeKind::int8:
    case TypeKind::serial:
      return read_integer(type, text, std::numeric_limits<std::int64_t>::min(),
                          std::numeric_limits<std::int64_t>::max());
    case TypeKind::float4:
    case TypeKind::float8:
      return read_float(type, text);
    case TypeKind::numeric: {
      const auto decimal = Decimal::parse(text);
      if (!decimal) return malformed(type, text);
      alignas(16) Int128 storage = 0;
      return Value(decimal_datum(*decimal, storage));
    }
    case TypeKind::bytea:
      return read_bytea(text);
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      return read_moment(type, text, style);
    case TypeKind::interval: {
      const auto interval = parse_interval(text);
      if (!interval) return malformed(type, text);
      return Value(Datum::of(&*interval));
    }
    case TypeKind::jsonb: {
      const auto json = Json::parse(text);
      if (!json) return malformed(type, text);
      return Value(Datum::of(std::string_view(json->canonical())));
    }
    case TypeKind::int256: {
      char bytes[32];
      if (!parse_int256(trimmed(text), bytes)) return malformed(type, text);
      return Value(int256_datum(bytes));
    }
    case TypeKind::list:
      return list_from_text(type, text, style);
    case TypeKind::structure:
      return structure_from_text(type, text, style);
    case TypeKind::map:
      return refuse(sqlstate::feature_not_supported,
                    "a map is not read from text; use MAP{…} or jsonb_populate_map");
    case TypeKind::vector:
      return vector_from_text(type, text);
    default:
      return Value(Datum::of(text));
  }
}

}  // namespace levada::query
