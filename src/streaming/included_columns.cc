#include "streaming/included_columns.h"

namespace levada::streaming {

using query::refuse;
using query::SqlResult;
using query::Type;
using query::TypeKind;
namespace sqlstate = query::sqlstate;

SqlResult<std::size_t> column_index(const Relation& relation, std::string_view name) {
  for (std::size_t i = 0; i < relation.columns.size(); ++i)
    if (relation.columns[i].name == name) return i;
  return refuse(sqlstate::undefined_column, "column \"" + std::string(name) + "\" does not exist");
}

SqlResult<Unit> add_included(const sql::CreateTable& create, const std::string& connector,
                             Relation& relation) {
  for (const sql::IncludeClause& include : create.includes) {
    const std::string name =
        include.alias.empty() ? "_rw_" + connector + "_" + include.what : include.alias;
    Type type = TypeKind::varchar;
    if (include.what == "key") type = TypeKind::bytea;
    if (include.what == "timestamp") type = TypeKind::timestamptz;
    if (include.what == "payload") type = TypeKind::jsonb;
    relation.columns.push_back({name, type});
  }
  return Unit{};
}

}  // namespace levada::streaming
