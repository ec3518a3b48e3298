#include "streaming/name_definition.h"

#include <algorithm>

#include "streaming/alteration.h"
#include "streaming/included_columns.h"
#include "streaming/sql_function.h"
#include "streaming/system_parameters.h"

namespace levada::streaming {

using query::refuse;
using query::SqlResult;
namespace sqlstate = query::sqlstate;

SqlResult<Change> NameDefiner::change(const sql::CreateSchema& create) const {
  if (create.is_database) return database(create);
  Change change;
  if (create.name.empty())
    return refuse(sqlstate::syntax_error, "zero-length delimited identifier");
  if (catalog_.has_schema(definition_.database, create.name)) {
    if (!create.if_not_exists)
      return refuse(sqlstate::duplicate_schema,
                    "schema " + quoted(create.name) + " already exists");
    change.notice = "schema " + quoted(create.name) + " already exists, skipping";
    return change;
  }
  if (create.name.starts_with("pg_") && !definition_.decided)
    return refuse("42939", "unacceptable schema name " + quoted(create.name));
  change.schemas_added.emplace_back(create.name,
                                    create.owner.empty() ? definition_.user : create.owner);
  return change;
}

SqlResult<Change> NameDefiner::database(const sql::CreateSchema& create) const {
  Change change;
  if (catalog_.database(create.name) != nullptr) {
    if (!create.if_not_exists)
      return refuse("42P04", "database " + quoted(create.name) + " already exists");
    change.notice = "database " + quoted(create.name) + " already exists, skipping";
    return change;
  }
  Database made;
  made.id = definition_.id;
  made.owner = create.owner.empty() ? definition_.user : create.owner;
  for (const auto& [name, value] : create.options)
    if (value != "default") made.options.emplace(name, value);
  change.databases_added.emplace_back(create.name, std::move(made));
  return change;
}

SqlResult<Change> NameDefiner::altered_database(const sql::Alter& alter) const {
  const std::string& name = alter.name.back();
  if (catalog_.database(name) == nullptr)
    return refuse(sqlstate::invalid_catalog_name, "database " + quoted(name) + " does not exist");
  Change change;
  switch (alter.action) {
    case sql::Alter::Action::set_option:
      change.database_options.push_back(
          {name, alter.text, alter.value == "default" ? std::nullopt : std::optional(alter.value)});
      return change;
    case sql::Alter::Action::owner:
      change.database_options.push_back({name, std::string(owner_option), alter.text});
      return change;
    case sql::Alter::Action::rename:
      if (name == definition_.database)
        return refuse(sqlstate::feature_not_supported, "current database cannot be renamed");
      if (catalog_.database(alter.text) != nullptr)
        return refuse("42P04", "database " + quoted(alter.text) + " already exists");
      change.edits.push_back(
          [name, to = alter.text](Catalog& made) { made.rename_database(name, to); });
      return change;
    default:
      return refuse(sqlstate::feature_not_supported, "this form of ALTER is not supported");
  }
}

SqlResult<Change> NameDefiner::change(const sql::AlterSystem& alter) const {
  const SystemParameter* known = system_parameter(alter.name);
  if (known == nullptr)
    return refuse(sqlstate::undefined_object,
                  "unrecognized system parameter " + quoted(alter.name));
  if (!known->is_mutable)
    return refuse("55P02", "system parameter " + quoted(alter.name) + " cannot be changed");
  Change change;
  change.edits.push_back([name = alter.name, value = alter.value](Catalog& made) {
    if (value)
      made.system_values().insert_or_assign(name, *value);
    else
      made.system_values().erase(name);
  });
  return change;
}

SqlResult<Change> NameDefiner::altered_schema(const sql::Alter& alter) const {
  const std::string name = alter.name.back();
  if (!schemas().contains(name))
    return refuse(sqlstate::invalid_schema_name, "schema " + quoted(name) + " does not exist");
  Change change;
  if (alter.action == sql::Alter::Action::owner) {
    change.edits.push_back(
        [database = definition_.database, name, owner = alter.text](Catalog& made) {
          made.database(database)->schemas.insert_or_assign(name, owner);
        });
    return change;
  }
  if (alter.action != sql::Alter::Action::rename)
    return refuse(sqlstate::feature_not_supported, "this form of ALTER SCHEMA is not supported");
  if (catalog_.has_schema(definition_.database, alter.text))
    return refuse(sqlstate::duplicate_schema, "schema " + quoted(alter.text) + " already exists");
  change.schemas_added.emplace_back(alter.text, schemas().at(name));
  change.schemas_removed.push_back(name);
  for (const auto& [id, object] : catalog_.objects()) {
    const Relation& relation = *object->relation;
    if (relation.database == definition_.database && relation.schema == name)
      change.renamed.push_back({relation.id, alter.text, relation.name});
  }
  change.retexted = retexted(catalog_, change.renamed, definition_);
  return change;
}

SqlResult<Change> NameDefiner::change(const sql::Comment& comment) const {
  sql::Name name = comment.name;
  std::string column;
  if (comment.is_column) {
    if (name.size() < 2) return refuse(sqlstate::syntax_error, "column name must be qualified");
    column = name.back();
    name.pop_back();
  }
  const Object* object = ATTEMPT(existing(name));
  const std::size_t number =
      comment.is_column ? ATTEMPT(column_index(*object->relation, column)) + 1 : 0;
  Change change;
  change.edits.push_back([id = object->relation->id, number, text = comment.text](Catalog& made) {
    Object* known = made.find(id);
    if (known == nullptr) return;
    if (text)
      known->comments.insert_or_assign(number, *text);
    else
      known->comments.erase(number);
  });
  return change;
}

SqlResult<Change> NameDefiner::change(const sql::CreateSecret& create) const {
  const QualifiedName name = ATTEMPT(resolve(create.name));
  const Catalog::Key key{definition_.database, name.schema, name.name};
  Change change;
  if (create.alters) {
    if (!catalog_.secrets().contains(key))
      return refuse(sqlstate::undefined_object, "secret " + quoted(name.name) + " does not exist");
    change.edits.push_back(
        [key, value = create.value](Catalog& made) { made.secrets().at(key).value = value; });
    return change;
  }
  if (catalog_.secrets().contains(key)) {
    if (!create.if_not_exists)
      return refuse(sqlstate::duplicate_object, "secret " + quoted(name.name) + " already exists");
    change.notice = "secret " + quoted(name.name) + " already exists, skipping";
    return change;
  }
  for (const auto& [option, value] : create.options)
    if (option == "backend" && value != "meta")
      return refuse(sqlstate::feature_not_supported, "secrets are kept by the server only");
  Secret secret{definition_.id, definition_.user, create.value};
  change.edits.push_back([key, secret](Catalog& made) {
    made.use_id(secret.id);
    made.secrets().emplace(key, secret);
  });
  return change;
}
SqlResult<Unit> NameDefiner::drop_secret(const sql::Drop& drop, const sql::Name& name,
                                         Change& change) const {
  const std::string schema = name.size() > 1 ? name[name.size() - 2] : definition_.schema;
  const Catalog::Key key{definition_.database, schema, name.back()};
  if (!catalog_.secrets().contains(key)) {
    if (!drop.if_exists)
      return refuse(sqlstate::undefined_object,
                    "secret " + quoted(name.back()) + " does not exist");
    change.notice = "secret " + quoted(name.back()) + " does not exist, skipping";
    return Unit{};
  }
  for (const auto& [id, object] : catalog_.objects())
    if (object->relation->database == definition_.database &&
        object->text.find("secret " + name.back()) != std::string::npos)
      return refuse(sqlstate::dependent_objects,
                    "cannot drop secret " + name.back() + " because other objects depend on it");
  change.edits.push_back([key](Catalog& made) { made.secrets().erase(key); });
  return Unit{};
}
SqlResult<sql::Options> NameDefiner::revealed(sql::Options options) const {
  constexpr std::string_view mark = "secret ";
  for (auto& [option, value] : options) {
    if (!value.starts_with(mark)) continue;
    const std::string name = value.substr(mark.size());
    const auto known = catalog_.secrets().find({definition_.database, definition_.schema, name});
    if (known == catalog_.secrets().end())
      return refuse(sqlstate::undefined_object, "secret " + quoted(name) + " does not exist");
    value = known->second.value;
  }
  return options;
}

SqlResult<Change> NameDefiner::change(const sql::CreateFunction& create) const {
  const QualifiedName name = ATTEMPT(resolve(create.name));
  Change change;
  query::SqlFunction made = ATTEMPT(sql_function(create, name.schema, names_));
  const auto known = catalog_.functions(definition_.database, name.schema, name.name);
  const bool there = std::any_of(known.begin(), known.end(), [&](const query::SqlFunction& one) {
    return query::same_arguments(one, made);
  });
  if (there && !create.or_replace) {
    if (!create.if_not_exists)
      return refuse("42723",
                    "function " + quoted(name.name) + " already exists with same argument types");
    change.notice = "function " + quoted(name.name) + " already exists, skipping";
    return change;
  }
  change.functions_added.push_back(std::move(made));
  return change;
}

// DROP FUNCTION f, f(int, text): without arguments it must be the only one of its name.
SqlResult<Unit> NameDefiner::drop_function(const sql::Drop& drop, std::size_t number,
                                           Change& change) const {
  const sql::Name& name = drop.names[number];
  const std::string schema = name.size() > 1 ? name[name.size() - 2] : definition_.schema;
  const auto known = catalog_.functions(definition_.database, schema, name.back());
  const auto& given = drop.signatures[number];
  query::SqlFunction wanted{schema, name.back(), {}, {}, {}};
  std::string text;
  if (given) {
    for (const sql::TypeName& type : *given) {
      wanted.arguments.emplace_back("", ATTEMPT(sql::type_of(type)));
      text += (text.empty() ? "" : ", ") + wanted.arguments.back().second.name();
    }
    text = "(" + text + ")";
  }
  std::vector<const query::SqlFunction*> meant;
  for (const query::SqlFunction& one : known)
    if (!given || query::same_arguments(one, wanted)) meant.push_back(&one);
  // Before functions had arguments of their own, what a DROP said of them was passed over. One that
  // IF EXISTS passed over beside others that were dropped stays.
  if (definition_.decided && meant.size() != 1 && (!drop.if_exists || !given)) {
    for (const query::SqlFunction& one : known) change.functions_removed.push_back(one);
    return Unit{};
  }
  if (meant.size() > 1)
    return refuse(sqlstate::ambiguous_function,
                  "function name " + quoted(name.back()) + " is not unique");
  if (meant.empty() && !drop.if_exists)
    return refuse(sqlstate::undefined_function,
                  "function " + quoted(name.back()) + text + " does not exist");
  if (meant.empty())
    change.notice = "function " + name.back() + text + " does not exist, skipping";
  else
    change.functions_removed.push_back(*meant.front());
  return Unit{};
}

}  // namespace levada::streaming
