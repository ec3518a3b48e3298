#pragma once
// Whether bytes are valid UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above
// U+10FFFF).

#include <string_view>

namespace levada {

bool is_valid_utf8(std::string_view text);

}  // namespace levada
