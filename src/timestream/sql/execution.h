#pragma once
// Execution: one statement from its syntax tree to its rows. Works on the reactor that owns the
// tables and lets everything else run every few thousand rows; ends when it is cancelled, takes too
// long or would need too much memory.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "timestream/service.h"
#include "timestream/sql/aggregate.h"
#include "timestream/sql/expression.h"

namespace levada::timestream::sql {

struct Limits {
  Deadline deadline = no_deadline;
  std::size_t cells_max = 50'000'000;  // values that intermediate results may hold
};

struct Relation {
  Scope columns;
  std::vector<std::vector<Value>> rows;
};

class Execution {
 public:
  // All outlive the execution. `cancelled` is looked at now and then.
  Execution(Service& service, Caller caller, UnixMillis now, Limits limits, const bool& cancelled);

  Task<Relation> run(const Statement& statement);
  // Only the columns: tables seem to be empty.
  void only_analyze() { dry_ = true; }

 private:
  struct Opened;
  struct Output;
  struct Grouping;
  struct Bound;
  struct TablePlan;
  using Commons = std::map<std::string, std::shared_ptr<Relation>>;
  using Row = std::vector<Value>;

  Task<Relation> query(const Query& query);
  Task<Relation> body(const QueryBody& body);
  Task<Relation> set_operation(const QueryBody& body);
  Task<Relation> values(const Select& select);
  Task<Relation> select(const Select& select, const std::vector<OrderItem>* order,
                        std::optional<std::uint64_t> limit);
  Task<Unit> group(const Select& select, Opened& in, Grouping& grouping);
  // The same for what can be folded column by column; no: it is of another kind.
  Task<bool> group_by_columns(const Select& select, Opened& in, Grouping& grouping);
  Task<Unit> prepare_subqueries(const Node* node);
  Task<Unit> prepare_subqueries(const Select& select, const std::vector<OrderItem>* order);

  Task<Opened> open(const Source& source, const std::set<std::string>* needed);
  Task<Opened> open_table(const Source& source, const std::set<std::string>* needed);
  Task<Opened> open_join(const Source& source, const std::set<std::string>* needed);
  Task<Opened> open_unnest(const Source& source, Opened left);
  // Calls `take` for each row that fulfils `where` until it says no.
  Task<Unit> scan(Opened& in, const Node* where, const std::function<bool(Row&&)>& take);
  Task<Unit> scan_table(Opened& in, const Node* where, const std::function<bool(Row&&)>& take);
  Task<TablePlan> plan_table(const Opened& in, const Node* where);
  // Narrows the range if the condition says nothing but something about time.
  bool narrow(const Node& condition, std::pair<std::int64_t, std::int64_t>& range);
  static std::optional<Bound> bound_of(const Opened& in, const Node& condition);
  static bool constant_in_series(const Opened& in, const Node& node);
  Row series_row(const Opened& in, const SeriesIdentity& series) const;
  bool wants(const TablePlan& plan, const Row& series_row);

  Result<Relation> show_databases(const Statement& statement);
  Result<Relation> show_tables(const Statement& statement);
  Result<Relation> show_measures(const Statement& statement);
  Result<Relation> describe(const Statement& statement);
  Result<const Table*> find_table(const std::string& database, const std::string& table,
                                  Place place) const;

  Task<Unit> pause();                    // every few thousand rows
  Result<Unit> hold(std::size_t cells);  // counts what is kept
  Result<Unit> check() const;            // whether an expression failed

  Service& service_;
  Caller caller_;
  Limits limits_;
  const bool& cancelled_;
  Runtime runtime_;
  SubqueryResults subqueries_;
  std::vector<Commons> commons_;
  std::size_t cells_ = 0;
  bool dry_ = false;
};

}  // namespace levada::timestream::sql
