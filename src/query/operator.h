#pragma once
// Operator: one node of a circuit. It is handed what changed on its inputs and says what changes on
// its output; what it must remember for that is its state.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "query/closing.h"
#include "query/delta.h"
#include "query/evaluation.h"
#include "query/plan.h"
#include "query/state_codec.h"

namespace levada::query {

// What a step is told.
struct Step {
  Evaluation& evaluation;
  bool first = false;  // the circuit's first step
  bool once = false;   // and its last: nothing need be remembered
};

class Operator {
 public:
  virtual ~Operator() = default;
  // `inputs` has the delta of each input and may be consumed; `out` is empty before.
  virtual void step(const Step& step, std::span<Delta> inputs, Delta& out) = 0;
  // Whether it can take a row that is not made yet, only data that somebody else owns.
  virtual bool takes_data() const { return false; }
  virtual void take(const Step&, const Datum*, std::int64_t, Delta&) {}
  // What it remembers, into a checkpoint; and back, into a fresh operator of the same plan. false:
  // these are not its bytes.
  virtual void save(StateWriter&) const {}
  virtual bool restore(StateReader&) { return true; }
  // Also stepped when nothing came: now() moves it.
  virtual bool follows_time() const { return false; }
  // Also stepped when nothing came but a watermark may have risen.
  virtual bool follows_watermarks() const { return false; }
};

struct CompiledSortKey {
  Program program;
  bool descending = false;
  bool nulls_first = false;
};
std::vector<CompiledSortKey> compiled(const std::vector<SortKey>& keys);
// Of evaluated keys. 0 bytes apart: equal.
std::strong_ordering compare(std::span<const Datum> a, std::span<const Datum> b,
                             std::span<const CompiledSortKey> keys);

std::unique_ptr<Operator> make_values(const Values& node);
// A filter and a projection in one pass; `expressions` empty = the row itself.
std::unique_ptr<Operator> make_map(const std::vector<ExpressionRef>& conditions,
                                   const std::vector<ExpressionRef>* expressions);
std::unique_ptr<Operator> make_project_set(const ProjectSet& node);
// generate_series(start, now() …, step), beside nothing else: it goes on as time moves.
bool is_series_to_now(const ProjectSet& set);
std::unique_ptr<Operator> make_series_to_now(const ProjectSet& set);
std::unique_ptr<Operator> make_time_window(const TimeWindow& node);
// `lhs` OP now-expression: rows come and go as time moves.
std::unique_ptr<Operator> make_temporal_filter(ExpressionRef value, std::string_view sign,
                                               ExpressionRef bound);
std::unique_ptr<Operator> make_union();

struct JoinShape {
  JoinKind kind = JoinKind::inner;
  std::size_t left_width = 0, right_width = 0;
  std::vector<std::size_t> left_keys, right_keys;
  std::vector<bool> null_safe;
  ExpressionRef residual;                // over left ++ right; NULL: none
  std::vector<ExpressionRef> projected;  // over left ++ right, of an inner join; empty: both rows
  bool left_grows = false, right_grows = false;  // nothing of that side is ever taken out
  bool lookup = false;
  bool remembers = false;  // of a look-up: what each left row found, since it may go again
  std::optional<Closes> closes = {};  // by the keys of an equality; both sides only grow
};
std::unique_ptr<Operator> make_join(JoinShape shape);

std::unique_ptr<Operator> make_aggregate(const Aggregate& node, bool append_only_input,
                                         std::optional<Closes> closes);
std::unique_ptr<Operator> make_distinct(std::optional<Closes> closes);
std::unique_ptr<Operator> make_set_operation(SetKind kind, bool all, std::size_t inputs);
// With `ranked`, each row gets its row_number as one more column.
std::unique_ptr<Operator> make_top_n(const TopN& node, std::int64_t limit, std::int64_t offset,
                                     bool append_only_input, bool ranked,
                                     std::optional<Closes> closes);
std::unique_ptr<Operator> make_window(const Window& node);
std::unique_ptr<Operator> make_single_row(const SingleRow& node);
std::unique_ptr<Operator> make_emit_on_close(const EmitOnClose& node);
std::unique_ptr<Operator> make_changelog(const Changelog& node);

}  // namespace levada::query
