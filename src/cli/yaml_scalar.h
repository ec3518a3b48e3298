#pragma once
// How a text may be written as a YAML scalar: libyaml's analysis, and YAML 1.2's idea of what an
// unquoted text means.

#include <string_view>

namespace levada::cli {

struct YamlScalar {
  bool is_multiline = false;
  bool allows_plain = true;  // in a block
  bool allows_single_quoted = true;
};
YamlScalar analyze_yaml_scalar(std::string_view text);

bool is_yaml_printable(char32_t c);
bool is_yaml_break(char32_t c);

// Unquoted, it would be read as a number, a boolean, null, a date or a merge key.
bool means_another_type(std::string_view text);

}  // namespace levada::cli
