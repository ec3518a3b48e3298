#include "aws/credentials.h"

#include <algorithm>

#include "base/ascii.h"

namespace levada::aws {

// Goes back to the last star only: at worst pattern × text steps.
bool matches_wildcards(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool Principal::allows(std::string_view action, std::string_view resource) const {
  const bool may_act = std::ranges::any_of(
      actions, [&](const std::string& pattern) { return matches_wildcards(pattern, action); });
  if (!may_act) return false;
  if (resource.empty()) return true;  // the operation names none
  const std::string_view parent = resource.substr(0, resource.find("/consumer/"));
  const std::string_view resource_name = parent.substr(parent.rfind('/') + 1);
  return std::ranges::any_of(resources, [&](const std::string& pattern) {
    const bool is_arn = pattern.find(':') != std::string::npos;
    if (!is_arn) return matches_wildcards(pattern, resource_name);
    return matches_wildcards(pattern, resource) || matches_wildcards(pattern, parent);
  });
}

bool is_account(std::string_view text) {
  return text.size() == 12 && std::ranges::all_of(text, is_digit);
}

}  // namespace levada::aws
