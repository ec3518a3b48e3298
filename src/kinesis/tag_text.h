#pragma once
// Which characters tags may have (spec kinesis 14).

#include <string_view>

namespace levada::kinesis {

// Every character is in [\u00C0-\u1FFF\u2C00-\uD7FF\w./\-=+_ @%]. The text is valid UTF-8.
bool tag_characters_valid(std::string_view text);

}  // namespace levada::kinesis
