#include "wire/cbor_writer.h"

#include <array>
#include <bit>

#include "base/check.h"
#include "base/endian.h"

namespace levada::wire {

namespace {

struct EncodedHead {
  std::array<std::byte, 9> bytes;
  std::size_t size;
};

EncodedHead encode_head(unsigned major, std::uint64_t argument) {
  EncodedHead head{};
  const auto first = [&](unsigned info) {
    head.bytes[0] = static_cast<std::byte>(major << 5 | info);
  };
  if (argument < 24) {
    first(static_cast<unsigned>(argument));
    head.size = 1;
  } else if (argument <= UINT8_MAX) {
    first(24);
    store_be(&head.bytes[1], static_cast<std::uint8_t>(argument));
    head.size = 2;
  } else if (argument <= UINT16_MAX) {
    first(25);
    store_be(&head.bytes[1], static_cast<std::uint16_t>(argument));
    head.size = 3;
  } else if (argument <= UINT32_MAX) {
    first(26);
    store_be(&head.bytes[1], static_cast<std::uint32_t>(argument));
    head.size = 5;
  } else {
    first(27);
    store_be(&head.bytes[1], argument);
    head.size = 9;
  }
  return head;
}

}  // namespace

void CborWriter::head(unsigned major, std::uint64_t argument) {
  const EncodedHead head = encode_head(major, argument);
  out_.insert(out_.end(), head.bytes.begin(), head.bytes.begin() + head.size);
}

void CborWriter::begin_object() {
  open_.push_back({out_.size(), 0});
  out_.push_back(std::byte{});
}

// Nearly every structure has fewer than 24 members, whose count fits into the byte kept free.
void CborWriter::end_object() {
  CHECK(!open_.empty());
  const auto [at, members] = open_.back();
  open_.pop_back();
  const EncodedHead head = encode_head(major_map, members);
  out_[at] = head.bytes[0];
  const auto place = out_.begin() + static_cast<std::ptrdiff_t>(at) + 1;
  out_.insert(place, head.bytes.begin() + 1, head.bytes.begin() + head.size);
}

void CborWriter::key(std::string_view key) {
  CHECK(!open_.empty());
  ++open_.back().members;
  string(key);
}

void CborWriter::string(std::string_view text) {
  head(major_text, text.size());
  const ByteView content = as_bytes(text);
  out_.insert(out_.end(), content.begin(), content.end());
}

void CborWriter::bytes(ByteView bytes) {
  head(major_bytes, bytes.size());
  out_.insert(out_.end(), bytes.begin(), bytes.end());
}

void CborWriter::integer(std::int64_t number) {
  if (number < 0) {
    head(major_negative, static_cast<std::uint64_t>(-1 - number));
  } else {
    head(major_unsigned, static_cast<std::uint64_t>(number));
  }
}

void CborWriter::real(double number) {
  std::array<std::byte, 9> bytes{std::byte{0xfb}};
  store_be(&bytes[1], std::bit_cast<std::uint64_t>(number));
  out_.insert(out_.end(), bytes.begin(), bytes.end());
}

void CborWriter::timestamp(std::int64_t epoch_millis) {
  out_.push_back(std::byte{0xc1});
  integer(epoch_millis);
}

}  // namespace levada::wire
