#pragma once
// JSON as the AWS CLI reads and writes it, which is as Python does: the same texts are taken
// (NaN and integers of any size too), the same words complain, the same bytes are printed. Not for
// the server, whose reader is wire/json_reader.h.

#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/document.h"

namespace levada::cli {

// Deeper than any answer of AWS nests; the reader recurses.
inline constexpr int json_depth_max = 500;

// An error's message is Python's: "Expecting value: line 1 column 1 (char 0)".
Result<Document> read_json(std::string_view text);

// As `json.dump(…, indent=4, ensure_ascii=False)`; without a final newline.
void append_indented_json(std::string& out, const Document& document);
// As `json.dumps(…)` of one line, with ", " and ": ".
std::string json_line(const Document& document);
// Without a blank, as AWS requests and JMESPath's to_string have it.
std::string compact_json(const Document& document);

// A quoted string; characters beyond ASCII pass through or become \u escapes.
void append_json_string(std::string& out, std::string_view text, bool ascii_only = false);

// How Python writes a float: the shortest digits that read back the same, "1e-05", "1.0".
std::string real_text(double number);

}  // namespace levada::cli
