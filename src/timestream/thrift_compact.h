#pragma once
// Reads Thrift's compact protocol as far as Parquet's footers and page headers use it: structures
// of numbers, truths, texts, lists and structures. What nobody asks for is skipped.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace levada::timestream {

class ThriftReader {
 public:
  enum Type : std::uint8_t {
    stop = 0,
    yes = 1,
    no = 2,
    byte = 3,
    i16 = 4,
    i32 = 5,
    i64 = 6,
    real = 7,
    binary = 8,
    list = 9,
    set = 10,
    map = 11,
    structure = 12
  };
  struct Field {
    std::int16_t id = 0;
    std::uint8_t type = stop;
  };

  explicit ThriftReader(ByteView bytes) : bytes_(bytes) {}

  std::int64_t number();    // of i16, i32, i64
  std::string_view text();  // of binary
  struct List {
    std::size_t size = 0;
    std::uint8_t of = stop;
  };
  List begin_list();
  void skip(std::uint8_t type);

  // Calls `use(field)` for each field of a structure; `use` reads the value and says so, or it is
  // skipped.
  template <class Use>
  void fields(const Use& use) {
    const std::int16_t before = last_;
    last_ = 0;
    if (++depth_ > depth_max) broken_ = true;
    while (!broken_) {
      const auto field = next();
      if (!field) break;
      if (!use(*field)) skip(field->type);
    }
    --depth_;
    last_ = before;
  }
  // The same for the items of a list of structures.
  template <class Use>
  void structures(const Use& use) {
    const List items = begin_list();
    if (items.of != structure) broken_ = true;
    for (std::size_t i = 0; i < items.size && !broken_; ++i) use();
  }

  bool broken() const { return broken_; }
  std::size_t position() const { return at_; }

 private:
  static constexpr int depth_max = 32;
  std::optional<Field> next();  // none: the structure ends
  std::uint8_t take();
  std::uint64_t varint();

  ByteView bytes_;
  std::size_t at_ = 0;
  std::int16_t last_ = 0;
  int depth_ = 0;
  bool broken_ = false;
};

}  // namespace levada::timestream
