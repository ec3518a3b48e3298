#pragma once
// Datum, Row, Value: how values lie in memory.
//
// A Datum is 16 bytes and looks at memory that something else owns. A Row is one allocation: a
// count of references, its data, and the bytes that they point at; it never changes, and tables,
// join states and views share it by counting. A Value is a datum that owns itself.
// The form of a datum says how to compare, hash and copy it, so states need no types.
//
// Everything here belongs to one reactor (the counts are not atomic), that of the SQL engine.

#include <compare>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace levada::query {

using Int128 = __int128;

enum class Form : std::uint8_t {
  null,
  integer,   // boolean, int2/4/8, serial; date (days), time, timestamp, timestamptz (microseconds)
  real,      // float4, float8
  decimal,   // numeric whose mantissa fits 64 bits; see decimal.h
  wide,      // numeric with a 128-bit mantissa
  special,   // numeric NaN, Infinity, -Infinity
  interval,  // 16 bytes
  int256,    // 32 bytes, two's complement, little endian
  bytes,     // varchar, bytea, jsonb (as canonical text)
  elements,  // list, structure
};

// date: days since 1970-01-01. timestamp(tz): microseconds since 1970-01-01 00:00 (UTC).
// time: microseconds since midnight.
struct Interval {
  std::int32_t months = 0;
  std::int32_t days = 0;
  std::int64_t microseconds = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

struct Datum {
  union {
    std::int64_t integer;
    double real;
    const char* bytes;
    const Interval* interval;
    const Int128* wide;
    const Datum* elements;
  };
  std::uint32_t size = 0;  // of bytes; count of elements
  Form form = Form::null;
  std::uint8_t scale = 0;  // of a numeric; which special

  constexpr Datum() : integer(0) {}
  static Datum null() { return {}; }
  static Datum of(std::int64_t value) {
    Datum datum;
    datum.integer = value;
    datum.form = Form::integer;
    return datum;
  }
  static Datum of(int value) { return of(std::int64_t{value}); }
  static Datum of(bool value) { return of(std::int64_t{value}); }
  static Datum of(double value) {
    Datum datum;
    datum.real = value;
    datum.form = Form::real;
    return datum;
  }
  static Datum of(std::string_view text) {  // looks at `text`
    Datum datum;
    datum.bytes = text.data();
    datum.size = static_cast<std::uint32_t>(text.size());
    datum.form = Form::bytes;
    return datum;
  }
  static Datum of(const char* text) { return of(std::string_view(text)); }
  static Datum of(const Interval* interval) {
    Datum datum;
    datum.interval = interval;
    datum.form = Form::interval;
    return datum;
  }
  static Datum of(std::span<const Datum> elements) {
    Datum datum;
    datum.elements = elements.data();
    datum.size = static_cast<std::uint32_t>(elements.size());
    datum.form = Form::elements;
    return datum;
  }

  bool is_null() const { return form == Form::null; }
  bool boolean() const { return integer != 0; }
  bool is_true() const { return form == Form::integer && integer != 0; }
  std::string_view text() const { return {bytes, size}; }
  std::span<const Datum> list() const { return {elements, size}; }
};
static_assert(sizeof(Datum) == 16);

// A total order over data of one type, NULL last, NaN above every number, as PostgreSQL sorts.
// Numerics are equal by value (1.0 = 1.00), intervals by length.
std::strong_ordering compare(const Datum& a, const Datum& b);
bool equal(const Datum& a, const Datum& b);       // NULL equals NULL
std::uint64_t hash(const Datum& datum);           // equal data hash equally
bool same_bytes(const Datum& a, const Datum& b);  // equal and written alike: 1.0 is not 1.00

// Bytes that rows and states hold on this thread; the engine's memory limit looks at it.
std::int64_t counted_memory();
void count_memory(std::int64_t bytes);

class Row {
 public:
  Row() = default;
  static Row of(std::span<const Datum> data);  // copies what the data point at
  static Row of(std::initializer_list<Datum> data) {
    return of(std::span<const Datum>(data.begin(), data.size()));
  }
  // The data of `a`, then those of `b`.
  static Row joined(std::span<const Datum> a, std::span<const Datum> b);

  Row(const Row& other) : head_(other.head_) {
    if (head_ != nullptr) ++head_->references;
  }
  Row(Row&& other) noexcept : head_(std::exchange(other.head_, nullptr)) {}
  Row& operator=(const Row& other) {
    Row copy(other);
    std::swap(head_, copy.head_);
    return *this;
  }
  Row& operator=(Row&& other) noexcept {
    std::swap(head_, other.head_);
    return *this;
  }
  ~Row() {
    if (head_ != nullptr && --head_->references == 0) release(head_);
  }

  explicit operator bool() const { return head_ != nullptr; }
  std::size_t size() const { return head_ == nullptr ? 0 : head_->columns; }
  const Datum& operator[](std::size_t column) const { return data()[column]; }
  std::span<const Datum> span() const {
    return head_ == nullptr ? std::span<const Datum>() : std::span(data(), head_->columns);
  }
  const Datum* data() const { return reinterpret_cast<const Datum*>(head_ + 1); }  // of a row
  const Datum* begin() const { return head_ == nullptr ? nullptr : data(); }
  const Datum* end() const { return head_ == nullptr ? nullptr : data() + head_->columns; }
  std::size_t bytes() const { return head_ == nullptr ? 0 : head_->bytes; }  // what it occupies
  bool same_object(const Row& other) const { return head_ == other.head_; }
  // Which object it is, and whether others hold it too: a checkpoint writes what is shared once.
  const void* object() const { return head_; }
  bool is_shared() const { return head_ != nullptr && head_->references > 1; }

 private:
  struct alignas(16) Head {
    std::uint32_t references;
    std::uint32_t columns;
    std::uint64_t bytes;
  };
  static void release(Head* head);
  Head* head_ = nullptr;
};

std::uint64_t hash(std::span<const Datum> data);
bool equal(std::span<const Datum> a, std::span<const Datum> b);
std::strong_ordering compare(std::span<const Datum> a, std::span<const Datum> b);
bool same_bytes(std::span<const Datum> a, std::span<const Datum> b);

// A datum that owns what it looks at: constants, parameters.
class Value {
 public:
  Value() : row_(Row::of({Datum::null()})) {}
  explicit Value(const Datum& datum) : row_(Row::of(std::span<const Datum>(&datum, 1))) {}
  const Datum& datum() const { return row_[0]; }
  bool is_null() const { return datum().is_null(); }

 private:
  Row row_;
};

}  // namespace levada::query
