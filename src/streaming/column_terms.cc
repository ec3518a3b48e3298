#include "streaming/column_terms.h"

#include "streaming/definition_scope.h"
#include "streaming/included_columns.h"

namespace levada::streaming {

using query::refuse;
using query::RelationColumn;
using query::SqlResult;
using query::Type;
namespace sqlstate = query::sqlstate;

SqlResult<Unit> add_column_terms(const sql::CreateTable& create,
                                 const query::RelationCatalog& names,
                                 const sql::BindOptions& options, query::Relation& relation) {
  const std::size_t first = relation.columns.size() - create.columns.size();
  const auto columns = relation.columns;
  for (std::size_t i = 0; i < create.columns.size(); ++i) {
    const sql::ColumnDefinition& from = create.columns[i];
    RelationColumn& column = relation.columns[first + i];
    if (from.default_value != nullptr)
      column.default_value =
          ATTEMPT(sql::bind_term(*from.default_value, {}, column.type, names, options));
    if (from.generated != nullptr)
      column.generated =
          ATTEMPT(sql::bind_term(*from.generated, columns, column.type, names, options));
  }
  for (const RelationColumn& column : relation.columns)
    if (column.generated != nullptr && query::mentions_now(*column.generated))
      return refuse(sqlstate::feature_not_supported,
                    "Cannot use `NOW()` function in generated columns. Do you want `PROCTIME()`?");
  for (const RelationColumn& column : relation.columns)
    for (std::size_t i = 0; i < relation.columns.size() && column.generated != nullptr; ++i)
      if (relation.columns[i].generated != nullptr &&
          query::mentions_column(*column.generated, i, i + 1))
        return refuse(sqlstate::syntax_error,
                      "Generated can not reference another generated column. But here generated "
                      "column " +
                          quoted(column.name) + " referenced another generated column " +
                          quoted(relation.columns[i].name));
  if (create.watermarks.size() > 1)
    return refuse(sqlstate::feature_not_supported, "Only 1 watermark definition is supported.");
  for (const sql::Watermark& watermark : create.watermarks) {
    if (!create.is_source && !create.append_only && !watermark.with_ttl)
      return refuse(sqlstate::feature_not_supported,
                    "Defining watermarks on table requires the table to be append only.");
    const std::size_t at = ATTEMPT(column_index(relation, watermark.column));
    const Type& type = relation.columns[at].type;
    relation.watermark_column = at;
    relation.rows_expire = watermark.with_ttl;
    relation.watermark_term =
        ATTEMPT(sql::bind_term(*watermark.term, relation.columns, type, names, options));
    relation.watermarks = {{at, {{relation.id, query::column(0, type)}}}};
  }
  return Unit{};
}

}  // namespace levada::streaming
