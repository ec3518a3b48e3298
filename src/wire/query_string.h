#pragma once
// The query of a URL as decoded names and values, and the percent-encoding of RFC 3986 as SigV4
// wants it.

#include <string>
#include <string_view>
#include <vector>

namespace levada::wire {

struct QueryParameter {
  std::string name;
  std::string value;

  friend auto operator<=>(const QueryParameter&, const QueryParameter&) = default;
};

// In the order they came. `+` is a blank; a `%` without two digits behind it stands for itself.
std::vector<QueryParameter> parse_query(std::string_view raw);

// Everything but A-Z a-z 0-9 - . _ ~ and the characters of `safe` becomes %XX.
std::string percent_encode(std::string_view text, std::string_view safe = {});

}  // namespace levada::wire
