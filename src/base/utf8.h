#pragma once
// Whether bytes are valid UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above
// U+10FFFF).

#include <cstddef>
#include <string_view>

namespace levada {

bool is_valid_utf8(std::string_view text);

// Bytes of the character that begins with `lead`, in valid UTF-8.
constexpr std::size_t utf8_size(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// The first `most` bytes of valid UTF-8, or up to three less: no character is cut.
constexpr std::string_view utf8_prefix(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace levada
