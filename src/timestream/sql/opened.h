#pragma once
// A source of rows that was resolved: a table to scan, or rows that are there already.

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
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

// What a condition says about a column of numbers.
struct Execution::Bound {
  std::uint32_t attribute;
  std::string sign;
  double value;
};

// What a condition says about a table: which times, which series, and what is left of it.
struct Execution::TablePlan {
  std::pair<std::int64_t, std::int64_t> range;  // first and last time, both inside
  std::vector<Run> of_series, rest;
  std::vector<Bound> bounds;  // blocks that hold nothing within them are left alone
  bool excludes(std::span<const Zone> zones) const;
};

// What is kept of a SELECT with groups: first the keys, then the aggregates.
struct Execution::Grouping {
  std::vector<const Node*> keys;
  std::vector<const Node*> aggregates;
  std::vector<std::string> signatures;  // of both
  Scope columns;
  std::vector<Row> rows;
};

inline constexpr std::size_t rows_between_pauses = 4096;

struct RowHash {
  std::size_t operator()(const std::vector<Value>& row) const {
    std::size_t hash = row.size();
    for (const Value& value : row) hash = hash * 1099511628211ull ^ hash_of(value);
    return hash;
  }
};
struct RowEqual {
  bool operator()(const std::vector<Value>& a, const std::vector<Value>& b) const {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (compare(a[i], b[i]) != 0) return false;
    return true;
  }
};

}  // namespace levada::timestream::sql
