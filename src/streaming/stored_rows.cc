#include "streaming/stored_rows.h"

#include <algorithm>
#include <unordered_map>

#include "query/circuit.h"
#include "streaming/completion.h"
#include "streaming/own_source.h"

namespace levada::streaming {

namespace {

constexpr std::size_t changes_a_breath = 512;

using query::Datum;
using query::Evaluation;
using query::Program;
using query::refuse;
using query::Row;
namespace sqlstate = query::sqlstate;

}  // namespace

StoredRows::StoredRows(Engine& engine, std::shared_ptr<const Relation> relation, Kind kind,
                       Work work, query::SessionFacts facts, const TransactionWrites* own)
    : engine_(engine),
      relation_(std::move(relation)),
      kind_(kind),
      work_(std::move(work)),
      facts_(std::move(facts)),
      own_(own) {}

bool StoredRows::reads_nothing() const { return kind_ == Kind::insert && read_relations().empty(); }

std::vector<std::shared_ptr<const Relation>> StoredRows::read_relations() const {
  auto all = query::relations(work_.plan);
  for (const query::Recursion& one : work_.recursions)
    for (const query::Plan& term : {one.first, one.next})
      for (auto& relation : query::relations(term)) all.push_back(std::move(relation));
  std::erase_if(
      all, [](const auto& relation) { return relation->id.value() >= query::recursion_id_first; });
  return all;
}

SqlResult<Unit> StoredRows::check_target() const {
  const Object* object = engine_.catalog().find(relation_->id);
  if (object == nullptr)
    return refuse(sqlstate::undefined_table, "relation \"" + relation_->name + "\" does not exist");
  if (relation_->kind != RelationKind::table)
    return refuse(
        sqlstate::wrong_object_type,
        "cannot change " + std::string(name_of(relation_->kind)) + " \"" + relation_->name + "\"");
  if (relation_->append_only && kind_ != Kind::insert)
    return refuse(
        sqlstate::object_not_in_prerequisite_state,
        "table \"" + relation_->name + "\" is append-only: rows cannot be updated or deleted");
  return Unit{};
}

// Bound before its turn came; ALTER TABLE may have come between.
SqlResult<Unit> StoredRows::check_layout(const Relation& bound) const {
  const Object* object = engine_.catalog().find(bound.id);
  if (object == nullptr) return Unit{};  // a system catalog
  const auto& now = object->relation->columns;
  const bool same =
      std::equal(now.begin(), now.end(), bound.columns.begin(), bound.columns.end(),
                 [](const auto& a, const auto& b) { return a.name == b.name && a.type == b.type; });
  if (same) return Unit{};
  return refuse("40001", "table \"" + bound.name + "\" was altered meanwhile; try again");
}

SqlResult<std::vector<Input>> StoredRows::inputs(query::Breath& breath) {
  ATTEMPT(check_target());
  ATTEMPT(check_layout(*relation_));
  const auto all_read = read_relations();
  for (const auto& read : all_read)
    if (is_stream(engine_.catalog(), *read))
      return refuse(sqlstate::feature_not_supported,
                    "source \"" + read->name +
                        "\" is a stream and has no rows to copy; a sink INTO the table follows it");
  for (const auto& read : all_read) ATTEMPT(check_layout(*read));
  facts_.breath = &breath;
  const std::vector<Row> rows = ATTEMPT(query::run_once(
      work_.plan, work_.recursions, facts_,
      [this](const Relation& relation, const query::Equalities& wanted) {
        return own_ == nullptr ? engine_.rows_of(relation, wanted, facts_.database)
                               : own_->rows_of(engine_, relation, wanted, facts_.database);
      }));
  count_ = rows.size();
  Completion completion(engine_, *relation_, facts_);
  Evaluation evaluation(facts_);
  std::vector<Program> returning;
  for (const query::ExpressionRef& expression : work_.returning) returning.emplace_back(expression);
  const std::size_t width = relation_->columns.size();
  std::vector<Input> inputs(1);
  inputs[0].relation = relation_->id;
  query::Delta& changes = inputs[0].changes;
  changes.reserve(rows.size() * (kind_ == Kind::update ? 2 : 1));
  std::vector<Datum> shown(returning.size());
  std::size_t done = 0;
  for (const Row& row : rows) {
    if (++done % changes_a_breath == 0)
      if (auto why = breath.draw()) return tl::make_unexpected(std::move(*why));
    Row result;
    switch (kind_) {
      case Kind::insert:
        result = ATTEMPT(completion.completed(row));
        changes.push_back({result, 1});
        break;
      case Kind::update:
        result = ATTEMPT(completion.completed(Row::of(row.span().subspan(width))));
        changes.push_back({Row::of(row.span().first(width)), -1});
        changes.push_back({result, 1});
        break;
      case Kind::remove:
        result = row;
        changes.push_back({row, -1});
        break;
    }
    if (returning.empty()) continue;
    for (std::size_t i = 0; i < shown.size(); ++i)
      shown[i] = returning[i].evaluate(evaluation, result.data());
    if (evaluation.failed()) return tl::make_unexpected(evaluation.error());
    returned_.push_back(Row::of(shown));
    evaluation.reset();
  }
  // Keys that move: first every old row goes, then the new ones come.
  if (kind_ == Kind::update)
    std::stable_sort(changes.begin(), changes.end(),
                     [](const auto& a, const auto& b) { return a.weight < b.weight; });
  return inputs;
}

SqlResult<std::vector<Input>> copied_rows(Engine& engine,
                                          const std::shared_ptr<const Relation>& relation,
                                          const std::vector<std::size_t>& targets,
                                          const std::vector<Row>& rows,
                                          const query::SessionFacts& facts) {
  Completion completion(engine, *relation, facts);
  std::vector<query::Value> defaults(relation->columns.size());
  for (std::size_t i = 0; i < defaults.size(); ++i)
    if (relation->columns[i].default_value != nullptr)
      defaults[i] = ATTEMPT(query::evaluate_constant(relation->columns[i].default_value, facts));
  std::vector<Input> inputs(1);
  inputs[0].relation = relation->id;
  std::vector<Datum> data;
  for (const Row& row : rows) {
    data.clear();
    for (const query::Value& value : defaults) data.push_back(value.datum());
    for (std::size_t i = 0; i < targets.size(); ++i) data[targets[i]] = row[i];
    inputs[0].changes.push_back({ATTEMPT(completion.completed(Row::of(data))), 1});
  }
  return inputs;
}

Input sourced_rows(Engine& engine, const std::shared_ptr<const Relation>& relation,
                   const std::vector<SourceRow>& rows, const query::SessionFacts& facts) {
  Completion completion(engine, *relation, facts);
  Input input;
  input.relation = relation->id;
  input.changes.reserve(rows.size());
  for (const SourceRow& from : rows) {
    auto row = completion.completed(from.row);
    if (row) {
      input.changes.push_back({std::move(*row), from.weight});
      continue;
    }
    ++input.skipped_rows;
    if (input.errors.size() < Input::errors_kept) input.errors.push_back(row.error().message);
  }
  return input;
}

Input sunk_rows(Engine& engine, const std::shared_ptr<const Relation>& relation,
                const query::Delta& delta, bool append_only, const query::SessionFacts& facts) {
  Completion completion(engine, *relation, facts, &Engine::next_sunk_row_id);
  Input input;
  input.relation = relation->id;
  const auto key_of = [&](const Row& row) {
    std::vector<Datum> key;
    for (const std::size_t column : relation->key) key.push_back(row[column]);
    return Row::of(key);
  };
  std::unordered_multimap<std::uint64_t, Row> arriving;
  query::Delta rows;
  for (const query::Change& change : delta) {
    if (change.weight < 0) continue;
    auto row = completion.completed(change.row);
    if (!row) {
      ++input.skipped_rows;
      continue;
    }
    Row key = key_of(*row);
    const std::uint64_t hash = query::hash(key.span());
    arriving.emplace(hash, std::move(key));
    rows.push_back({std::move(*row), 1});
    for (std::int64_t more = 1; append_only && more < change.weight; ++more)
      if (auto again = completion.completed(change.row)) rows.push_back({std::move(*again), 1});
  }
  // A row that goes while another of its key comes is an update of it.
  for (const query::Change& change : delta) {
    if (change.weight > 0 || append_only) continue;
    const Row key = key_of(change.row);
    const auto [begin, end] = arriving.equal_range(query::hash(key.span()));
    if (std::none_of(begin, end,
                     [&](const auto& one) { return query::equal(one.second.span(), key.span()); }))
      input.changes.push_back({change.row, -1});
  }
  input.changes.insert(input.changes.end(), rows.begin(), rows.end());
  return input;
}

query::Plan visible_rows(const std::shared_ptr<const Relation>& relation) {
  const query::Plan whole = query::scan(relation);
  std::vector<query::ExpressionRef> visible;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < relation->columns.size(); ++i) {
    const query::RelationColumn& column = relation->columns[i];
    if (column.hidden) continue;
    visible.push_back(query::column(i, column.type));
    names.push_back(column.name);
  }
  if (visible.size() == relation->columns.size()) return whole;
  return query::project(whole, std::move(visible), std::move(names));
}

query::Plan widened_to(const Relation& relation, const query::Plan& plan) {
  std::vector<query::ExpressionRef> expressions;
  std::size_t next = 0;
  for (const query::RelationColumn& column : relation.columns) {
    if (column.hidden) {
      expressions.push_back(query::null_constant(column.type));
      continue;
    }
    while (next < plan->columns.size() && plan->columns[next].hidden) ++next;
    expressions.push_back(query::column(next, column.type));
    ++next;
  }
  return query::project(plan, std::move(expressions), {});
}

}  // namespace levada::streaming
