#pragma once
// StoredRows: what INSERT, UPDATE and DELETE do to a table's rows: the plan's rows completed (row
// ids, generated columns), checked (NOT NULL), and made inputs of an epoch.

#include <memory>
#include <vector>

#include "query/evaluation.h"
#include "query/plan.h"
#include "query/recursion.h"
#include "streaming/engine.h"
#include "streaming/transaction.h"

namespace levada::streaming {

class StoredRows {
 public:
  enum class Kind : std::uint8_t { insert, update, remove };

  struct Work {
    query::Plan plan;
    std::vector<query::Recursion> recursions = {};  // that the plan reads
    std::vector<query::ExpressionRef> returning = {};
  };

  StoredRows(Engine& engine, std::shared_ptr<const Relation> relation, Kind kind, Work work,
             query::SessionFacts facts, const TransactionWrites* own = nullptr);

  bool reads_nothing() const;  // INSERT … VALUES: may be worked out before its turn
  SqlResult<std::vector<Input>> inputs(query::Breath& breath);
  std::uint64_t count() const { return count_; }
  std::vector<query::Row> take_returned() { return std::move(returned_); }

 private:
  SqlResult<Unit> check_target() const;
  SqlResult<Unit> check_layout(const Relation& bound) const;
  std::vector<std::shared_ptr<const Relation>> read_relations() const;

  Engine& engine_;
  std::shared_ptr<const Relation> relation_;
  Kind kind_;
  Work work_;
  query::SessionFacts facts_;
  const TransactionWrites* own_;  // NULL: no transaction
  std::uint64_t count_ = 0;
  std::vector<query::Row> returned_;
};

// Rows of COPY, whose columns are `targets`; the others take their defaults.
SqlResult<std::vector<Input>> copied_rows(Engine& engine,
                                          const std::shared_ptr<const Relation>& relation,
                                          const std::vector<std::size_t>& targets,
                                          const std::vector<query::Row>& rows,
                                          const query::SessionFacts& facts);

// Rows that a source read: generated columns and row ids are added; what cannot be completed is
// skipped and counted.
Input sourced_rows(Engine& engine, const std::shared_ptr<const Relation>& relation,
                   const std::vector<SourceRow>& rows, const query::SessionFacts& facts);

// The changes of a sink INTO the table as changes of the table; rows that it does not take are left
// out. Part of applying an epoch: the same again at replay.
Input sunk_rows(Engine& engine, const std::shared_ptr<const Relation>& relation,
                const query::Delta& delta, bool append_only, const query::SessionFacts& facts);

// SELECT * of a stored relation.
query::Plan visible_rows(const std::shared_ptr<const Relation>& relation);

// The plan with NULL for each column of the relation that it does not have (hidden ones).
query::Plan widened_to(const Relation& relation, const query::Plan& plan);

}  // namespace levada::streaming
