#pragma once
// One field of an HTTP header as it came (or will go): looks at bytes it does not own. Names
// compare without regard to ASCII case.

#include <string_view>

namespace levada::wire {

struct HeaderField {
  std::string_view name;
  std::string_view value;
};

constexpr char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

constexpr bool same_header_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower_case(a[i]) != lower_case(b[i])) return false;
  return true;
}

}  // namespace levada::wire
