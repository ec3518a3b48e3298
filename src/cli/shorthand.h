#pragma once
// The AWS CLI's shorthand for structures, maps and lists: `Name=a,Values=b,c` and
// `Rows=[{Key=1},{Key=2}]`. Reads text to a Document of strings, and then makes of the strings what
// a Shape says they are.
//
//   parameter    := keyval *("," keyval)
//   keyval       := key "=" [values]
//   values       := csv-list / explicit-list / hash-literal
//   explicit-list:= "[" [values *("," values)] "]"
//   hash-literal := "{" [key "=" values *("," key "=" values)] "}"

#include <string_view>

#include "aws/schema.h"
#include "base/result.h"
#include "cli/document.h"

namespace levada::cli {

inline constexpr int shorthand_depth_max = 100;

// An error's message is the AWS CLI's, with a caret under the place.
Result<Document> read_shorthand(std::string_view text);

// Numbers and booleans become such, a single value where a list belongs becomes a list of it.
Result<Unit> give_types(Document& value, const aws::Shape& shape);

}  // namespace levada::cli
