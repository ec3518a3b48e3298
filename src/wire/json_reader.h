#pragma once
// Reads a JSON text (RFC 8259) into a Value tree, in one pass, without copying strings that have no
// escapes. Strict: valid UTF-8, nothing behind the value, no lone surrogates. Of a repeated key the
// last value stays. The depth and the number of nodes are bounded by the tree's limits.
//
// Own code, where simdjson would do, for what a 20 MiB body costs: simdjson needs a padded copy and
// about 13 bytes of working memory for each byte of text, a tree over its tape comes on top, and it
// refuses integers beyond 64 bits, which AWS clamps. Its tape alone, without the tree, takes two
// thirds of our time on a WriteRecords body (json_bench). The fuzzer proves that both read the
// same.

#include "base/result.h"
#include "wire/value.h"

namespace levada::wire {

// The root lives in `tree`, which is cleared first, and looks into `text`. An error (invalid) says
// what is wrong and where.
Result<Value> read_json(std::string_view text, ValueTree& tree);

}  // namespace levada::wire
