#pragma once
// Delta: a change of a bag of rows, as a Z-set: rows with integer weights. A relation is the sum of
// its deltas; weight 1 puts a row in, -1 takes one out.

#include <cstdint>
#include <vector>

#include "query/value.h"

namespace levada::query {

struct Change {
  Row row;
  std::int64_t weight = 1;
};

using Delta = std::vector<Change>;

// Adds the weights of equal rows, drops those that cancel; the order of first appearance stays.
void consolidate(Delta& delta);

}  // namespace levada::query
