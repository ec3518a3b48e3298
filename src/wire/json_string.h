#pragma once
// The inside of a JSON string, between its quotes (RFC 8259, 7). For the two readers of JSON here.

#include <string_view>

namespace levada::wire {

// Writes `raw` without its escapes at `to`, which must have room for raw.size() bytes, and returns
// where the text ends; null when an escape is malformed or half of a surrogate pair. `raw` holds no
// bare quote and no control character, and becomes valid UTF-8 if it was.
char* unescape_json(std::string_view raw, char* to);

// Where the string that begins at `at` (behind its opening quote) ends: the place of the closing
// quote, or null when there is none or a control character comes first.
struct JsonStringEnd {
  const char* quote;
  bool has_escapes;
};
JsonStringEnd find_json_string_end(const char* at, const char* end);

}  // namespace levada::wire
