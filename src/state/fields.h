#pragma once
// Fields: the encoding of decisions and checkpoints. A value is a sequence of numbered fields, each
// a number or a run of bytes (which may again be fields). Readers skip numbers they do not know, so
// a newer writer may add fields. Zero and empty are not written. Grammar: docs/formats/fields.md.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace levada::state {

class FieldWriter {
 public:
  explicit FieldWriter(Buffer& out) : out_(out) {}

  void number(std::uint32_t field, std::uint64_t value);  // 0 is left out
  void bytes(std::uint32_t field, ByteView value);        // empty is left out
  void text(std::uint32_t field, std::string_view value) { bytes(field, as_bytes(value)); }
  // The fields that `write(FieldWriter&)` writes; kept even when there are none.
  template <class Write>
  void nested(std::uint32_t field, const Write& write) {
    Buffer inner;
    FieldWriter writer(inner);
    write(writer);
    tag(field, 1);
    varint(inner.size());
    out_.insert(out_.end(), inner.begin(), inner.end());
  }

 private:
  void tag(std::uint32_t field, unsigned kind) { varint(std::uint64_t{field} << 1 | kind); }
  void varint(std::uint64_t value);
  Buffer& out_;
};

struct Field {
  std::uint32_t id = 0;
  bool is_bytes = false;
  std::uint64_t number = 0;
  ByteView bytes;
  std::string_view text() const { return as_text(bytes); }
};

class FieldReader {
 public:
  explicit FieldReader(ByteView in) : in_(in) {}

  std::optional<Field> next();             // nullopt: the end, or broken
  bool broken() const { return broken_; }  // bytes that no FieldWriter wrote

 private:
  std::optional<std::uint64_t> varint();
  ByteView in_;
  bool broken_ = false;
};

}  // namespace levada::state
