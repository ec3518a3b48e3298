#include "streaming/definition_scope.h"

#include <algorithm>

#include "sql/parser.h"
#include "streaming/stored_rows.h"

namespace levada::streaming {

using query::refuse;
using query::SqlResult;
namespace sqlstate = query::sqlstate;

sql::BindOptions DefinitionScope::bind_options(std::vector<sql::Mention>* mentions) const {
  sql::BindOptions options;
  options.text = definition_.text;
  options.mentions = mentions;
  return options;
}

SqlResult<QualifiedName> DefinitionScope::resolve(const sql::Name& name) const {
  ATTEMPT(check_here(name));
  QualifiedName result{definition_.schema, name.back()};
  if (name.size() > 1) result.schema = name[name.size() - 2];
  if (!catalog_.has_schema(definition_.database, result.schema))
    return refuse(sqlstate::invalid_schema_name,
                  "schema " + quoted(result.schema) + " does not exist");
  if (result.schema == "pg_catalog" || result.schema == "information_schema" ||
      result.schema == "rw_catalog" || result.schema == "levada")
    return refuse(sqlstate::insufficient_privilege, "system catalogs cannot be changed");
  return result;
}

const DefinitionScope::Schemas& DefinitionScope::schemas() const {
  static const Schemas none;
  const Database* home = catalog_.database(definition_.database);
  return home == nullptr ? none : home->schemas;
}

SqlResult<std::optional<Change>> DefinitionScope::taken(const QualifiedName& name,
                                                        bool if_not_exists) const {
  if (find(name.schema, name.name) == nullptr) return std::optional<Change>();
  if (!if_not_exists)
    return refuse(sqlstate::duplicate_table, "relation " + quoted(name.name) + " already exists");
  Change nothing;
  nothing.notice = "relation " + quoted(name.name) + " already exists, skipping";
  return std::optional<Change>(std::move(nothing));
}

SqlResult<Unit> DefinitionScope::check_here(const sql::Name& name) const {
  if (name.size() < 3 || names_.is_here(name[name.size() - 3])) return Unit{};
  return refuse(sqlstate::feature_not_supported, "definitions concern their own database: " +
                                                     quoted(name[name.size() - 3]) + " is another");
}

SqlResult<Object*> DefinitionScope::existing(const sql::Name& name) const {
  ATTEMPT(check_here(name));
  const std::string schema = name.size() > 1 ? name[name.size() - 2] : definition_.schema;
  Object* object = find(schema, name.back());
  if (object == nullptr)
    return refuse(sqlstate::undefined_table, "relation " + quoted(name.back()) + " does not exist");
  return object;
}

std::unique_ptr<Object> DefinitionScope::object(const QualifiedName& name,
                                                RelationKind kind) const {
  auto made = std::make_unique<Object>();
  auto relation = std::make_shared<Relation>();
  relation->id = RelationId(definition_.id);
  relation->kind = kind;
  relation->database = definition_.database;
  relation->schema = name.schema;
  relation->name = name.name;
  relation->definition = definition_.text;
  made->relation = std::move(relation);
  made->text = definition_.text;
  made->owner = definition_.user;
  return made;
}

SqlResult<Unit> DefinitionScope::set_reads(Object& object, const query::Plan& plan) const {
  for (const auto& relation : query::relations(plan)) {
    const bool is_view = object.relation->kind == RelationKind::view;
    // A view that is not kept is its text: what it reads is looked for each time.
    if (is_view && relation->kind == RelationKind::system) continue;
    if (relation->id.value() >= query::recursion_id_first)
      return refuse(sqlstate::feature_not_supported,
                    "WITH RECURSIVE is supported where it runs once: in SELECT, INSERT, UPDATE, "
                    "DELETE, CREATE TABLE AS and views that are not materialized");
    if (relation->kind == RelationKind::system)
      return refuse(sqlstate::feature_not_supported,
                    "a materialized view or a sink cannot be made from system catalogs");
    object.reads.push_back(relation->id);
  }
  return Unit{};
}

void DefinitionScope::set_views(Object& object, const std::vector<sql::Mention>& mentions) const {
  for (const sql::Mention& mention : mentions) {
    const Object* named = catalog_.find(mention.relation);
    if (named == nullptr || named->relation->kind != RelationKind::view) continue;
    if (std::find(object.views.begin(), object.views.end(), mention.relation) == object.views.end())
      object.views.push_back(mention.relation);
  }
}

SqlResult<query::Plan> DefinitionScope::plan_of(const Object& from) const {
  if (from.relation->kind == RelationKind::view) {
    const auto text = ATTEMPT(sql::parse_query(from.relation->definition));
    return ATTEMPT(sql::bind_query(*text, names_, {}, bind_options())).plan;
  }
  if (from.relation->kind == RelationKind::index || from.relation->kind == RelationKind::sink)
    return refuse(sqlstate::wrong_object_type,
                  quoted(from.relation->name) + " is not a table, source or view");
  return visible_rows(from.relation);
}

}  // namespace levada::streaming
