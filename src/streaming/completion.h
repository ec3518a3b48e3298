#pragma once
// Completion: gives a new row of a relation what only the engine knows, its row id and generated
// columns, and refuses what the relation does not take.

#include <utility>
#include <vector>

#include "query/evaluation.h"
#include "streaming/engine.h"

namespace levada::streaming {

class Completion {
 public:
  using RowId = std::int64_t (Engine::*)();

  Completion(Engine& engine, const Relation& relation, const query::SessionFacts& facts,
             RowId row_id = &Engine::next_row_id);

  // Valid until the next row. Columns that `data` ends before are NULL.
  SqlResult<std::span<const query::Datum>> complete(std::span<const query::Datum> data);
  SqlResult<query::Row> completed(const query::Row& row);

 private:
  SqlResult<Unit> fit(std::size_t column);
  SqlResult<Unit> no_error();
  tl::unexpected<SqlError> missing(std::size_t column) const;

  Engine& engine_;
  const Relation& relation_;
  RowId row_id_;
  query::Evaluation evaluation_;
  std::vector<std::pair<std::size_t, query::Program>> generated_;
  std::vector<std::size_t> row_ids_, not_null_, sized_;  // columns
  std::vector<query::Datum> data_;
};

}  // namespace levada::streaming
