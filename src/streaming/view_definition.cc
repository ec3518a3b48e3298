#include "streaming/view_definition.h"

#include "streaming/object_kind.h"
#include "streaming/table_rules.h"

namespace levada::streaming {

using query::refuse;
using query::RelationColumn;
using query::SqlResult;
namespace sqlstate = query::sqlstate;

namespace {

constexpr const char* invalid_table_definition = "42P16";

SqlResult<Unit> check_columns_stay(const Relation& old, const Relation& now) {
  if (now.columns.size() < old.columns.size())
    return refuse(invalid_table_definition, "cannot drop columns from view");
  for (std::size_t i = 0; i < old.columns.size(); ++i) {
    const RelationColumn &was = old.columns[i], &is = now.columns[i];
    if (was.name != is.name)
      return refuse(invalid_table_definition, "cannot change name of view column \"" + was.name +
                                                  "\" to \"" + is.name + "\"");
    if (was.type != is.type)
      return refuse(invalid_table_definition, "cannot change data type of view column \"" +
                                                  was.name + "\" from " + was.type.name() + " to " +
                                                  is.type.name());
  }
  return Unit{};
}

// Directly or through other views: what runs above a view.
const Object* runs_above(Catalog& catalog, RelationId view) {
  for (Object* reader : catalog.readers_of(view)) {
    if (reader->circuit != nullptr) return reader;
    if (reader->relation->kind == RelationKind::view)
      if (const Object* above = runs_above(catalog, reader->relation->id)) return above;
  }
  return nullptr;
}

}  // namespace

SqlResult<Unit> add_view_columns(const sql::CreateView& create, const query::Plan& plan,
                                 Relation& relation) {
  if (!create.columns.empty() && create.columns.size() != plan->columns.size())
    return refuse(sqlstate::syntax_error,
                  "CREATE VIEW specifies " + std::to_string(create.columns.size()) +
                      " column names for " + std::to_string(plan->columns.size()) + " columns");
  for (std::size_t i = 0; i < plan->columns.size(); ++i) {
    const query::OutputColumn& column = plan->columns[i];
    ATTEMPT(check_depth(column.type));
    const std::string& output = i < create.columns.size() ? create.columns[i] : column.name;
    for (const RelationColumn& other : relation.columns)
      if (other.name == output && create.materialized)
        return refuse(sqlstate::duplicate_column,
                      "column \"" + output + "\" specified more than once");
    relation.columns.push_back({output, column.type, column.hidden});
  }
  return Unit{};
}

SqlResult<Change> in_place_of(Catalog& catalog, const Object& old, std::unique_ptr<Object> made) {
  const Relation& was = *old.relation;
  if (was.kind != RelationKind::view)
    return refuse(sqlstate::wrong_object_type, "\"" + was.name + "\" is not a view");
  ATTEMPT(check_columns_stay(was, *made->relation));
  if (const Object* above = runs_above(catalog, was.id))
    return refuse(sqlstate::dependent_objects, "cannot replace view " + was.name + " because " +
                                                   std::string(name_of(above->relation->kind)) +
                                                   " " + above->relation->name +
                                                   " was made from it");
  Change change;
  change.edits.push_back([id = was.id, now = std::shared_ptr(std::move(made))](Catalog& altered) {
    Object* view = altered.find(id);
    auto relation = std::make_shared<Relation>(*now->relation);
    relation->id = id;
    view->text = now->text;
    view->reads = now->reads;
    view->views = now->views;
    altered.replace(std::move(relation));
  });
  return change;
}

}  // namespace levada::streaming
