#include "kinesis/tag_text.h"

#include <cstddef>
#include <cstdint>

namespace levada::kinesis {
namespace {

bool ascii_valid(unsigned char c) {
  if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return true;
  return std::string_view("_./-=+ @%").find(static_cast<char>(c)) != std::string_view::npos;
}

}  // namespace

bool tag_characters_valid(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c < 0x80) {
      if (!ascii_valid(c)) return false;
      ++at;
      continue;
    }
    const std::size_t size = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (at + size > text.size()) return false;
    std::uint32_t point = c & (0x7fu >> size);
    for (std::size_t n = 1; n < size; ++n)
      point = point << 6 | (static_cast<unsigned char>(text[at + n]) & 0x3f);
    const bool valid = (point >= 0xc0 && point <= 0x1fff) || (point >= 0x2c00 && point <= 0xd7ff);
    if (!valid) return false;
    at += size;
  }
  return true;
}

}  // namespace levada::kinesis
