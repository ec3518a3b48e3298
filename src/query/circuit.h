#pragma once
// Circuit: a plan made of operators. Each step pushes the changes of its relations through and
// gives the change of its output. A SELECT is the same circuit, stepped once with whole relations.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "query/delta.h"
#include "query/evaluation.h"
#include "query/plan.h"
#include "query/sql_error.h"

namespace levada::query {

class Operator;
class StateReader;
class StateWriter;

struct RelationDelta {
  RelationId relation;
  const Delta* delta = nullptr;
};

// Columns of a relation that a SELECT wants to equal these values: a store that finds rows by them
// may hand in fewer rows than all.
using Equalities = std::vector<std::pair<std::size_t, Value>>;
using RowSource = std::function<Delta(const Relation&, const Equalities&)>;

class Circuit {
 public:
  // `once`: for a single step; now() is then the statement's time and an order is kept.
  // Otherwise now() may stand in temporal filters only (0A000 elsewhere).
  static SqlResult<std::unique_ptr<Circuit>> build(const Plan& plan, bool once);
  ~Circuit();

  // What the output changes. Relations that did not change may be left out. Stopped in its middle
  // (57014) it is good for nothing any more.
  SqlResult<Delta> step(std::span<const RelationDelta> changes, Evaluation& evaluation);
  // A row of a relation that the next step counts as if it were in its changes. It is made only
  // where somebody wants a row: often its data are looked at by a projection and that is all.
  void push(RelationId relation, std::span<const Datum> data, std::int64_t weight,
            Evaluation& evaluation);
  bool has_pushed() const { return pushed_; }

  // What its operators remember, and back into a fresh circuit of the same plan, which then does
  // not begin anew. false: these bytes are of another plan, or none; build another circuit then.
  void save(StateWriter& out) const;
  bool restore(StateReader& in);

  bool follows_time() const { return follows_time_; }
  bool follows_watermarks() const { return follows_watermarks_; }
  bool reads(RelationId relation) const;

 private:
  friend class CircuitBuilder;
  friend SqlResult<std::vector<Row>> run_once(const Plan& plan, const SessionFacts& facts,
                                              const RowSource& rows_of);
  struct Node {
    std::unique_ptr<Operator> op;  // none: a scan
    std::vector<Delta> inbox;
    Delta pushed;  // its output already, of rows that were pushed
    std::vector<std::pair<std::size_t, std::size_t>> consumers;  // node, input
    std::size_t operator_inputs = 0;
  };
  struct Source {
    std::shared_ptr<const Relation> relation;
    std::size_t node;
    std::vector<std::pair<std::size_t, ExpressionRef>> equalities;  // column, what it equals
  };

  Circuit() = default;
  std::string shape() const;
  SqlResult<Delta> run(std::span<const RelationDelta> changes, Evaluation& evaluation);

  Plan plan_;                // as it was lowered; not of a circuit for one step
  std::vector<Node> nodes_;  // inputs before their consumers; the last is the root
  std::vector<Source> sources_;
  std::size_t root_ = 0;
  bool once_ = false, first_ = true, follows_time_ = false, follows_watermarks_ = false;
  bool pushed_ = false;
};

// A SELECT: the rows, in the plan's order if it has one.
SqlResult<std::vector<Row>> run_once(const Plan& plan, const SessionFacts& facts,
                                     const RowSource& rows_of);

}  // namespace levada::query
