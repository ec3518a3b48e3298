#pragma once
// Maps: a datum of type map(k, v) is the list of its entries, each a key and its value, in the
// order in which they came. Keys are integers or text, not NULL, each once.

#include <span>

#include "query/evaluation.h"

namespace levada::query {

// Errors: 42804.
SqlResult<Unit> check_map_key(const Type& key);
// The entries as a map; a NULL key or one that is there twice is an error.
Datum checked_map(Evaluation& evaluation, std::span<const Datum> entries);
// Some key of the entries is there twice.
bool has_key_twice(std::span<const Datum> entries);
// The first one's entries, less those that the second one has, then the second one's.
Datum merged_map(Evaluation& evaluation, std::span<const Datum> first,
                 std::span<const Datum> second);

}  // namespace levada::query
