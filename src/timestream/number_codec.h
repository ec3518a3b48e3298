#pragma once
// Columns of numbers as few bytes: integers as differences packed by the bit, real numbers as
// decimals where all of them are, else by the bits in which neighbours differ. Readers trust no
// byte (docs/formats/timestream.md).

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
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
// What decode_reals filled in: whole numbers of 10^-decimals, or bits where there are no decimals.
struct DecodedReals {
  std::optional<std::uint8_t> decimals;
};
// Nothing: the bytes are no such column.
std::optional<DecodedReals> decode_reals(ByteView bytes, std::span<std::int64_t> into);

inline constexpr std::array<double, 16> tens{1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                             1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
// `decimals` as decode_reals gave it.
inline std::int64_t bits_of_decimal(std::int64_t whole, std::uint8_t decimals) {
  return std::bit_cast<std::int64_t>(static_cast<double>(whole) / tens[decimals]);
}

}  // namespace levada::timestream
