#include "postgres/binary_value.h"

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "base/endian.h"
#include "base/utf8.h"
#include "query/text.h"
#include "query/vector.h"

namespace levada::postgres {
namespace {

using query::Datum;
using query::Interval;
using query::SqlResult;
using query::Type;
using query::TypeKind;
using query::Value;

constexpr std::int64_t micros_to_2000 = 946'684'800'000'000;  // 1970-01-01 to 2000-01-01
constexpr std::int32_t days_to_2000 = 10'957;
constexpr std::uint32_t null_size = ~0u;
constexpr std::byte jsonb_version{1};
constexpr std::size_t dimensions_max = 6;  // MAXDIM of PostgreSQL

// The header of a numeric (numeric.c): digits to the base of 10,000.
constexpr int numeric_digit_size = 4;
constexpr std::uint16_t numeric_negative = 0x4000;
constexpr std::uint16_t numeric_nan = 0xC000;
constexpr std::uint16_t numeric_infinity = 0xD000;
constexpr std::uint16_t numeric_minus_infinity = 0xF000;

template <class T>
void put(Buffer& out, T value) {
  const std::size_t at = out.size();
  out.resize(at + sizeof value);
  store_be(out.data() + at, static_cast<std::make_unsigned_t<T>>(value));
}

void put_text(Buffer& out, std::string_view text) {
  const ByteView bytes = as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// Writes the length of what `fill` appends in front of it.
template <class Fill>
void put_sized(Buffer& out, const Fill& fill) {
  const std::size_t at = out.size();
  out.resize(at + sizeof(std::uint32_t));
  fill();
  store_be(out.data() + at, static_cast<std::uint32_t>(out.size() - at - sizeof(std::uint32_t)));
}

void put_numeric(Buffer& out, std::string_view text) {
  if (text == "NaN" || text == "Infinity" || text == "-Infinity") {
    put(out, std::uint32_t{0});
    put(out, text == "NaN"        ? numeric_nan
             : text == "Infinity" ? numeric_infinity
                                  : numeric_minus_infinity);
    return put(out, std::uint16_t{0});
  }
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string whole(text.substr(0, point));
  std::string fraction(point < text.size() ? text.substr(point + 1) : std::string_view());
  const auto scale = static_cast<std::uint16_t>(fraction.size());
  whole.insert(0, (numeric_digit_size - whole.size() % numeric_digit_size) % numeric_digit_size,
               '0');
  fraction.append((numeric_digit_size - fraction.size() % numeric_digit_size) % numeric_digit_size,
                  '0');
  const std::string all = whole + fraction;
  std::vector<std::uint16_t> digits;
  for (std::size_t at = 0; at < all.size(); at += numeric_digit_size)
    digits.push_back(static_cast<std::uint16_t>(std::stoi(all.substr(at, numeric_digit_size))));
  int weight = static_cast<int>(whole.size()) / numeric_digit_size - 1;
  std::size_t first = 0;
  for (; first < digits.size() && digits[first] == 0; ++first) --weight;
  while (digits.size() > first && digits.back() == 0) digits.pop_back();
  if (first == digits.size()) weight = 0;
  put(out, static_cast<std::uint16_t>(digits.size() - first));
  put(out, static_cast<std::int16_t>(weight));
  put(out, negative && first < digits.size() ? numeric_negative : std::uint16_t{0});
  put(out, scale);
  for (; first < digits.size(); ++first) put(out, digits[first]);
}

// The sizes of the dimensions of a list of lists; empty when it is not rectangular.
std::vector<std::uint32_t> dimensions(const Type& type, const Datum& list) {
  std::vector<std::uint32_t> sizes{list.size};
  if (!type.element().is(TypeKind::list) || list.size == 0) return sizes;
  std::vector<std::uint32_t> inner;
  for (const Datum& item : list.list()) {
    if (item.is_null()) return {};
    std::vector<std::uint32_t> here = dimensions(type.element(), item);
    if (here.empty() || (!inner.empty() && here != inner)) return {};
    inner = std::move(here);
  }
  sizes.insert(sizes.end(), inner.begin(), inner.end());
  return sizes;
}

void put_elements(Buffer& out, const Type& type, const Datum& list, bool& has_null) {
  for (const Datum& item : list.list()) {
    if (type.element().is(TypeKind::list)) {
      put_elements(out, type.element(), item, has_null);
    } else if (item.is_null()) {
      has_null = true;
      put(out, null_size);
    } else {
      put_sized(out, [&] { append_binary(type.element(), item, out); });
    }
  }
}

void put_list(Buffer& out, const Type& type, const Datum& list) {
  Type innermost = type.element();
  while (innermost.is(TypeKind::list)) innermost = Type(innermost.element());
  std::vector<std::uint32_t> sizes;
  if (list.size > 0) sizes = dimensions(type, list);
  put(out, static_cast<std::uint32_t>(sizes.size()));
  const std::size_t flag_at = out.size();
  put(out, std::uint32_t{0});
  put(out, innermost.oid());
  for (const std::uint32_t size : sizes) {
    put(out, size);
    put(out, std::uint32_t{1});  // the lower bound
  }
  bool has_null = false;
  if (!sizes.empty()) put_elements(out, type, list, has_null);
  store_be(out.data() + flag_at, std::uint32_t{has_null});
}

void put_record(Buffer& out, const Type& type, const Datum& record) {
  const auto& fields = type.fields();
  put(out, static_cast<std::uint32_t>(fields.size()));
  for (std::size_t n = 0; n < fields.size(); ++n) {
    put(out, fields[n].type.oid());
    const Datum& datum = record.list()[n];
    if (datum.is_null())
      put(out, null_size);
    else
      put_sized(out, [&] { append_binary(fields[n].type, datum, out); });
  }
}

tl::unexpected<query::SqlError> bad_binary(const Type& type) {
  return query::refuse("22P03", "incorrect binary data format for type " + type.name());
}

template <class T>
SqlResult<T> integer_of(const Type& type, ByteView bytes) {
  if (bytes.size() != sizeof(T)) return bad_binary(type);
  return static_cast<T>(load_be<std::make_unsigned_t<T>>(bytes.data()));
}

SqlResult<std::string_view> text_of(ByteView bytes) {
  const std::string_view text = as_text(bytes);
  if (text.find('\0') != text.npos)
    return query::refuse("22021", "invalid byte sequence for encoding \"UTF8\": 0x00");
  if (!is_valid_utf8(text))
    return query::refuse("22021", "invalid byte sequence for encoding \"UTF8\"");
  return text;
}

SqlResult<Value> numeric_of(const Type& type, ByteView bytes) {
  if (bytes.size() < 8) return bad_binary(type);
  const auto word = [&](std::size_t n) { return load_be<std::uint16_t>(bytes.data() + 2 * n); };
  const std::size_t count = word(0);
  const auto weight = static_cast<std::int16_t>(word(1));
  const std::uint16_t sign = word(2);
  const std::uint16_t scale = word(3);
  if (sign == numeric_nan) return query::from_text(type, "NaN");
  if (sign == numeric_infinity) return query::from_text(type, "Infinity");
  if (sign == numeric_minus_infinity) return query::from_text(type, "-Infinity");
  constexpr int weight_max = 100;  // 400 digits: far beyond what a value here can hold
  constexpr std::uint16_t scale_max = 1000;
  if ((sign != 0 && sign != numeric_negative) || bytes.size() != 8 + 2 * count ||
      scale > scale_max || weight < -scale_max)
    return bad_binary(type);
  if (weight > weight_max) return query::refuse("22003", "value overflows numeric format");
  std::string whole;
  std::string fraction;
  const auto digit = [&](int power) {  // of 10,000^power
    const int n = weight - power;
    return n >= 0 && n < static_cast<int>(count) ? word(4 + static_cast<std::size_t>(n))
                                                 : std::uint16_t{0};
  };
  const auto append = [](std::string& to, std::uint16_t value) {
    std::string four = std::to_string(value);
    to.append(numeric_digit_size - four.size(), '0').append(four);
  };
  for (std::size_t n = 0; n < count; ++n)
    if (word(4 + n) > 9999) return bad_binary(type);
  for (int power = weight; power >= 0; --power) append(whole, digit(power));
  for (int power = -1; fraction.size() < scale; --power) append(fraction, digit(power));
  fraction.resize(scale);
  std::string text = sign == numeric_negative ? "-" : "";
  text += whole.empty() ? "0" : whole;
  if (!fraction.empty()) text += "." + fraction;
  return query::from_text(type, text);
}

// Takes sizes and items off the front of a list's body.
class Items {
 public:
  explicit Items(ByteView rest) : rest_(rest) {}
  bool take(std::uint32_t& value) {
    if (rest_.size() < sizeof value) return false;
    value = load_be<std::uint32_t>(rest_.data());
    rest_ = rest_.subspan(sizeof value);
    return true;
  }
  bool take(std::size_t size, ByteView& bytes) {
    if (rest_.size() < size) return false;
    bytes = rest_.first(size);
    rest_ = rest_.subspan(size);
    return true;
  }
  std::size_t left() const { return rest_.size(); }

 private:
  ByteView rest_;
};

SqlResult<Value> list_of(const Type& type, Items& items, std::span<const std::uint32_t> sizes) {
  std::vector<Value> values;
  for (std::uint32_t n = 0; n < sizes.front(); ++n) {
    if (sizes.size() > 1) {
      values.push_back(ATTEMPT(list_of(type.element(), items, sizes.subspan(1))));
      continue;
    }
    std::uint32_t size = 0;
    ByteView bytes;
    if (!items.take(size)) return bad_binary(type);
    if (size == null_size) {
      values.emplace_back();
      continue;
    }
    if (!items.take(size, bytes)) return bad_binary(type);
    values.push_back(ATTEMPT(read_binary(type.element(), bytes)));
  }
  std::vector<Datum> data;
  for (const Value& value : values) data.push_back(value.datum());
  return Value(Datum::of(std::span<const Datum>(data)));
}

SqlResult<Value> array_of(const Type& type, ByteView bytes) {
  Items items(bytes);
  std::uint32_t count = 0;
  std::uint32_t has_null = 0;
  std::uint32_t element = 0;
  if (!items.take(count) || !items.take(has_null) || !items.take(element) || count > dimensions_max)
    return bad_binary(type);
  if (count == 0) return Value(Datum::of(std::span<const Datum>()));
  std::size_t depth = 0;
  for (Type at = type; at.is(TypeKind::list); at = Type(at.element())) ++depth;
  if (depth != count) return query::refuse("2202E", "wrong number of array dimensions");
  std::vector<std::uint32_t> sizes;
  std::size_t whole = 1;
  for (std::uint32_t n = 0; n < count; ++n) {
    std::uint32_t size = 0;
    std::uint32_t lower = 0;
    if (!items.take(size) || !items.take(lower)) return bad_binary(type);
    whole *= size;
    if (whole > items.left()) return bad_binary(type);  // an item has a length of four bytes
    sizes.push_back(size);
  }
  Value value = ATTEMPT(list_of(type, items, sizes));
  if (items.left() > 0) return bad_binary(type);
  return value;
}

// As pgvector has them: how many elements, nothing, the elements.
void put_vector(Buffer& out, const Datum& datum) {
  const std::vector<float> elements = query::floats_of_vector(datum);
  put(out, static_cast<std::int16_t>(elements.size()));
  put(out, std::int16_t{0});
  for (const float element : elements) put(out, std::bit_cast<std::uint32_t>(element));
}

SqlResult<Value> vector_of(const Type& type, ByteView bytes) {
  constexpr std::size_t head = 4, each = sizeof(float);
  if (bytes.size() < head || bytes.size() != head + each * load_be<std::uint16_t>(bytes.data()))
    return bad_binary(type);
  std::vector<float> elements;
  for (std::size_t at = head; at < bytes.size(); at += each)
    elements.push_back(std::bit_cast<float>(load_be<std::uint32_t>(bytes.data() + at)));
  return query::vector_of_floats(type, elements);
}

}  // namespace

void append_binary(const Type& type, const Datum& datum, Buffer& out) {
  switch (type.kind()) {
    case TypeKind::boolean:
      return out.push_back(static_cast<std::byte>(datum.boolean()));
    case TypeKind::int2:
      return put(out, static_cast<std::int16_t>(datum.integer));
    case TypeKind::int4:
      return put(out, static_cast<std::int32_t>(datum.integer));
    case TypeKind::int8:
    case TypeKind::serial:
    case TypeKind::time:
      return put(out, datum.integer);
    case TypeKind::float4:
      return put(out, std::bit_cast<std::uint32_t>(static_cast<float>(datum.real)));
    case TypeKind::float8:
      return put(out, std::bit_cast<std::uint64_t>(datum.real));
    case TypeKind::date:
      return put(out, static_cast<std::int32_t>(datum.integer - days_to_2000));
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      return put(out, datum.integer - micros_to_2000);
    case TypeKind::interval:
      put(out, datum.interval->microseconds);
      put(out, datum.interval->days);
      return put(out, datum.interval->months);
    case TypeKind::numeric:
      return put_numeric(out, query::to_text(type, datum));
    case TypeKind::varchar:
    case TypeKind::bytea:
      return put_text(out, datum.text());
    case TypeKind::jsonb:
      out.push_back(jsonb_version);
      return put_text(out, query::to_text(type, datum));
    case TypeKind::list:
      return put_list(out, type, datum);
    case TypeKind::structure:
      return put_record(out, type, datum);
    case TypeKind::vector:
      return put_vector(out, datum);
    default:
      return put_text(out, query::to_text(type, datum));
  }
}

SqlResult<Value> read_binary(const Type& type, ByteView bytes) {
  switch (type.kind()) {
    case TypeKind::boolean: {
      const auto value = ATTEMPT(integer_of<std::int8_t>(type, bytes));
      return Value(Datum::of(value != 0));
    }
    case TypeKind::int2:
      return Value(Datum::of(std::int64_t{ATTEMPT(integer_of<std::int16_t>(type, bytes))}));
    case TypeKind::int4:
      return Value(Datum::of(std::int64_t{ATTEMPT(integer_of<std::int32_t>(type, bytes))}));
    case TypeKind::int8:
    case TypeKind::serial:
      return Value(Datum::of(ATTEMPT(integer_of<std::int64_t>(type, bytes))));
    case TypeKind::float4: {
      const auto bits = ATTEMPT(integer_of<std::uint32_t>(type, bytes));
      return Value(Datum::of(static_cast<double>(std::bit_cast<float>(bits))));
    }
    case TypeKind::float8:
      return Value(
          Datum::of(std::bit_cast<double>(ATTEMPT(integer_of<std::uint64_t>(type, bytes)))));
    case TypeKind::date:
      return Value(
          Datum::of(std::int64_t{ATTEMPT(integer_of<std::int32_t>(type, bytes))} + days_to_2000));
    case TypeKind::time: {
      constexpr std::int64_t day = 86'400'000'000;
      const auto micros = ATTEMPT(integer_of<std::int64_t>(type, bytes));
      if (micros < 0 || micros > day) return query::refuse("22008", "time out of range");
      return Value(Datum::of(micros));
    }
    case TypeKind::timestamp:
    case TypeKind::timestamptz: {
      std::int64_t micros = 0;
      if (__builtin_add_overflow(ATTEMPT(integer_of<std::int64_t>(type, bytes)), micros_to_2000,
                                 &micros))
        return query::refuse("22008", "timestamp out of range");
      return Value(Datum::of(micros));
    }
    case TypeKind::interval: {
      if (bytes.size() != 16) return bad_binary(type);
      Interval interval;
      interval.microseconds = static_cast<std::int64_t>(load_be<std::uint64_t>(bytes.data()));
      interval.days = static_cast<std::int32_t>(load_be<std::uint32_t>(bytes.data() + 8));
      interval.months = static_cast<std::int32_t>(load_be<std::uint32_t>(bytes.data() + 12));
      return Value(Datum::of(&interval));
    }
    case TypeKind::numeric:
      return numeric_of(type, bytes);
    case TypeKind::bytea:
      return Value(Datum::of(as_text(bytes)));
    case TypeKind::varchar:
      return Value(Datum::of(ATTEMPT(text_of(bytes))));
    case TypeKind::jsonb:
      if (bytes.empty() || bytes.front() != jsonb_version)
        return query::refuse("22P03", "unsupported jsonb version number");
      return query::from_text(type, ATTEMPT(text_of(bytes.subspan(1))));
    case TypeKind::list:
      return array_of(type, bytes);
    case TypeKind::vector:
      return vector_of(type, bytes);
    default:
      return query::from_text(type, ATTEMPT(text_of(bytes)));
  }
}

}  // namespace levada::postgres
