#include "query/type_size.h"

#include <algorithm>
#include <vector>

#include "base/attempt.h"
#include "query/function_table.h"

namespace levada::query {

namespace {

// PostgreSQL 15's limits (numeric.h, htup_details.h) and its form of a modifier.
constexpr int precision_max = 1000;
constexpr int scale_size_max = 1000;
constexpr int characters_max = 10485760;
constexpr int fraction_max = 6;
constexpr std::int32_t header = 4;  // VARHDRSZ, which modifiers of text and numeric contain

int characters_of(const TypeSize& size) { return size.modifier - header; }
int precision_of(const TypeSize& size) { return (size.modifier - header) >> 16 & 0xFFFF; }
int scale_of(const TypeSize& size) {  // 11 bits with a sign
  return (((size.modifier - header) & 0x7FF) ^ 1024) - 1024;
}

bool has_fraction(TypeKind kind) {
  return kind == TypeKind::time || kind == TypeKind::timestamp || kind == TypeKind::timestamptz;
}

tl::unexpected<SqlError> wrong_size(std::string message) {
  return refuse(sqlstate::invalid_parameter_value, std::move(message));
}

SqlResult<std::int32_t> numeric_modifier(std::span<const int> numbers) {
  if (numbers.size() > 2) return wrong_size("invalid NUMERIC type modifier");
  const int precision = numbers[0], scale = numbers.size() > 1 ? numbers[1] : 0;
  if (precision < 1 || precision > precision_max)
    return wrong_size("NUMERIC precision " + std::to_string(precision) +
                      " must be between 1 and 1000");
  if (scale < -scale_size_max || scale > scale_size_max)
    return wrong_size("NUMERIC scale " + std::to_string(scale) + " must be between -1000 and 1000");
  return ((precision << 16) | (scale & 0x7FF)) + header;
}

// The bytes of the first `count` characters; the whole text if it has no more.
std::size_t bytes_of(std::string_view text, int count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && count-- == 0) break;
  return at;
}

Datum sized_text(Evaluation& evaluation, const TypeSize& size, bool is_explicit,
                 const Datum& value) {
  std::string_view text = value.text();
  if (size.modifier != -1) {
    const std::size_t kept = bytes_of(text, characters_of(size));
    if (!is_explicit && text.find_first_not_of(' ', kept) != std::string_view::npos)
      return evaluation.fail(sqlstate::string_data_right_truncation,
                             "value too long for type " + sized_name(TypeKind::varchar, size));
    text = text.substr(0, kept);
  }
  if (size.is_char) text = text.substr(0, text.find_last_not_of(' ') + 1);
  return Datum::of(text);
}

Datum sized_numeric(Evaluation& evaluation, const TypeSize& size, const Datum& value) {
  const int precision = precision_of(size), scale = scale_of(size);
  const auto overflow = [&](std::string_view what) {
    SqlError error;
    error.sqlstate = sqlstate::numeric_value_out_of_range;
    error.message = "numeric field overflow";
    error.detail = "A field with precision " + std::to_string(precision) + ", scale " +
                   std::to_string(scale) + " " + std::string(what);
    return evaluation.fail(std::move(error));
  };
  const Decimal given = Decimal::of(value);
  if (given.is_special())
    return given.is_nan() ? value : overflow("cannot hold an infinite value.");
  const auto rounded = round(given, scale);
  if (!rounded) return out_of_range(evaluation, "numeric");
  const auto limit = Decimal::parse("1e" + std::to_string(precision - scale));
  const Decimal size_of_it = rounded->is_negative() ? negate(*rounded) : *rounded;
  if (!limit || compare(size_of_it, *limit) < 0) return evaluation.decimal(*rounded);
  return overflow("must round to an absolute value less than " +
                  (precision == scale ? "1" : "10^" + std::to_string(precision - scale)) + ".");
}

Datum sized_moment(const TypeSize& size, const Datum& value) {
  std::int64_t step = 1;
  for (int digits = size.modifier; digits < fraction_max; ++digits) step *= 10;
  const std::int64_t rest = ((value.integer % step) + step) % step;
  const std::int64_t below = value.integer - rest;
  return Datum::of(rest * 2 >= step && step > 1 ? below + step : below);
}

// What a cast to numeric(10, 2) calls: the value, the size, whether it was written as a cast.
Datum sized_value(Evaluation& evaluation, const CallSite& site, std::span<const Datum> a) {
  const TypeSize size{static_cast<std::int32_t>(a[1].integer), a[2].boolean()};
  return sized(evaluation, site.arguments[0], size, a[3].boolean(), a[0]);
}

constinit const Function type_size_rows[] = {
    {"sized",
     {TypeKind::any_element, TypeKind::int4, TypeKind::boolean, TypeKind::boolean},
     TypeKind::any_element,
     sized_value},
};

}  // namespace

std::span<const Function> size_functions() { return type_size_rows; }

SqlResult<TypeSize> size_of_type(std::string_view name, const Type& type,
                                 std::span<const int> numbers) {
  if (type.is(TypeKind::list)) return size_of_type(name, type.element(), numbers);
  TypeSize size;
  const bool is_bpchar = name == "bpchar";
  size.is_char = is_bpchar || name == "char" || name == "character" || name == "nchar";
  if (numbers.empty()) {
    if (size.is_char && !is_bpchar) size.modifier = 1 + header;
    return size;
  }
  if (type.is(TypeKind::numeric)) {
    size.modifier = ATTEMPT(numeric_modifier(numbers));
  } else if (size.is_char || name == "varchar" || name.ends_with("varying")) {
    const std::string word = size.is_char ? "char" : "varchar";
    if (numbers.size() > 1) return wrong_size("invalid type modifier");
    if (numbers[0] < 1) return wrong_size("length for type " + word + " must be at least 1");
    if (numbers[0] > characters_max)
      return wrong_size("length for type " + word + " cannot exceed 10485760");
    size.modifier = numbers[0] + header;
  } else if (has_fraction(type.kind())) {
    size.modifier = std::min(numbers[0], fraction_max);
  } else if (!type.is(TypeKind::interval) && !type.is_float()) {
    return refuse(sqlstate::syntax_error,
                  "type modifier is not allowed for type \"" + std::string(name) + "\"");
  }
  return size;
}

Datum sized(Evaluation& evaluation, const Type& type, const TypeSize& size, bool is_explicit,
            const Datum& value) {
  switch (type.kind()) {
    case TypeKind::varchar:
      return sized_text(evaluation, size, is_explicit, value);
    case TypeKind::numeric:
      return size.modifier == -1 ? value : sized_numeric(evaluation, size, value);
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      return size.modifier == -1 ? value : sized_moment(size, value);
    case TypeKind::list: {
      std::vector<Datum> parts;
      for (const Datum& part : value.list())
        parts.push_back(
            part.is_null() ? part : sized(evaluation, type.element(), size, is_explicit, part));
      return evaluation.list(parts);
    }
    default:
      return value;
  }
}

std::string sized_name(const Type& type, const TypeSize& size) {
  if (type.is(TypeKind::list)) return sized_name(type.element(), size) + "[]";
  if (size.is_char)
    return size.modifier == -1 ? "bpchar"
                               : "character(" + std::to_string(characters_of(size)) + ")";
  std::string name = type.name();
  if (size.modifier == -1) return name;
  if (type.is(TypeKind::numeric))
    return name + "(" + std::to_string(precision_of(size)) + "," + std::to_string(scale_of(size)) +
           ")";
  if (type.is(TypeKind::varchar)) return name + "(" + std::to_string(characters_of(size)) + ")";
  if (has_fraction(type.kind()))
    return name.insert(name.find(' '), "(" + std::to_string(size.modifier) + ")");
  return name;
}

std::int64_t sized_oid(const Type& type, const TypeSize& size) {
  constexpr std::int64_t bpchar_oid = 1042, bpchar_list_oid = 1014;
  if (!size.is_char) return type.oid();
  return type.is(TypeKind::list) ? bpchar_list_oid : bpchar_oid;
}

SizeFacts size_facts(const Type& type, const TypeSize& size) {
  SizeFacts facts;
  const bool any = size.modifier == -1;
  switch (type.kind()) {
    case TypeKind::varchar:
      if (!any) facts.characters = characters_of(size);
      break;
    case TypeKind::numeric:
      if (!any) facts = {-1, precision_of(size), scale_of(size), -1};
      break;
    case TypeKind::int2:
      facts = {-1, 16, 0, -1};
      break;
    case TypeKind::int4:
      facts = {-1, 32, 0, -1};
      break;
    case TypeKind::int8:
      facts = {-1, 64, 0, -1};
      break;
    case TypeKind::float4:
      facts.precision = 24;
      break;
    case TypeKind::float8:
      facts.precision = 53;
      break;
    case TypeKind::date:
      facts.fraction = 0;
      break;
    case TypeKind::interval:
      facts.fraction = fraction_max;
      break;
    default:
      if (has_fraction(type.kind())) facts.fraction = any ? fraction_max : size.modifier;
  }
  return facts;
}

}  // namespace levada::query
