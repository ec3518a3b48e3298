#include "streaming/table_rules.h"

#include <algorithm>
#include <set>

#include "base/attempt.h"

namespace levada::streaming {

namespace {

constexpr std::size_t columns_max = 1600;  // PostgreSQL's limit on a table

// How many lists the innermost of its values lies in.
std::size_t depth_of(const query::Type& type) {
  using query::TypeKind;
  if (!type.has_parts()) return 0;
  if (type.is(TypeKind::list)) return 1 + depth_of(type.element());
  std::size_t deepest = 0;
  for (const query::TypeField& field : type.fields())
    deepest = std::max(deepest, depth_of(field.type));
  return deepest + (type.is(TypeKind::map) ? 2 : 1);  // a map is a list of entries
}

}  // namespace

query::SqlResult<Unit> check_depth(const query::Type& type) {
  constexpr std::size_t depth_max = 100;
  if (depth_of(type) <= depth_max) return Unit{};
  return query::refuse("54001", "the type of a column is nested too deeply");
}

query::SqlResult<Unit> check_columns(const Relation& relation) {
  for (const query::RelationColumn& column : relation.columns) ATTEMPT(check_depth(column.type));
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
