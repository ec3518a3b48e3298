#include "streaming/completion.h"

#include "base/attempt.h"
#include "query/text.h"

namespace levada::streaming {

using query::Datum;
using query::Row;

Completion::Completion(Engine& engine, const Relation& relation, const query::SessionFacts& facts,
                       RowId row_id)
    : engine_(engine), relation_(relation), row_id_(row_id), evaluation_(facts) {
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    const query::RelationColumn& column = relation.columns[i];
    if (column.generated != nullptr) generated_.emplace_back(i, query::Program(column.generated));
    if (column.hidden && column.name == "_row_id")
      row_ids_.push_back(i);
    else if (column.not_null)
      not_null_.push_back(i);
    if (!column.size.is_any()) sized_.push_back(i);
  }
}

SqlResult<std::span<const Datum>> Completion::complete(std::span<const Datum> data) {
  evaluation_.reset();
  data_.assign(data.begin(), data.end());
  data_.resize(relation_.columns.size());
  for (const std::size_t column : sized_)
    if (relation_.columns[column].generated == nullptr) ATTEMPT(fit(column));
  for (const auto& [index, program] : generated_) {
    data_[index] = program.evaluate(evaluation_, data_.data());
    ATTEMPT(no_error());
    if (!relation_.columns[index].size.is_any()) ATTEMPT(fit(index));
  }
  for (const std::size_t column : not_null_)
    if (data_[column].is_null()) return missing(column);
  for (const std::size_t column : row_ids_)
    if (data_[column].is_null()) data_[column] = Datum::of((engine_.*row_id_)());
  return data_;
}

// The value as its column's size has it.
SqlResult<Unit> Completion::fit(std::size_t column) {
  if (data_[column].is_null()) return Unit{};
  const query::RelationColumn& of = relation_.columns[column];
  data_[column] = query::sized(evaluation_, of.type, of.size, false, data_[column]);
  return no_error();
}

SqlResult<Unit> Completion::no_error() {
  if (!evaluation_.failed()) return Unit{};
  auto error = evaluation_.error();
  evaluation_.clear_error();
  return tl::make_unexpected(std::move(error));
}

SqlResult<Row> Completion::completed(const Row& row) {
  return Row::of(ATTEMPT(complete(row.span())));
}

tl::unexpected<SqlError> Completion::missing(std::size_t column) const {
  const std::string& name = relation_.columns[column].name;
  SqlError error;
  error.sqlstate = query::sqlstate::not_null_violation;
  error.message = "null value in column \"" + name + "\" of relation \"" + relation_.name +
                  "\" violates not-null constraint";
  error.table = relation_.name;
  error.column = name;
  for (std::size_t i = 0; i < relation_.columns.size(); ++i) {
    if (relation_.columns[i].hidden) continue;
    error.detail += error.detail.empty() ? "Failing row contains (" : ", ";
    error.detail +=
        data_[i].is_null() ? "null" : query::to_text(relation_.columns[i].type, data_[i]);
  }
  error.detail += ").";
  return tl::make_unexpected(std::move(error));
}

}  // namespace levada::streaming
