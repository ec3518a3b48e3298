#pragma once
// Base64 (RFC 4648 §4) as AWS services read it: standard alphabet, a length that is a multiple of
// four,
// `=` only at the end, padding bits zero. Decodes into the caller's memory, allocates nothing. Not
// for base64url and not for text with line breaks.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace levada::wire {

constexpr std::size_t base64_encoded_size(std::size_t bytes) { return (bytes + 2) / 3 * 4; }
constexpr std::size_t base64_decoded_size_max(std::size_t characters) { return characters / 4 * 3; }

enum class Base64Fault : std::uint8_t {
  none,
  length,        // not a multiple of four
  character,     // outside the alphabet, or `=` before the end
  padding_bits,  // bits of the last character that no byte takes are not zero
};

struct [[nodiscard]] Base64Decoded {
  Base64Fault fault = Base64Fault::none;
  std::size_t size = 0;      // bytes written; of no meaning after a fault
  std::size_t offender = 0;  // after Base64Fault::character: where the first bad character is

  bool ok() const { return fault == Base64Fault::none; }
};

// Decodes the whole of `text`. `to` must hold the decoded bytes
// (base64_decoded_size_max(text.size()) always suffices), must not overlap `text`, and holds
// garbage after a fault.
Base64Decoded base64_decode(std::string_view text, MutableByteView to);

// What is wrong, in the words AWS uses: "Invalid Base64 character: '='" and the like.
std::string base64_fault_text(std::string_view text, const Base64Decoded& decoded);

// For a scanner that does not yet know where the text ends: decodes whole groups of four from the
// start, up to the first group with a character outside the alphabet (such as the closing quote or
// `=`) and as long as `to` has room for what it writes. What remains, at most one group and the
// padding, goes to base64_decode. Bytes of `to` beyond `written` hold garbage.
struct Base64Prefix {
  std::size_t read;
  std::size_t written;
};
Base64Prefix base64_decode_prefix(std::string_view text, MutableByteView to);

// Writes base64_encoded_size(bytes.size()) characters at `to`; returns where they end.
char* base64_encode(ByteView bytes, char* to);
std::string base64_encode(ByteView bytes);

}  // namespace levada::wire
