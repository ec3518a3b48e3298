#include "streaming/table_rules.h"

#include <set>

namespace levada::streaming {

namespace {

constexpr std::size_t columns_max = 1600;  // PostgreSQL's limit on a table

}  // namespace

query::SqlResult<Unit> check_columns(const Relation& relation) {
  std::set<std::string_view> names;
  for (const query::RelationColumn& column : relation.columns)
    if (!names.insert(column.name).second)
      return query::refuse(query::sqlstate::duplicate_column,
                           "column \"" + column.name + "\" specified more than once");
  if (relation.columns.size() > columns_max)
    return query::refuse("54011",
                         "tables can have at most " + std::to_string(columns_max) + " columns");
  return Unit{};
}

Conflict conflict_of(const sql::CreateTable& create) {
  // What is never taken back cannot be overwritten either.
  if (create.append_only) return Conflict::ignore;
  if (!create.conflict) return Conflict::overwrite;
  switch (*create.conflict) {
    case sql::ConflictAction::ignore:
      return Conflict::ignore;
    case sql::ConflictAction::if_not_null:
      return Conflict::if_not_null;
    default:
      return Conflict::overwrite;
  }
}

}  // namespace levada::streaming
