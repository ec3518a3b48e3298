#pragma once
// One field of an HTTP header as it came (or will go): looks at bytes it does not own. Names
// compare without regard to ASCII case.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace levada::wire {

struct HeaderField {
  std::string_view name;
  std::string_view value;
};

constexpr char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Eight characters at once: the top bit of each sum says "at least A" and "beyond Z".
constexpr std::uint64_t lower_case_of_8(std::uint64_t text) {
  constexpr std::uint64_t each = 0x0101'0101'0101'0101;
  const std::uint64_t ascii = text & each * 0x7f;
  const std::uint64_t from_a = ascii + each * (0x80 - 'A'), beyond_z = ascii + each * (0x7f - 'Z');
  const std::uint64_t is_upper = from_a & ~beyond_z & ~text & each * 0x80;
  return text | is_upper >> 2;
}

inline bool same_header_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto lower_8 = [](std::string_view text, std::size_t at) {
    std::uint64_t eight;
    std::memcpy(&eight, text.data() + at, sizeof eight);
    return lower_case_of_8(eight);
  };
  if (a.size() >= 8) {
    for (std::size_t i = 0; i + 8 < a.size(); i += 8)
      if (lower_8(a, i) != lower_8(b, i)) return false;
    return lower_8(a, a.size() - 8) == lower_8(b, b.size() - 8);
  }
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower_case(a[i]) != lower_case(b[i])) return false;
  return true;
}

}  // namespace levada::wire
