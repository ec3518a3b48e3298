#pragma once
// The states of operators and stores as bytes, for checkpoints (docs/formats/sql_journal.md). One
// list of fields serves both directions: put(a, b, c) writes what take(a, b, c) reads.
//
// A row that several states share is written once and shared again when it is read: each shared row
// has a number in its scope. Rows of stores are in the scope of all, rows of operators in that of
// their circuit alone, so that a circuit's bytes can be skipped.

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/time.h"
#include "query/delta.h"
#include "query/evaluation.h"
#include "query/row_codec.h"

namespace levada::query {

template <class T>
concept HasFields = requires(T& object) {
  object.fields();
};  // a tuple of references

class StateWriter {
 public:
  // `breath`: drawn now and then; nullptr: written in one go.
  // With one, `out` may be taken away at every breath.
  explicit StateWriter(std::string& out, Breath* breath = nullptr) : out_(out), breath_(breath) {}
  StateWriter(const StateWriter&) = delete;

  template <class... Fields>
  void put(const Fields&... fields) {
    (one(fields), ...);
  }

  // What is written between is one part with a scope of its own.
  void begin_circuit();
  void end_circuit();
  // The last to be written: the sizes of these parts.
  void end();

 private:
  // Rows by their address.
  class Numbers {
   public:
    // The row's number; it is given one if it has none: then `fresh`.
    std::uint64_t of(const void* object, bool& fresh);
    const std::uint64_t* find(const void* object) const;
    void clear();
    ~Numbers() { clear(); }

   private:
    struct Slot {
      const void* object = nullptr;
      std::uint64_t number = 0;
    };
    Slot& slot(const void* object);
    void grow();
    std::vector<Slot> slots_;  // counted as the engine's memory
    std::uint64_t count_ = 0;
  };

  void one(const Row& row);
  void one(const Value& value) { append_row({&value.datum(), 1}, out_); }
  void one(const std::string& text) { append_text(text, out_); }
  void one(const Change& change) { put(change.row, change.weight); }
  void one(double number) { raw(&number, sizeof number); }
  void one(Int128 number) { raw(&number, sizeof number); }
  template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  void one(T number) {
    // Zigzag: small in either direction is short.
    const auto wide = static_cast<std::int64_t>(number);
    append_varint(static_cast<std::uint64_t>(wide) << 1 ^ static_cast<std::uint64_t>(wide >> 63),
                  out_);
  }
  template <class T, std::size_t size>
  void one(const std::array<T, size>& all) {
    for (const T& each : all) one(each);
  }
  template <class T>
  void one(const std::vector<T>& all) {
    one(all.size());
    for (const T& each : all) one(each);
  }
  template <class T>
  void one(const std::deque<T>& all) {
    one(all.size());
    for (const T& each : all) one(each);
  }
  template <class Tag, class Unit>
  void one(Instant<Tag, Unit> time) {
    one(time.count());
  }
  template <class A, class B>
  void one(const std::pair<A, B>& both) {
    put(both.first, both.second);
  }
  template <class Key, class Mapped, class Less>
  void one(const std::map<Key, Mapped, Less>& all) {
    one(all.size());
    for (const auto& [key, mapped] : all) put(key, mapped);
  }
  template <HasFields T>
  void one(const T& object) {
    std::apply([this](const auto&... fields) { this->put(fields...); },
               const_cast<T&>(object).fields());
  }
  void raw(const void* bytes, std::size_t size) {
    out_.append(static_cast<const char*>(bytes), size);
  }

  std::string& out_;
  Breath* breath_;
  Numbers shared_, own_;
  std::uint64_t taken_away_ = 0;         // bytes
  std::uint64_t begun_ = 0;              // where the circuit begins
  std::vector<std::uint64_t> circuits_;  // their sizes
  bool inside_ = false;
  std::uint32_t rows_ = 0;
};

class StateReader {
 public:
  explicit StateReader(std::string_view in);
  StateReader(const StateReader&) = delete;

  // Whatever fails makes everything after it fail, with empty values.
  bool good() const { return good_; }
  bool at_end() const { return in_.empty(); }
  void fail() {
    good_ = false;
    in_ = {};
  }

  template <class... Fields>
  void take(Fields&... fields) {
    (one(fields), ...);
  }
  template <class T>
  T taken() {
    T value{};
    take(value);
    return value;
  }

  // What is not taken of the circuit's part is skipped, also when it could not be read.
  void begin_circuit();
  void end_circuit();

 private:
  void one(Row& row);
  void one(Value& value);
  void one(std::string& text);
  void one(Change& change) { take(change.row, change.weight); }
  void one(double& number) { raw(&number, sizeof number); }
  void one(Int128& number) { raw(&number, sizeof number); }
  template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  void one(T& number) {
    const std::uint64_t zigzag = varint();
    number = static_cast<T>(static_cast<std::int64_t>(zigzag >> 1) ^
                            -static_cast<std::int64_t>(zigzag & 1));
  }
  template <class T, std::size_t size>
  void one(std::array<T, size>& all) {
    for (T& each : all) one(each);
  }
  template <class T>
  void one(std::vector<T>& all) {
    const std::size_t size = elements();
    all.clear();
    all.reserve(size);
    for (std::size_t i = 0; i < size && good_; ++i) one(all.emplace_back());
  }
  template <class T>
  void one(std::deque<T>& all) {
    const std::size_t size = elements();
    all.clear();
    for (std::size_t i = 0; i < size && good_; ++i) one(all.emplace_back());
  }
  template <class Tag, class Unit>
  void one(Instant<Tag, Unit>& time) {
    time = Instant<Tag, Unit>(taken<std::int64_t>());
  }
  template <class A, class B>
  void one(std::pair<A, B>& both) {
    take(both.first, both.second);
  }
  template <class Key, class Mapped, class Less>
  void one(std::map<Key, Mapped, Less>& all) {
    const std::size_t size = elements();
    for (std::size_t i = 0; i < size && good_; ++i) {
      std::pair<Key, Mapped> next;
      one(next);
      all.emplace_hint(all.end(), std::move(next));
    }
  }
  template <HasFields T>
  void one(T& object) {
    std::apply([this](auto&... fields) { this->take(fields...); }, object.fields());
  }
  std::uint64_t varint();
  std::size_t elements();  // each has a byte at least
  void raw(void* to, std::size_t size);

  std::string_view in_, behind_;
  std::string_view circuits_;  // the sizes of those to come
  std::vector<Row> shared_, own_;
  bool good_ = true, inside_ = false;
};

}  // namespace levada::query
