#pragma once
// A source of rows that was resolved: a table to scan, or rows that are there already.

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "timestream/series_cursor.h"
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
  std::string arn;
  PartitionKey partition_key;
};

// What the conditions say about a table: which times, which series, and what is left of them.
struct Execution::TablePlan {
  std::pair<std::int64_t, std::int64_t> range;  // first and last time, both inside
  // No other series can be wanted; nothing: any may be.
  std::optional<std::vector<std::uint32_t>> series;
  std::vector<Run> of_series, rest;
  std::vector<ColumnBound> bounds;  // decided on columns
  std::vector<bool> looked_at;      // by column, what `rest` looks at
};

// Rows of one chunk of a series that fulfil all conditions; good until something else runs.
struct Execution::Selected {
  const SeriesIdentity& series;
  const Row& base;  // a row with the columns of the series
  const SeriesCursor::Chunk& chunk;
  std::span<const std::uint32_t> rows;  // places in the chunk's series, ascending; not empty
};

// One column of the answer.
struct Execution::Output {
  std::string name;
  const Node* node = nullptr;
  std::size_t column = 0;  // of the input, where there is no node
};

// A window function of one SELECT (windows.cc).
struct Execution::WindowCall {
  const Node* node = nullptr;
  Type type;
  std::vector<Run> partition, order, arguments;
  Run filter;
  Type order_type;  // of the only ORDER BY, for RANGE with offsets
  Run first, last;  // offsets of the frame
  bool first_months = false, last_months = false;
  AggregateKind aggregate;  // where it is one
};

// What is kept of a SELECT with groups: first the keys, then the aggregates; with grouping sets at
// last which set it is.
struct Execution::Grouping {
  bool there = false;
  std::vector<const Node*> keys;
  std::vector<const Node*> aggregates;
  std::vector<std::string> signatures;  // of both
  Scope columns;
  std::vector<Row> rows;
  std::vector<std::vector<std::size_t>> sets;  // which keys each grouping set has

  // grouping(a, b): which of them the row's grouping set leaves out, as bits.
  std::optional<Compiled> bits_of(const Scope& scope, const Node& node) const;
};

}  // namespace levada::timestream::sql
