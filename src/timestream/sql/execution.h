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
#include "timestream/sql/column_filter.h"
#include "timestream/sql/column_table.h"
#include "timestream/sql/expression.h"
#include "timestream/sql/pausing_sort.h"

namespace levada::timestream::sql {

struct Limits {
  Deadline deadline = no_deadline;
  std::size_t cells_max = 25'000'000;  // values that intermediate results may hold
  // The same for all queries together; null: nobody else counts.
  std::size_t* cells_of_all = nullptr;
  std::size_t cells_of_all_max = 0;
};

struct Relation {
  Scope columns;
  std::vector<std::vector<Value>> rows;
  std::shared_ptr<const ColumnTable> table = {};  // instead of rows, where that was allowed
  std::size_t size() const { return table ? table->rows : rows.size(); }
};

inline constexpr std::size_t rows_between_pauses = 4096;
inline constexpr std::size_t steps_between_pauses = 1'000'000;  // of expressions that walk lists

class Execution {
 public:
  // All outlive the execution. `cancelled` is looked at now and then.
  Execution(Service& service, Caller caller, UnixMillis now, Limits limits, const bool& cancelled);

  Task<Relation> run(const Statement& statement);
  ~Execution();
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;

  // Only the columns: tables seem to be empty. Parameters without a value are noted, if asked for.
  void only_analyze(std::set<std::string>* parameters) {
    dry_ = true;
    runtime_.noted_parameters = parameters;
  }
  // What @name stands for.
  void bind(std::string name, Type type, Value value) {
    runtime_.parameters.insert_or_assign(std::move(name),
                                         std::pair(std::move(type), std::move(value)));
  }
  // The answer may be a ColumnTable.
  void allow_columns() { columns_allowed_ = true; }
  // How much of the tables was read; must be wanted before.
  void want_insights() { wants_insights_ = true; }
  const QueryInsights& insights() const { return insights_; }
  std::int64_t bytes_scanned() const { return bytes_scanned_; }

 private:
  struct Opened;
  struct Output;
  struct Grouping;
  struct Selected;
  struct TablePlan;
  struct WindowCall;
  // A query around the one that runs: while a subquery is looked at, its columns; while it runs,
  // the values of those that it captured.
  struct Outer {
    const Scope* scope = nullptr;
    std::vector<Capture> captures = {};
    std::vector<Type> types = {};
    const std::vector<Value>* values = nullptr;
  };
  using Commons = std::map<std::string, std::shared_ptr<Relation>>;
  using Row = std::vector<Value>;

  Task<Relation> query(const Query& query);
  Task<Relation> body(const QueryBody& body);
  Task<Relation> set_operation(const QueryBody& body);
  Task<Relation> values(const Select& select);
  Task<Relation> select(const Select& select, const std::vector<OrderItem>* order,
                        std::optional<std::uint64_t> limit);
  Task<Opened> open_from(const Select& select, const std::vector<OrderItem>& order);
  Result<std::vector<Output>> outputs_of(const Select& select, const Opened& in) const;
  Result<Grouping> grouping_of(const Select& select, const std::vector<Output>& outputs,
                               const std::vector<OrderItem>& order, const Opened& in) const;
  // All rows of `in` that fulfil the conditions become its rows; no condition is left.
  Task<Unit> gather(Opened& in, std::vector<const Node*>& conditions);
  Task<Unit> keep_rows(std::vector<Row>& rows, const Run& condition);
  Task<Unit> group(const Select& select, const std::vector<const Node*>& conditions, Opened& in,
                   Grouping& grouping);
  // The same for what can be folded column by column; no: it is of another kind.
  Task<bool> group_by_columns(const Select& select, const std::vector<const Node*>& conditions,
                              Opened& in, Grouping& grouping);
  Result<std::vector<WindowCall>> window_calls(const std::vector<const Node*>& roots,
                                               Compiler& compiler);
  // Appends the value of each call to each row.
  Task<Unit> add_windows(const std::vector<WindowCall>& calls, std::vector<Row>& rows);

  // Asks what subqueries in it can be asked before there are rows. `scope`: the columns around
  // them, or null where they may not look at any.
  Task<Unit> prepare_subqueries(const Node* node, const Scope* scope);
  Task<SubqueryResult> ask(const Node& subquery);
  bool correlated(const Node* node) const;
  // Asks the correlated subqueries in `roots` for all that the rows have.
  Task<Unit> answer_subqueries(std::vector<const Node*> roots, Compiler& compiler,
                               const std::vector<Row>& rows);
  std::optional<Compiled> outer_column(const Node& node);

  Task<Opened> open(const Source& source, const std::set<std::string>* needed);
  Task<Opened> open_table(const Source& source, const std::set<std::string>* needed);
  Task<Opened> open_join(const Source& source, const std::set<std::string>* needed);
  // `keeps`: rows whose lists are empty stay, as in a LEFT JOIN.
  Task<Opened> open_unnest(const Source& source, Opened left, bool keeps);
  Task<Opened> open_beside(const Source& source, Opened left);
  Task<Unit> gather_all(Opened& side);
  // Calls `take` for each row that fulfils all conditions until it says no.
  Task<Unit> scan(Opened& in, const std::vector<const Node*>& conditions,
                  const std::function<bool(Row&&)>& take);
  Task<Unit> scan_table(Opened& in, const std::vector<const Node*>& conditions,
                        const std::function<bool(Row&&)>& take);
  // The same for whoever looks at columns. `newest`: of rows of one series that fulfil all
  // conditions, the one of the latest time is enough.
  Task<Unit> scan_columns(Opened& in, const std::vector<const Node*>& conditions,
                          const std::function<bool(const Selected&)>& take, bool newest = false);
  // The newest point of the series, if it can be said without looking at others: taken, or not in
  // the range. No: rows have to be read.
  Task<bool> take_newest(const TableData& data, std::uint32_t number, const TablePlan& plan,
                         const Row& base, const std::vector<bool>& wanted,
                         const std::function<bool(const Selected&)>& take, bool& more);
  // Plain columns of a table, by their places in the scope; `keys` are places among them.
  Task<Relation> select_columns(Opened& in, const std::vector<const Node*>& conditions,
                                Relation result, const std::vector<std::size_t>& places,
                                const std::vector<OrderItem>& order,
                                const std::vector<std::size_t>& keys,
                                std::optional<std::uint64_t> limit);
  Task<TablePlan> plan_table(const Opened& in, const std::vector<const Node*>& conditions);
  // Narrows the range if the condition says nothing but something about time.
  bool narrow(const Opened& in, const Node& condition,
              std::pair<std::int64_t, std::int64_t>& range);
  static bool bound_of(const Opened& in, const Node& condition, std::vector<ColumnBound>& to);
  static void choose_series(const Opened& in, const Node& condition, TablePlan& plan);
  static bool constant_in_series(const Opened& in, const Node& node);
  Row series_row(const Opened& in, const SeriesIdentity& series) const;
  bool wants(const TablePlan& plan, const Row& series_row);

  Result<Relation> show_databases(const Statement& statement);
  Result<Relation> show_tables(const Statement& statement);
  Result<Relation> show_measures(const Statement& statement);
  Result<Relation> describe(const Statement& statement);
  Result<const Table*> find_table(const std::string& database, const std::string& table,
                                  Place place) const;

  // What a scan of a table reads, for the insights.
  void note_reading(const Opened& in, const TablePlan& plan);
  void note_rows(std::size_t rows, std::size_t columns) {
    bytes_scanned_ += static_cast<std::int64_t>(rows * (columns + 1) * sizeof(std::int64_t));
  }

  // Whether it is time to pause, after one more row.
  bool due(std::size_t& count) const {
    return ++count % rows_between_pauses == 0 || runtime_.steps > steps_between_pauses;
  }
  Task<Unit> pause();  // every few thousand rows
  Pause pauses() {
    return [this] { return pause(); };
  }
  Result<Unit> hold(std::size_t cells);  // counts what is kept
  void release(std::size_t cells);
  Result<Unit> check();  // whether an expression failed

  Service& service_;
  Caller caller_;
  Limits limits_;
  const bool& cancelled_;
  Runtime runtime_;
  SubqueryResults subqueries_;
  std::vector<Commons> commons_;
  std::vector<Outer> outers_;
  std::size_t cells_ = 0;
  std::int64_t bytes_scanned_ = 0;
  QueryInsights insights_;
  bool dry_ = false, wants_insights_ = false, columns_allowed_ = false;
  const Select* outermost_ = nullptr;  // the SELECT whose rows are the answer
};

}  // namespace levada::timestream::sql
