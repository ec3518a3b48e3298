#include "timestream/sql/execution.h"

#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "timestream/refusal.h"
#include "timestream/sql/opened.h"
#include "timestream/sql/rows.h"

namespace levada::timestream::sql {
Execution::Execution(Service& service, Caller caller, UnixMillis now, Limits limits,
                     const bool& cancelled)
    : service_(service), caller_(std::move(caller)), limits_(limits), cancelled_(cancelled) {
  runtime_.now = now.count() * 1'000'000;
  runtime_.seed = static_cast<std::uint64_t>(runtime_.now);
  runtime_.outer = [this](const Node& node) { return outer_column(node); };
}

Execution::~Execution() {
  if (limits_.cells_of_all != nullptr) *limits_.cells_of_all -= cells_;
}

Task<Unit> Execution::pause() {
  runtime_.steps = 0;
  if (cancelled_) co_return refuse(Refusal::conflict, "The query was cancelled.");
  if (service_.home().clock().monotonic() > limits_.deadline)
    co_return refuse(Refusal::query_execution, "The query took longer than it may.");
  co_await io::yield(service_.home());
  co_return Unit{};
}

Result<Unit> Execution::hold(std::size_t cells) {
  cells_ += cells;
  bool enough = cells_ <= limits_.cells_max;
  if (limits_.cells_of_all != nullptr)
    enough = (*limits_.cells_of_all += cells) <= limits_.cells_of_all_max && enough;
  if (enough) return Unit{};
  return refuse(Refusal::query_execution, "The query needs more memory than it may have.");
}

void Execution::release(std::size_t cells) {
  cells_ -= cells;
  if (limits_.cells_of_all != nullptr) *limits_.cells_of_all -= cells;
}

Result<Unit> Execution::check() {
  if (!runtime_.error) return Unit{};
  if (dry_) {  // what has no data cannot fail
    runtime_.error.reset();
    return Unit{};
  }
  return tl::unexpected(*runtime_.error);
}

Task<Relation> Execution::run(const Statement& statement) {
  if (columns_allowed_ && statement.query) outermost_ = statement.query->body->select.get();
  if (statement.escape)
    if (const auto wrong = wrong_escape(*statement.like, *statement.escape))
      co_return refuse(Refusal::query_execution, *wrong);
  switch (statement.kind) {
    case Statement::Kind::query:
    case Statement::Kind::unload:  // whose rows QueryDesk writes to files
      co_return co_await query(*statement.query);
    case Statement::Kind::show_databases:
      co_return show_databases(statement);
    case Statement::Kind::show_tables:
      co_return show_tables(statement);
    case Statement::Kind::show_measures:
      co_return show_measures(statement);
    case Statement::Kind::describe:
      co_return describe(statement);
  }
  CHECK(false, "every kind of statement is above");
}

Task<Relation> Execution::query(const Query& query) {
  commons_.emplace_back();
  for (const Query::Common& common : query.with) {
    Relation inner = co_await this->query(*common.query);
    auto made = std::make_shared<Relation>(std::move(inner));
    for (std::size_t i = 0; i < common.columns.size() && i < made->columns.size(); ++i)
      made->columns[i].name = common.columns[i];
    commons_.back().insert_or_assign(lower(common.name), std::move(made));
  }
  Relation result;
  if (query.body->select && query.body->select->values.empty()) {
    result = co_await select(*query.body->select, &query.order, query.limit);
  } else {
    result = co_await body(*query.body);
    const std::size_t width = result.columns.size();
    std::vector<std::size_t> keys;
    std::vector<Run> extra;
    for (const OrderItem& item : query.order) {
      const bool number = item.node->type.is(Kind::integer) || item.node->type.is(Kind::bigint);
      if (item.node->kind == NodeKind::literal && number) {
        const std::int64_t place = item.node->value.number();
        if (place < 1 || static_cast<std::size_t>(place) > width)
          co_return refuse_at(item.node->place, "ORDER BY position " + std::to_string(place) +
                                                    " is not in select list");
        keys.push_back(static_cast<std::size_t>(place - 1));
        continue;
      }
      Compiler compiler(result.columns, runtime_, subqueries_);
      Compiled key = co_await compiler.compile(*item.node);
      keys.push_back(width + extra.size());
      extra.push_back(std::move(key.run));
    }
    for (Row& row : result.rows) {
      Row keyed = row;
      for (const Run& run : extra) keyed.push_back(run(Frame{row, runtime_}));
      row = std::move(keyed);
    }
    co_await check();
    co_await sort_rows(result.rows, query.order, keys, pauses());
    if (query.limit && result.rows.size() > *query.limit) result.rows.resize(*query.limit);
    for (Row& row : result.rows) row.resize(width);
  }
  commons_.pop_back();
  co_return result;
}

Task<Relation> Execution::body(const QueryBody& body) {
  if (body.nested) co_return co_await query(*body.nested);
  if (body.select && !body.select->values.empty()) co_return co_await values(*body.select);
  if (body.select) co_return co_await select(*body.select, nullptr, std::nullopt);
  co_return co_await set_operation(body);
}

Task<Relation> Execution::values(const Select& select) {
  Relation made;
  Scope nothing;
  for (const auto& items : select.values) {
    Compiler compiler(nothing, runtime_, subqueries_);
    Row row;
    for (std::size_t i = 0; i < items.size(); ++i) {
      co_await prepare_subqueries(items[i].get(), nullptr);
      Compiled item = co_await compiler.compile(*items[i]);
      if (made.rows.empty()) made.columns.push_back({"", "_col" + std::to_string(i), item.type});
      if (i >= made.columns.size())
        co_return refuse_at(items[i]->place, "All VALUES rows must have the same length");
      const auto wider = common_type(made.columns[i].type, item.type);
      if (!wider) co_return refuse_at(items[i]->place, "All VALUES must be of one type");
      for (Row& before : made.rows)
        before[i] = cast(runtime_, before[i], made.columns[i].type, *wider);
      made.columns[i].type = *wider;
      const Compiled converted = convert(std::move(item), *wider);
      row.push_back(converted.run(Frame{{}, runtime_}));
    }
    if (row.size() != made.columns.size())
      co_return refuse_at(select.place, "All VALUES rows must have the same length");
    made.rows.push_back(std::move(row));
  }
  co_await check();
  if (dry_) made.rows.clear();
  co_return made;
}

Task<Relation> Execution::set_operation(const QueryBody& both) {
  Relation left = co_await body(*both.left);
  Relation right = co_await body(*both.right);
  if (left.columns.size() != right.columns.size())
    co_return refuse_at(both.place, both.operation + " query has different number of fields: " +
                                        std::to_string(left.columns.size()) + ", " +
                                        std::to_string(right.columns.size()));
  for (std::size_t i = 0; i < left.columns.size(); ++i) {
    const auto type = common_type(left.columns[i].type, right.columns[i].type);
    if (!type)
      co_return refuse_at(
          both.place, "column " + std::to_string(i + 1) + " in " + both.operation +
                          " query has incompatible types: " + name_of(left.columns[i].type) + ", " +
                          name_of(right.columns[i].type));
    for (Relation* side : {&left, &right})
      for (Row& row : side->rows) row[i] = cast(runtime_, row[i], side->columns[i].type, *type);
    left.columns[i].type = *type;
  }
  co_await check();
  if (both.operation == "union") {
    std::ranges::move(right.rows, std::back_inserter(left.rows));
  } else {
    std::unordered_map<Row, std::size_t, RowHash, RowEqual> counts;
    std::size_t count = 0;
    for (const Row& row : right.rows) {
      ++counts[row];
      if (due(count)) co_await pause();
    }
    const bool keep = both.operation == "intersect";
    std::vector<Row> kept;
    for (Row& row : left.rows) {
      const auto at = counts.find(row);
      const bool found = at != counts.end() && at->second > 0;
      if (found && both.all) --at->second;
      if (found == keep) kept.push_back(std::move(row));
      if (due(count)) co_await pause();
    }
    left.rows = std::move(kept);
  }
  if (!both.all) co_await distinct_rows(left.rows, pauses());
  co_return left;
}

}  // namespace levada::timestream::sql
