#pragma once
// Plan: the logical query that the binder hands to the engine: a tree (shared subtrees make it a
// DAG) of relational operators over typed rows, subqueries already decorrelated into joins. The
// same plan runs once over a snapshot (SELECT) or stays as a circuit (a view). circuit.h builds it.
//
// Every node's output columns have types; names matter at the root only. An expression in a node
// reads the columns of the node's input; for a join those of the left input, then of the right.
//
// Who does what: the binder makes simple, correct trees (conditions may stay in Filter above a
// cross join); optimizer.h pushes predicates down, finds equalities for hash joins, temporal
// filters (a Filter over now()), dynamic filters (a comparison with a one-row side) and top-N by
// row_number.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "query/expression.h"
#include "query/functions.h"
#include "query/relation.h"

namespace levada::query {

struct PlanNode;
using Plan = std::shared_ptr<const PlanNode>;

struct OutputColumn {
  std::string name;
  Type type;
  bool hidden = false;
};

struct SortKey {
  ExpressionRef expression;
  bool descending = false;
  bool nulls_first = false;  // PostgreSQL's default: last when ascending, first when descending
};

struct Scan {  // all columns of the relation, hidden ones too
  std::shared_ptr<const Relation> relation;
};

struct Values {  // no input; each row as wide as the output
  std::vector<std::vector<ExpressionRef>> rows;
};

struct Project {
  Plan input;
  std::vector<ExpressionRef> expressions;
};

struct Filter {
  Plan input;
  ExpressionRef condition;
};

enum class JoinKind : std::uint8_t { inner, left, right, full, semi, anti };
// Output: left columns, then right ones; of semi and anti joins the left ones only. Cross join:
// inner with a constant true. NOT IN is an anti join on (a = b) IS NOT FALSE ("is_not_false" row).
struct Join {
  JoinKind kind = JoinKind::inner;
  Plan left;
  Plan right;
  ExpressionRef condition;
  bool lookup = false;  // FOR SYSTEM_TIME AS OF PROCTIME(): changes on the right change nothing
};

struct AggregateCall {
  const AggregateFunction* function = nullptr;
  Type type;
  std::vector<ExpressionRef> arguments;
  bool distinct = false;
  std::vector<SortKey> order = {};
  ExpressionRef filter = {};  // NULL: none
};

// Output: the group expressions (NULL where a grouping set leaves one out), then the aggregates;
// with grouping sets then one int8 whose bit i is set when group expression i is left out of the
// row's set (the binder makes GROUPING() of it). Without groups: one row, always.
struct Aggregate {
  Plan input;
  std::vector<ExpressionRef> groups;
  std::vector<AggregateCall> aggregates;
  std::vector<std::vector<std::size_t>> grouping_sets = {};  // empty: one set with all groups
};

struct Distinct {
  Plan input;
};

enum class SetKind : std::uint8_t { union_, intersect, except };
struct SetOperation {
  SetKind kind = SetKind::union_;
  bool all = false;
  std::vector<Plan> inputs;  // of equal types
};

// ORDER BY / LIMIT / OFFSET / FETCH … WITH TIES / DISTINCT ON (limit 1 with the keys as partition),
// within each partition. Only the root's order is an order of the result. No limit: only sorts.
struct TopN {
  Plan input;
  std::vector<ExpressionRef> partition = {};
  std::vector<SortKey> order;
  ExpressionRef limit = {};   // int8, no columns; NULL: none
  ExpressionRef offset = {};  // int8, no columns; NULL: none
  bool with_ties = false;
  bool ranked = false;  // made by the optimizer: row_number() is one more column
};

enum class FrameUnit : std::uint8_t {
  rows,
  range,
  groups,
  session,  // rows that follow each other within `start.offset`, a gap
};
enum class FrameBoundKind : std::uint8_t {
  unbounded_preceding,
  preceding,
  current_row,
  following,
  unbounded_following,
};
struct FrameBound {
  FrameBoundKind kind = FrameBoundKind::unbounded_preceding;
  ExpressionRef offset = {};  // constant; of preceding and following; an interval for dates
};
enum class FrameExclusion : std::uint8_t { no_others, current_row, group, ties };
struct Frame {
  FrameUnit unit = FrameUnit::range;
  FrameBound start = {};
  FrameBound end = {FrameBoundKind::current_row, {}};
  FrameExclusion exclusion = FrameExclusion::no_others;
};

struct WindowCall {
  WindowKind kind = WindowKind::row_number;
  AggregateCall aggregate = {};  // when kind is aggregate: function, arguments, filter
  std::vector<ExpressionRef> arguments = {};
  Type type;
  Frame frame = {};
  bool ignore_nulls = false;
};

// Output: the input's columns, then one for each call. Calls with another partition or order are
// another Window above.
struct Window {
  Plan input;
  std::vector<ExpressionRef> partition;
  std::vector<SortKey> order;
  std::vector<WindowCall> calls;
  // Rows come in order and only once: one goes out when its frames cannot change any more.
  bool on_close = false;
};

// Set-returning functions, evaluated for each input row side by side (NULL where one has ended).
// Output: the input's columns, one for each call, and with ordinality an int8 from 1. FROM
// generate_series(…) is one over Values of one row without columns. `outer`: a row without results
// stays, with NULLs (LEFT JOIN LATERAL unnest(…) ON true).
struct TableCall {
  const TableFunction* function =
      nullptr;  // nullptr: the only argument's value, once (a scalar beside SRFs)
  Type type;
  std::vector<ExpressionRef> arguments;
};
struct ProjectSet {
  Plan input;
  std::vector<TableCall> calls;
  bool ordinality = false;
  bool outer = false;
};

// TUMBLE (slide = size) and HOP. Output: the input's columns, window_start, window_end, both of the
// time column's type (timestamp for a date).
struct TimeWindow {
  Plan input;
  ExpressionRef time;
  Interval slide;
  Interval size;
  Interval offset = {};
};

// At most one row for each partition passes; a second is the error 21000 "Scalar subquery produced
// more than one row." in a SELECT.
struct SingleRow {
  Plan input;
  std::vector<ExpressionRef> partition = {};
};

// EMIT ON WINDOW CLOSE: rows pass when the watermark has passed their column.
struct EmitOnClose {
  Plan input;
  Watermark watermark;
};

// AS CHANGELOG: each change of the input is a row of its own, that never changes again: the input's
// columns, changelog_op (1 insert, 2 delete, 3 and 4 what an update of the key's row made and took)
// and a number of its own.
struct Changelog {
  Plan input;
  std::vector<std::size_t> key;
};

struct PlanNode {
  std::variant<Scan, Values, Project, Filter, Join, Aggregate, Distinct, SetOperation, TopN, Window,
               ProjectSet, TimeWindow, SingleRow, EmitOnClose, Changelog>
      node;
  std::vector<OutputColumn> columns;
};

// These compute the output columns; those whose names the caller knows take them.
Plan scan(std::shared_ptr<const Relation> relation);
Plan values(std::vector<OutputColumn> columns, std::vector<std::vector<ExpressionRef>> rows);
Plan project(Plan input, std::vector<ExpressionRef> expressions, std::vector<std::string> names);
Plan filter(Plan input, ExpressionRef condition);
Plan join(JoinKind kind, Plan left, Plan right, ExpressionRef condition, bool lookup = false);
Plan aggregate(Plan input, std::vector<ExpressionRef> groups, std::vector<AggregateCall> aggregates,
               std::vector<std::vector<std::size_t>> grouping_sets = {});
Plan distinct(Plan input);
Plan set_operation(SetKind kind, bool all, std::vector<Plan> inputs);
Plan top_n(TopN node);
Plan window(Window node);
Plan project_set(ProjectSet node);
Plan time_window(TimeWindow node);
Plan single_row(Plan input, std::vector<ExpressionRef> partition = {});
Plan emit_on_close(Plan input, Watermark watermark);
Plan changelog(Plan input, std::vector<std::size_t> key);

const OutputColumn& output(const Plan& plan, std::size_t index);
std::vector<Plan> inputs(const PlanNode& node);

// The relations that a plan reads, each once.
std::vector<std::shared_ptr<const Relation>> relations(const Plan& plan);
// Columns of the output that identify a row (spec 4.2), if the plan has such among its output.
std::optional<std::vector<std::size_t>> derived_key(const Plan& plan);
// No row that the plan has put out ever goes away.
bool is_append_only(const Plan& plan);
// The same plan with parameters replaced.
Plan with_parameters(const Plan& plan, const std::vector<Value>& values);
bool has_changelog(const Plan& plan);
// The tree as EXPLAIN shows it, one line a node.
std::vector<std::string> explain(const Plan& plan);

}  // namespace levada::query
