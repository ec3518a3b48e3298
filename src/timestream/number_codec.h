#pragma once
// Columns of numbers as few bytes: integers as differences packed by the bit, real numbers as
// decimals where all of them are, else by the bits in which neighbours differ. Readers trust no
// byte (docs/formats/timestream.md).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace levada::timestream {

class ByteWriter {
 public:
  explicit ByteWriter(Buffer& out) : out_(out) {}
  void byte(std::uint8_t value) { out_.push_back(static_cast<std::byte>(value)); }
  void number(std::uint64_t value);        // LEB128
  void signed_number(std::int64_t value);  // zigzag
  void fixed32(std::uint32_t value);
  void bytes(ByteView value);  // length first
  void text(std::string_view value) { bytes(as_bytes(value)); }
  Buffer& out() { return out_; }

 private:
  Buffer& out_;
};

// Once broken, everything reads as nothing.
class ByteReader {
 public:
  explicit ByteReader(ByteView in) : in_(in) {}
  std::uint8_t byte();
  std::uint64_t number();
  std::int64_t signed_number();
  std::uint32_t fixed32();
  ByteView bytes();
  ByteView take(std::size_t size);
  std::string text() { return std::string(as_text(bytes())); }
  bool broken() const { return broken_; }
  void fail() {
    broken_ = true;
    in_ = {};
  }
  bool done() const { return !broken_ && in_.empty(); }
  std::size_t left() const { return in_.size(); }

 private:
  ByteView in_;
  bool broken_ = false;
};

void encode_integers(std::span<const std::int64_t> values, Buffer& out);
// Fills `into`, or says that the bytes are no such column.
bool decode_integers(ByteView bytes, std::span<std::int64_t> into);

// The bits of doubles.
void encode_reals(std::span<const std::int64_t> values, Buffer& out);
bool decode_reals(ByteView bytes, std::span<std::int64_t> into);

}  // namespace levada::timestream
