#pragma once
// One tree for what JSON and CBOR bodies say, so that the layer above decodes both by the same
// tables. A ValueTree keeps the nodes of one body; strings look into the body or, where they had to
// be unescaped or joined, into the tree. Both must outlive the Values.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace levada::wire {

struct Member;

enum class ValueKind : std::uint8_t {
  null,
  boolean,
  integer,    // fits in 64 bits with a sign
  real,       // a fraction, an exponent, or an integer beyond 64 bits
  string,     // valid UTF-8
  bytes,      // CBOR only
  timestamp,  // CBOR tag 1 only
  array,
  object,
};

class Value {
 public:
  Value() = default;
  static Value of_boolean(bool boolean);
  static Value of_integer(std::int64_t integer);
  static Value of_real(double real);
  static Value of_string(std::string_view text);
  static Value of_bytes(ByteView bytes);
  static Value of_timestamp(std::int64_t epoch_millis);
  static Value of_number_text(std::string_view json);  // a valid JSON number, converted when asked
  static Value of_array(std::span<const Value> items);
  static Value of_object(std::span<const Member> members);

  ValueKind kind() const { return kind_; }
  bool is(ValueKind kind) const { return kind_ == kind; }

  // Each is only for the kind it names; asking another is a broken promise of the caller.
  bool boolean() const;
  std::int64_t integer() const;
  double real() const;  // of an integer too
  std::string_view string() const;
  ByteView bytes() const;
  std::int64_t epoch_millis() const;
  std::span<const Value> items() const;
  std::span<const Member> members() const;  // in order; each key once

  // How a number read from JSON was spelt, when it is a real; empty otherwise.
  std::string_view number_text() const;

  // The member of that name, or null when there is none.
  const Value* find(std::string_view key) const;

 private:
  ValueKind kind_ = ValueKind::null;
  bool is_text_ = false;  // a real that still stands as text
  std::uint32_t size_ = 0;
  union {
    bool boolean_;
    std::int64_t integer_ = 0;
    double real_;
    const char* text_;
    const Value* items_;
    const Member* members_;
  };
};
static_assert(sizeof(Value) == 16);

struct Member {
  std::string_view key;
  Value value;
};

struct ValueLimits {
  // The deepest AWS structures nest about ten levels; the readers recurse.
  std::size_t depth_max = 64;
  // The largest legal body, a WriteRecords of 100 records with 128 dimensions and 256 measure
  // values each, has 154 thousand nodes. 256 Ki nodes cost at most 16 MiB while they are read.
  std::size_t node_count_max = 256 << 10;
};

// The memory of one tree at a time, reused: reading a small body allocates nothing after the first.
class ValueTree {
 public:
  explicit ValueTree(ValueLimits limits = {}) : limits_(limits) {}

  // Forgets the tree. Memory that only a large body needed is given back.
  void clear();
  const ValueLimits& limits() const { return limits_; }

  // For the readers of JSON and CBOR. Children are pushed while their container is open and move to
  // their final place when it ends; `open` remembers where they begin.
  char* allocate(std::size_t size);
  bool count_node() { return ++node_count_ <= limits_.node_count_max; }
  std::size_t open_array() const { return items_.size(); }
  void push(Value item) { items_.push_back(item); }
  Value close_array(std::size_t open);
  std::size_t open_object() const { return members_.size(); }
  void push(std::string_view key, Value value) { members_.push_back({key, value}); }
  Value close_object(
      std::size_t open);  // of a repeated key, the last value stays, at the first place

 private:
  template <class T>
  std::span<const T> keep(std::span<const T> scratch);
  std::size_t drop_repeated_keys(std::span<Member> members);

  ValueLimits limits_;
  std::size_t node_count_ = 0;
  std::vector<Value> items_;     // of the arrays that are open
  std::vector<Member> members_;  // of the objects that are open
  std::vector<std::uint32_t> order_;
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* at_ = nullptr;
  char* end_ = nullptr;
  std::size_t next_chunk_size_ = 0;
};

}  // namespace levada::wire
