#pragma once
// A text as JSON writes it. Reports are objects for people and scripts; what AWS clients read is
// written by the faces.

#include <string>
#include <string_view>

namespace levada::timestream {

// With its quotes. `text` is UTF-8.
std::string json_text(std::string_view text);

}  // namespace levada::timestream
