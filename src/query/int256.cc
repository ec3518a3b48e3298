#include "query/int256.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace levada::query {

namespace {

constexpr int words = 8;  // of 32 bits

void negate(std::uint32_t (&number)[words]) {
  std::uint64_t carry = 1;
  for (std::uint32_t& word : number) {
    const std::uint64_t sum = std::uint64_t{~word} + carry;
    word = static_cast<std::uint32_t>(sum);
    carry = sum >> 32;
  }
}

}  // namespace

bool parse_int256(std::string_view text, char (&bytes)[32]) {
  bool negative = false;
  if (text.starts_with('-') || text.starts_with('+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) return false;
  std::uint32_t number[words] = {};
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    std::uint64_t carry = static_cast<std::uint64_t>(c - '0');
    for (std::uint32_t& word : number) {
      const std::uint64_t product = std::uint64_t{word} * 10 + carry;
      word = static_cast<std::uint32_t>(product);
      carry = product >> 32;
    }
    if (carry != 0) return false;
  }
  const bool top = (number[words - 1] >> 31) != 0;
  const bool lowest =
      number[words - 1] == 0x80000000u &&
      std::all_of(number, number + words - 1, [](std::uint32_t w) { return w == 0; });
  if (top && !(negative && lowest)) return false;
  if (negative) negate(number);
  std::memcpy(bytes, number, sizeof number);
  return true;
}

void append_int256(const char* bytes, std::string& out) {
  std::uint32_t number[words];
  std::memcpy(number, bytes, sizeof number);
  const bool negative = (number[words - 1] >> 31) != 0;
  if (negative) negate(number);
  std::string digits;
  bool any = true;
  while (any) {
    std::uint64_t rest = 0;
    any = false;
    for (int i = words - 1; i >= 0; --i) {
      const std::uint64_t here = rest << 32 | number[i];
      number[i] = static_cast<std::uint32_t>(here / 10);
      rest = here % 10;
      any = any || number[i] != 0;
    }
    digits += static_cast<char>('0' + rest);
  }
  if (negative) out += '-';
  out.append(digits.rbegin(), digits.rend());
}

}  // namespace levada::query
