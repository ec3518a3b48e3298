#pragma once
// A source of rows that was resolved: a table to scan, or rows that are there already.

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "timestream/sql/execution.h"

namespace levada::timestream::sql {

struct Execution::Opened {
  Relation relation;             // of tables only the columns
  std::set<std::size_t> hidden;  // columns that * leaves out: the right side of USING
  // Of tables:
  std::shared_ptr<const TableStore> store;
  std::int64_t shown_from = 0;
  std::vector<bool> needed;    // by column
  std::size_t dimensions = 0;  // the first columns; then measure_name, time, the attributes
};

}  // namespace levada::timestream::sql
