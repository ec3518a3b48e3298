#include "query/value.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "query/decimal.h"
#include "query/int256.h"
#include "query/interval.h"
#include "query/row_memory.h"

namespace levada::query {

namespace {

std::int64_t memory = 0;  // belongs to the SQL engine's reactor, as every row does

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product =
      static_cast<unsigned __int128>(a ^ 0x9e3779b97f4a7c15) * (b ^ 0xd1b54a32d192ed03);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t hash_bytes(const char* bytes, std::size_t size) {
  std::uint64_t state = size;
  std::uint64_t word;
  for (; size >= 8; bytes += 8, size -= 8) {
    std::memcpy(&word, bytes, 8);
    state = mix(state, word);
  }
  word = 0;
  if (size > 0) std::memcpy(&word, bytes, size);
  return mix(state, word);
}

bool is_numeric(Form form) {
  return form == Form::decimal || form == Form::wide || form == Form::special;
}

std::strong_ordering order_of(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) <=> std::isnan(b);
  return a < b   ? std::strong_ordering::less
         : a > b ? std::strong_ordering::greater
                 : std::strong_ordering::equal;
}

std::strong_ordering order_of(std::string_view a, std::string_view b) { return a.compare(b) <=> 0; }

std::strong_ordering order_of_int256(const char* a, const char* b) {
  std::uint64_t left[4], right[4];
  std::memcpy(left, a, int256_bytes);
  std::memcpy(right, b, int256_bytes);
  const auto high_left = static_cast<std::int64_t>(left[3]);
  const auto high_right = static_cast<std::int64_t>(right[3]);
  if (high_left != high_right) return high_left <=> high_right;
  for (int i = 2; i >= 0; --i)
    if (left[i] != right[i]) return left[i] <=> right[i];
  return std::strong_ordering::equal;
}

// What a datum points at: `aligned` bytes that want 16-byte addresses, `plain` ones that do not.
struct Footprint {
  std::size_t aligned = 0, plain = 0;

  void add(const Datum& datum) {
    switch (datum.form) {
      case Form::wide:
        aligned += sizeof(Int128);
        break;
      case Form::interval:
        aligned += sizeof(Interval);
        break;
      case Form::int256:
        aligned += int256_bytes;
        break;
      case Form::bytes:
        plain += datum.size;
        break;
      case Form::elements:
        aligned += sizeof(Datum) * datum.size;
        for (const Datum& element : datum.list()) add(element);
        break;
      default:
        break;
    }
  }
};

struct Writer {
  char* aligned;
  char* plain;

  Datum copy(const Datum& datum) {
    Datum result = datum;
    switch (datum.form) {
      case Form::wide:
        std::memcpy(aligned, datum.wide, sizeof(Int128));
        result.wide = reinterpret_cast<const Int128*>(std::exchange(aligned, aligned + 16));
        break;
      case Form::interval:
        std::memcpy(aligned, datum.interval, sizeof(Interval));
        result.interval = reinterpret_cast<const Interval*>(std::exchange(aligned, aligned + 16));
        break;
      case Form::int256:
        std::memcpy(aligned, datum.bytes, int256_bytes);
        result.bytes = std::exchange(aligned, aligned + int256_bytes);
        break;
      case Form::bytes:
        if (datum.size > 0) std::memcpy(plain, datum.bytes, datum.size);
        result.bytes = std::exchange(plain, plain + datum.size);
        break;
      case Form::elements: {
        auto* elements = reinterpret_cast<Datum*>(aligned);
        aligned += sizeof(Datum) * datum.size;
        for (std::size_t i = 0; i < datum.size; ++i)
          new (elements + i) Datum(copy(datum.elements[i]));
        result.elements = elements;
        break;
      }
      default:
        break;
    }
    return result;
  }
};

}  // namespace

std::int64_t counted_memory() { return memory; }
void count_memory(std::int64_t bytes) { memory += bytes; }

std::strong_ordering compare(const Datum& a, const Datum& b) {
  if (a.is_null() || b.is_null()) return a.is_null() <=> b.is_null();
  if (a.form == Form::integer && b.form == Form::integer) return a.integer <=> b.integer;
  if (is_numeric(a.form) || is_numeric(b.form)) {
    if (a.form == Form::decimal && b.form == Form::decimal && a.scale == b.scale)
      return a.integer <=> b.integer;
    return compare(Decimal::of(a), Decimal::of(b));
  }
  CHECK(a.form == b.form, "data of one type have one form");
  switch (a.form) {
    case Form::real:
      return order_of(a.real, b.real);
    case Form::bytes:
      return order_of(a.text(), b.text());
    case Form::interval:
      return compare(*a.interval, *b.interval);
    case Form::int256:
      return order_of_int256(a.bytes, b.bytes);
    case Form::elements: {
      const std::size_t common = std::min(a.size, b.size);
      for (std::size_t i = 0; i < common; ++i)
        if (const auto order = compare(a.elements[i], b.elements[i]); order != 0) return order;
      return a.size <=> b.size;
    }
    default:
      break;
  }
  CHECK(false);
  return std::strong_ordering::equal;
}

bool equal(const Datum& a, const Datum& b) {
  if (a.form == Form::integer && b.form == Form::integer) return a.integer == b.integer;
  if (a.form == Form::bytes && b.form == Form::bytes)
    return a.size == b.size && std::memcmp(a.bytes, b.bytes, a.size) == 0;
  return compare(a, b) == 0;
}

bool same_bytes(const Datum& a, const Datum& b) {
  if (a.form != b.form) return false;
  switch (a.form) {
    case Form::null:
      return true;
    case Form::integer:
      return a.integer == b.integer;
    case Form::real:
      return std::memcmp(&a.real, &b.real, sizeof a.real) == 0;
    case Form::decimal:
      return a.integer == b.integer && a.scale == b.scale;
    case Form::wide:
      return *a.wide == *b.wide && a.scale == b.scale;
    case Form::special:
      return a.scale == b.scale;
    case Form::interval:
      return *a.interval == *b.interval;
    case Form::int256:
      return std::memcmp(a.bytes, b.bytes, int256_bytes) == 0;
    case Form::bytes:
      return a.text() == b.text();
    case Form::elements:
      return same_bytes(a.list(), b.list());
  }
  return false;
}

std::uint64_t hash(const Datum& datum) {
  switch (datum.form) {
    case Form::null:
      return 0x2545f4914f6cdd1d;
    case Form::integer:
      return mix(static_cast<std::uint64_t>(datum.integer), 1);
    case Form::real: {
      double value = datum.real == 0 ? 0 : datum.real;  // -0.0 equals 0.0
      if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
      std::uint64_t bits;
      std::memcpy(&bits, &value, sizeof bits);
      return mix(bits, 2);
    }
    case Form::decimal:
    case Form::wide:
    case Form::special:
      return hash(Decimal::of(datum));
    case Form::interval:
      return mix(hash(*datum.interval), 3);
    case Form::int256:
      return hash_bytes(datum.bytes, int256_bytes);
    case Form::bytes:
      return hash_bytes(datum.bytes, datum.size);
    case Form::elements:
      return hash(datum.list());
  }
  return 0;
}

std::uint64_t hash(std::span<const Datum> data) {
  std::uint64_t state = data.size();
  for (const Datum& datum : data) state = mix(state, hash(datum));
  return state;
}

bool equal(std::span<const Datum> a, std::span<const Datum> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Datum& x, const Datum& y) { return equal(x, y); });
}

bool same_bytes(std::span<const Datum> a, std::span<const Datum> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Datum& x, const Datum& y) { return same_bytes(x, y); });
}

std::strong_ordering compare(std::span<const Datum> a, std::span<const Datum> b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i)
    if (const auto order = compare(a[i], b[i]); order != 0) return order;
  return a.size() <=> b.size();
}

Row Row::of(std::span<const Datum> data) { return joined(data, {}); }

Row Row::joined(std::span<const Datum> a, std::span<const Datum> b) {
  const std::size_t columns = a.size() + b.size();
  Footprint footprint;
  for (const Datum& datum : a) footprint.add(datum);
  for (const Datum& datum : b) footprint.add(datum);
  const std::size_t fixed = sizeof(Head) + columns * sizeof(Datum);
  const std::size_t total = fixed + footprint.aligned + footprint.plain;
  char* block = static_cast<char*>(take_row_memory(total));
  Row row;
  row.head_ = new (block) Head{1, static_cast<std::uint32_t>(columns), total};
  memory += static_cast<std::int64_t>(total);
  Writer writer{block + fixed, block + fixed + footprint.aligned};
  auto* to = reinterpret_cast<Datum*>(block + sizeof(Head));
  for (const Datum& datum : a) new (to++) Datum(writer.copy(datum));
  for (const Datum& datum : b) new (to++) Datum(writer.copy(datum));
  return row;
}

void Row::release(Head* head) {
  memory -= static_cast<std::int64_t>(head->bytes);
  give_row_memory(head, head->bytes);
}

}  // namespace levada::query
