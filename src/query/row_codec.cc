#include "query/row_codec.h"

#include <array>
#include <forward_list>
#include <vector>

#include "query/int256.h"

namespace levada::query {

namespace {

constexpr std::size_t columns_max = 65'535;
constexpr std::size_t narrow_columns = 16;  // of a row that is read without memory of its own
// Columns are 100 deep at most (streaming/table_rules.h); what an expression makes of them is
// deeper by as much as terms nest.
constexpr int depth_max = 2'000;

std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

void append_raw(const void* bytes, std::size_t size, std::string& out) {
  out.append(static_cast<const char*>(bytes), size);
}

void append_datum(const Datum& datum, std::string& out) {
  out += static_cast<char>(datum.form);
  switch (datum.form) {
    case Form::null:
      return;
    case Form::integer:
      append_varint(zigzag(datum.integer), out);
      return;
    case Form::real:
      append_raw(&datum.real, sizeof datum.real, out);
      return;
    case Form::decimal:
      out += static_cast<char>(datum.scale);
      append_varint(zigzag(datum.integer), out);
      return;
    case Form::wide:
      out += static_cast<char>(datum.scale);
      append_raw(datum.wide, sizeof(Int128), out);
      return;
    case Form::special:
      out += static_cast<char>(datum.scale);
      return;
    case Form::interval:
      append_varint(zigzag(datum.interval->months), out);
      append_varint(zigzag(datum.interval->days), out);
      append_varint(zigzag(datum.interval->microseconds), out);
      return;
    case Form::int256:
      append_raw(datum.bytes, int256_bytes, out);
      return;
    case Form::bytes:
      append_text(datum.text(), out);
      return;
    case Form::elements:
      append_varint(datum.size, out);
      for (const Datum& element : datum.list()) append_datum(element, out);
      return;
  }
}

// Data while a row is read: they look at the bytes, or at what is kept here. Most rows keep
// nothing, and an empty list costs nothing.
struct Kept {
  std::forward_list<Interval> intervals;
  std::forward_list<Int128> wides;
  std::forward_list<std::vector<Datum>> lists;
};

bool take_raw(std::string_view& in, void* to, std::size_t size) {
  if (in.size() < size) return false;
  std::memcpy(to, in.data(), size);
  in.remove_prefix(size);
  return true;
}

bool take_number(std::string_view& in, std::int64_t& to) {
  const auto value = take_varint(in);
  if (value) to = unzigzag(*value);
  return value.has_value();
}

bool take_datum(std::string_view& in, Datum& datum, Kept& kept, int depth) {
  std::uint8_t form = 0;
  if (depth > depth_max || !take_raw(in, &form, 1) ||
      form > static_cast<std::uint8_t>(Form::elements))
    return false;
  datum = Datum();
  datum.form = static_cast<Form>(form);
  switch (datum.form) {
    case Form::null:
      return true;
    case Form::integer:
      return take_number(in, datum.integer);
    case Form::real:
      return take_raw(in, &datum.real, sizeof datum.real);
    case Form::decimal:
      return take_raw(in, &datum.scale, 1) && take_number(in, datum.integer);
    case Form::wide: {
      Int128& wide = kept.wides.emplace_front();
      datum.wide = &wide;
      return take_raw(in, &datum.scale, 1) && take_raw(in, &wide, sizeof wide);
    }
    case Form::special:
      return take_raw(in, &datum.scale, 1);
    case Form::interval: {
      std::int64_t months = 0, days = 0, microseconds = 0;
      if (!take_number(in, months) || !take_number(in, days) || !take_number(in, microseconds))
        return false;
      kept.intervals.push_front(
          {static_cast<std::int32_t>(months), static_cast<std::int32_t>(days), microseconds});
      datum.interval = &kept.intervals.front();
      return true;
    }
    case Form::int256: {
      if (in.size() < int256_bytes) return false;
      datum.bytes = in.data();
      datum.size = int256_bytes;
      in.remove_prefix(int256_bytes);
      return true;
    }
    case Form::bytes: {
      const auto text = take_text(in);
      if (!text) return false;
      datum = Datum::of(*text);
      return true;
    }
    case Form::elements: {
      const auto count = take_varint(in);
      if (!count || *count > in.size()) return false;  // an element has a byte at least
      std::vector<Datum>& list = kept.lists.emplace_front(*count);
      for (Datum& element : list)
        if (!take_datum(in, element, kept, depth + 1)) return false;
      datum = Datum::of(std::span<const Datum>(list));
      return true;
    }
  }
  return false;
}

}  // namespace

void append_varint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

std::optional<std::uint64_t> take_varint(std::string_view& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

void append_text(std::string_view text, std::string& out) {
  append_varint(text.size(), out);
  out += text;
}

std::optional<std::string_view> take_text(std::string_view& in) {
  const auto size = take_varint(in);
  if (!size || *size > in.size()) return std::nullopt;
  const std::string_view text = in.substr(0, *size);
  in.remove_prefix(*size);
  return text;
}

void append_row(std::span<const Datum> row, std::string& out) {
  append_varint(row.size(), out);
  for (const Datum& datum : row) append_datum(datum, out);
}

std::optional<Row> take_row(std::string_view& in) {
  const auto count = take_varint(in);
  if (!count || *count > columns_max || *count > in.size()) return std::nullopt;
  std::array<Datum, narrow_columns> narrow;
  std::vector<Datum> wide(*count > narrow_columns ? *count : 0);
  const std::span<Datum> data =
      wide.empty() ? std::span(narrow).first(static_cast<std::size_t>(*count)) : std::span(wide);
  Kept kept;
  for (Datum& datum : data)
    if (!take_datum(in, datum, kept, 0)) return std::nullopt;
  return Row::of(data);
}

}  // namespace levada::query
