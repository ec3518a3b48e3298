#pragma once
// QueryBinder: the rules of the binder, a function a kind of syntax; internal to sql/. Terms are in
// bind_terms.cc, calls in bind_calls.cc, maps in bind_maps.cc, subqueries in bind_subqueries.cc,
// FROM in bind_tables.cc, SELECT in bind_select.cc, the other clauses of a query in
// bind_queries.cc.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/attempt.h"
#include "base/result.h"
#include "sql/binder.h"
#include "sql/coercion.h"
#include "sql/decorrelate.h"
#include "sql/scope.h"

namespace levada::sql {

using query::Plan;
using query::SqlError;

// A plan and what names mean over it.
struct Frame {
  Plan plan;
  Scope scope;
};

struct BoundOutput {
  Plan plan;  // its columns' names are the query's
};

// Of the n-th term that a query selects; of the query where that cannot be told.
std::uint32_t position_of_item(const Query& query, std::size_t n);

class QueryBinder {
 public:
  QueryBinder(const query::RelationCatalog& catalog, ParameterTypes& parameters,
              const BindOptions& options)
      : catalog_(catalog),
        parameters_(parameters),
        options_(options),
        coercion_(parameters, options.style, options.text) {}

  // Where recursive queries go that are found; without this they are refused.
  void collect(std::vector<query::Recursion>& recursions) { recursions_ = &recursions; }

  SqlResult<Plan> query(const Query& query, const Scope* outer);
  // Frames of FROM; the frame of one row without columns when there is none.
  SqlResult<Frame> from(const std::vector<TableRefPtr>& tables, const Scope* outer);
  SqlResult<Unit> where(Frame& frame, const Term& condition);
  // A term over a frame; subqueries in it become columns of the frame.
  SqlResult<ExpressionRef> term_over(Frame& frame, const Term& term);
  // A subquery's only row as one value.
  SqlResult<ExpressionRef> row_of_query(Frame& frame, const Term& term);
  SqlResult<Frame> relation_frame(std::shared_ptr<const query::Relation> found, std::string alias);
  // What a star stands for.
  SqlResult<std::vector<std::pair<ExpressionRef, std::string>>> expand_star(Frame& frame,
                                                                            const Term& star);
  const Coercion& coercion() const { return coercion_; }
  tl::unexpected<SqlError> at(std::uint32_t position, std::string_view sqlstate,
                              std::string message, std::string hint = {}) const;
  static std::string column_name(const Term& term);

 private:
  struct Pending {  // a subquery whose place in the plan comes later
    enum class Kind : std::uint8_t { scalar, exists, in, array };
    Kind kind;
    Plan plan;
    ExpressionRef left;  // x of x IN (…)
    std::string sign = "=";
    bool negated = false;
    bool every = false;
    Type type;
  };
  struct Aggregating {  // of one SELECT
    std::vector<query::AggregateCall> calls;
    std::vector<ExpressionRef> grouping;  // arguments' indexes of GROUPING()
    bool uses_grouping = false;
  };
  struct WindowUse {
    query::WindowCall call;
    std::vector<ExpressionRef> partition;
    std::vector<query::SortKey> order;
  };
  // What a term being bound may contain, and where what it contains is collected.
  struct Place {
    Scope* scope = nullptr;
    std::vector<Pending>* pending = nullptr;
    Aggregating* aggregating = nullptr;         // null: no aggregates here
    std::vector<WindowUse>* windows = nullptr;  // null: no window functions here
    std::vector<query::TableCall>* sets = nullptr;
    Frame* frame = nullptr;          // where aggregates' arguments put subqueries
    const Select* select = nullptr;  // whose named windows are known
    std::string_view clause;         // for messages
    std::map<std::string, ExpressionRef> lambda = {};
  };

  // Terms.
  SqlResult<ExpressionRef> term(const Term& term, Place& place);
  SqlResult<ExpressionRef> term_here(const Term& term, Place& place);
  SqlResult<ExpressionRef> boolean_term(const Term& term, Place& place);
  SqlResult<std::vector<ExpressionRef>> terms(const std::vector<TermRef>& terms, Place& place);
  SqlResult<ExpressionRef> number(const Term& term);
  SqlResult<ExpressionRef> column(const Term& term, Place& place);
  std::optional<ExpressionRef> find_column(const Scope& scope, const Name& names, bool& ambiguous,
                                           bool& table_found) const;
  SqlResult<ExpressionRef> field(const Term& term, Place& place);
  SqlResult<ExpressionRef> choose(const Term& term, Place& place);
  SqlResult<ExpressionRef> cast(const Term& term, Place& place);
  SqlResult<ExpressionRef> compare(std::string_view sign, ExpressionRef left, ExpressionRef right);
  SqlResult<ExpressionRef> binary(const Term& term, Place& place);
  SqlResult<ExpressionRef> is_test(const Term& term, Place& place);
  SqlResult<ExpressionRef> in_list(const Term& term, Place& place);
  SqlResult<ExpressionRef> like(const Term& term, Place& place);
  SqlResult<ExpressionRef> quantified(const Term& term, Place& place);
  SqlResult<ExpressionRef> negation(ExpressionRef value);

  // Maps (bind_maps.cc).
  SqlResult<ExpressionRef> map_of(const Term& term, Place& place);
  SqlResult<ExpressionRef> map_element(ExpressionRef map, ExpressionRef key);
  SqlResult<std::optional<ExpressionRef>> map_call(const Term& term,
                                                   const std::vector<ExpressionRef>& arguments);

  // Calls.
  SqlResult<ExpressionRef> call(const Term& term, Place& place);
  SqlResult<ExpressionRef> spread_call(const Term& term, std::vector<ExpressionRef> arguments);
  SqlResult<ExpressionRef> written_call(const Term& term, const query::SqlFunction& function,
                                        std::vector<ExpressionRef> arguments);
  SqlResult<const query::SqlFunction*> written_function(
      const Term& term, const std::string& schema, const std::string& name,
      const std::vector<ExpressionRef>& arguments) const;
  SqlResult<std::optional<ExpressionRef>> special_call(const Term& term, Place& place);
  SqlResult<std::optional<ExpressionRef>> aggregate_call(const Term& term, Place& place);
  SqlResult<query::AggregateCall> aggregate_of(const Term& term, const std::string& name,
                                               Place& place);
  SqlResult<ExpressionRef> window_call(const Term& term, Place& place);
  SqlResult<query::Frame> window_frame(const FrameClause& clause, Place& place);
  SqlResult<std::optional<query::TableCall>> table_call(const Term& term, Place& place);

  // Subqueries.
  SqlResult<ExpressionRef> subquery(const Term& term, Place& place);
  SqlResult<Unit> attach(Frame& frame, std::vector<Pending>& pending,
                         std::vector<ExpressionRef*> expressions);
  SqlResult<Unit> attach_one(Frame& frame, Pending& pending, ExpressionRef& value);
  // Joins the plan, which may look at the frame's columns, to the frame; its columns begin at the
  // returned index.
  SqlResult<std::size_t> join_dependent(Frame& frame, Plan plan, query::JoinKind kind);
  SqlResult<Unit> semi_join(Frame& frame, Plan plan, std::vector<ExpressionRef> conditions,
                            bool anti);
  SqlResult<bool> conjunct(Frame& frame, const Term& term);  // of WHERE; false: an ordinary one

  // Tables.
  SqlResult<Frame> table(const TableRef& table, Frame* left, const Scope* outer);
  std::shared_ptr<const query::Relation> relation_called(const TableRef& written) const;
  SqlResult<Frame> relation(const TableRef& table, const Scope* outer);
  SqlResult<Frame> index_frame(const query::Relation& index, const std::string& alias);
  SqlResult<Frame> join(const TableRef& table, const Scope* outer, Frame* left);
  SqlResult<Frame> functions(const TableRef& table, Frame* left, const Scope* outer,
                             bool outer_join);
  SqlResult<query::TableCall> record_call(const Term& one, const TableRef& written, Place& place);
  SqlResult<Unit> keep_closest(Frame& joined, std::size_t left_width, std::uint32_t position) const;
  SqlResult<Frame> window_table(const TableRef& table, const Scope* outer);
  SqlResult<Frame> combine(Frame left, const TableRef& right, query::JoinKind kind,
                           const TableRef* join, const Scope* outer);
  static void rename(Frame& frame, const std::string& alias, std::size_t first = 0);
  SqlResult<Unit> rename_columns(Frame& frame, const std::vector<std::string>& names,
                                 std::size_t first);

  // Clauses. `settle`: untyped literals of the output become text; else the caller gives them a
  // type.
  SqlResult<Plan> query_as(const Query& query, const Scope* outer, bool settle);
  SqlResult<Unit> common_tables(const Query& query, const Scope* outer);
  SqlResult<Plan> recursive(const CommonTable& common);
  SqlResult<Plan> changelog(const Name& of, const Scope* outer);
  SqlResult<Plan> values(const ValuesList& list, const Scope* outer, bool settle);
  SqlResult<Plan> set_operation(const SetQuery& set, const Scope* outer);
  SqlResult<Plan> ordered(const Query& query, Plan plan);
  SqlResult<Unit> limits(const Query& query, query::TopN& top);

  // SELECT (bind_select.cc).
  struct Selecting;
  SqlResult<Plan> select(const Query& query, const Select& select, const Scope* outer, bool settle);
  SqlResult<Unit> outputs(Selecting& work);
  SqlResult<Unit> order_keys(Selecting& work);
  SqlResult<std::size_t> sort_column(Selecting& work, const Term& term);
  SqlResult<Unit> group(Selecting& work);
  SqlResult<std::vector<std::vector<std::size_t>>> sets_of(const GroupItem& item, Selecting& work);
  SqlResult<std::size_t> group_index(const Term& term, Selecting& work);
  SqlResult<ExpressionRef> after_grouping(const ExpressionRef& expression, const Selecting& work);
  SqlResult<Unit> windows(Selecting& work);
  SqlResult<Unit> sets(Selecting& work);

  struct Common {
    std::string name;
    Plan plan;
  };

  const query::RelationCatalog& catalog_;
  ParameterTypes& parameters_;
  const BindOptions& options_;
  Coercion coercion_;
  std::vector<Common> commons_;                          // inner ones last
  std::vector<query::Recursion>* recursions_ = nullptr;  // null: there may be none
  int depth_ = 0;
};

}  // namespace levada::sql
