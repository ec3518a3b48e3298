#include "streaming/role_definition.h"

#include <algorithm>
#include <set>

#include "streaming/definition_scope.h"
#include "streaming/object_kind.h"

namespace levada::streaming {

namespace {

using query::refuse;
using query::SqlResult;
using sql::ObjectKind;
namespace sqlstate = query::sqlstate;

User with_options(User user, const sql::UserOptions& options) {
  user.superuser = options.superuser.value_or(user.superuser);
  user.create_database = options.create_database.value_or(user.create_database);
  user.create_user = options.create_user.value_or(user.create_user);
  user.login = options.login.value_or(user.login);
  user.password = options.password.value_or(user.password);
  return user;
}

// What a user owns: in its database, or itself.
std::optional<std::string> owned_by(const Catalog& catalog, std::string_view user) {
  for (const auto& [id, object] : catalog.objects())
    if (object->owner == user) return object->relation->name;
  for (const auto& [name, database] : catalog.databases()) {
    if (database.owner == user) return name;
    for (const auto& [schema, owner] : database.schemas)
      if (owner == user) return schema;
  }
  return std::nullopt;
}

Grantable relation_grant(const query::Relation& relation) {
  return {ObjectKind::table, relation.id.value(), {}};
}

// The things that a GRANT names.
class Things {
 public:
  Things(const Catalog& catalog, const Definition& definition)
      : catalog_(catalog), definition_(definition) {}

  SqlResult<std::vector<Grantable>> of(const sql::Grant& grant) const {
    std::vector<Grantable> things;
    for (const sql::Name& name : grant.names) {
      if (grant.all_in_schemas)
        ATTEMPT(all_in(grant.kind, name.back(), things));
      else
        things.push_back(ATTEMPT(one(grant.kind, name)));
    }
    return things;
  }

 private:
  SqlResult<Unit> all_in(ObjectKind kind, const std::string& schema,
                         std::vector<Grantable>& things) const {
    if (!catalog_.has_schema(definition_.database, schema))
      return refuse(sqlstate::invalid_schema_name, "schema " + quoted(schema) + " does not exist");
    for (const auto& [id, object] : catalog_.objects()) {
      const query::Relation& relation = *object->relation;
      if (relation.database != definition_.database || relation.schema != schema) continue;
      // Indexes go with the materialized views: RisingWave keeps them as such.
      const bool index =
          kind == ObjectKind::materialized_view && relation.kind == query::RelationKind::index;
      if (index || fits(kind, relation.kind)) things.push_back(relation_grant(relation));
    }
    return Unit{};
  }

  SqlResult<Grantable> one(ObjectKind kind, const sql::Name& name) const {
    const std::string& last = name.back();
    const std::string schema = name.size() > 1 ? name[name.size() - 2] : definition_.schema;
    switch (kind) {
      case ObjectKind::database:
        if (catalog_.database(last) == nullptr)
          return refuse(sqlstate::invalid_catalog_name, "database not found: " + last);
        return Grantable{kind, 0, last};
      case ObjectKind::schema:
        if (!catalog_.has_schema(definition_.database, last))
          return refuse(sqlstate::invalid_schema_name, "schema not found: " + last);
        return Grantable{kind, 0, definition_.database + "." + last};
      case ObjectKind::function:
        if (catalog_.functions(definition_.database, schema, last).empty())
          return refuse(sqlstate::undefined_function, "function not found: " + last);
        return Grantable{kind, 0, definition_.database + "." + schema + "." + last};
      case ObjectKind::secret:
      case ObjectKind::connection:
      case ObjectKind::user:
        return refuse(sqlstate::feature_not_supported, "there are no privileges on that");
      default: {
        const auto relation = catalog_.relation(definition_.database, schema, last);
        if (relation == nullptr)
          return refuse(sqlstate::undefined_table, "table not found: " + last);
        return relation_grant(*relation);
      }
    }
  }

  const Catalog& catalog_;
  const Definition& definition_;
};

}  // namespace

SqlResult<std::vector<Grantable>> things_of(const Catalog& catalog, const Definition& definition,
                                            const sql::Grant& grant) {
  return Things(catalog, definition).of(grant);
}

SqlResult<Unit> check_role(const Catalog& catalog, const std::string& name) {
  if (catalog.privileges().user(name) == nullptr)
    return refuse(sqlstate::undefined_object, "role " + quoted(name) + " does not exist");
  return Unit{};
}

SqlResult<Change> role_change(const Catalog& catalog, const Definition& definition,
                              const sql::CreateUser& create) {
  if (catalog.privileges().user(create.name) != nullptr)
    return refuse(sqlstate::duplicate_object, "role " + quoted(create.name) + " already exists");
  const User user = with_options({.id = definition.id}, create.options);
  Change change;
  change.edits.push_back([name = create.name, user](Catalog& made) {
    made.use_id(user.id);
    made.privileges().put(name, user);
  });
  return change;
}

SqlResult<Change> role_change(const Catalog& catalog, const Definition&, const sql::Alter& alter) {
  const std::string name = alter.name.back();
  ATTEMPT(check_role(catalog, name));
  Change change;
  if (alter.action == sql::Alter::Action::rename) {
    if (catalog.privileges().user(alter.text) != nullptr)
      return refuse(sqlstate::duplicate_object, "role " + quoted(alter.text) + " already exists");
    change.edits.push_back([name, to = alter.text](Catalog& made) {
      made.privileges().rename(name, to);
      made.rename_owner(name, to);
    });
    return change;
  }
  if (alter.action != sql::Alter::Action::user_options)
    return refuse(sqlstate::feature_not_supported, "this form of ALTER USER is not supported");
  const User user = with_options(*catalog.privileges().user(name), alter.user);
  change.edits.push_back([name, user](Catalog& made) { made.privileges().put(name, user); });
  return change;
}

SqlResult<Unit> drop_role(const Catalog& catalog, const std::string& name, bool if_exists,
                          Change& change) {
  const auto known = check_role(catalog, name);
  if (!known && if_exists) {
    change.notice = "role " + quoted(name) + " does not exist, skipping";
    return Unit{};
  }
  ATTEMPT(known);
  if (name == "root")
    return refuse(sqlstate::insufficient_privilege, "Permission denied: root cannot be dropped");
  if (const auto owned = owned_by(catalog, name))
    return refuse(sqlstate::dependent_objects, "Permission denied: role " + quoted(name) +
                                                   " cannot be dropped because it owns " +
                                                   quoted(*owned));
  if (catalog.privileges().has_any(name))
    return refuse(sqlstate::dependent_objects, "Permission denied: role " + quoted(name) +
                                                   " cannot be dropped because it has privileges");
  change.edits.push_back([name](Catalog& made) { made.privileges().remove(name); });
  return Unit{};
}

SqlResult<Change> role_change(const Catalog& catalog, const Definition& definition,
                              const sql::Grant& grant) {
  const std::vector<Grantable> things = ATTEMPT(things_of(catalog, definition, grant));
  const std::vector<std::string> known = privileges_of(grant.kind);
  const std::vector<std::string> wanted = grant.privileges.empty() ? known : grant.privileges;
  for (const std::string& one : wanted)
    if (std::find(known.begin(), known.end(), one) == known.end())
      return refuse("0LP01", "invalid privilege type " + one + " for this kind of object");
  for (const std::string& user : grant.users) ATTEMPT(check_role(catalog, user));
  Change change;
  change.edits.push_back(
      [things, wanted, users = grant.users, revokes = grant.revokes,
       option = grant.revokes ? grant.only_option : grant.with_option](Catalog& made) {
        for (const std::string& user : users)
          for (const Grantable& thing : things)
            for (const std::string& privilege : wanted)
              if (revokes)
                made.privileges().revoke(user, thing, privilege, option);
              else
                made.privileges().grant(user, thing, privilege, option);
      });
  return change;
}

SqlResult<bool> has_privilege(const Catalog& catalog, const PrivilegeQuestion& question) {
  const auto wrong = [](std::string_view what, const std::string& why) {
    return refuse(sqlstate::invalid_parameter_value,
                  "Invalid parameter " + std::string(what) + ": " + why);
  };
  const User* user = catalog.privileges().user(question.user);
  if (user == nullptr) return wrong("user", "User " + std::string(question.user) + " not found");
  const bool by_name = question.thing.form == query::Form::bytes;
  const std::string name(by_name ? question.thing.text() : std::string_view());
  Grantable thing;
  std::string owner;
  std::vector<std::string> known;
  if (question.function == "has_database_privilege") {
    thing = {ObjectKind::database, 0, name};
    const Database* database = catalog.database(name);
    if (database == nullptr) return wrong("database", "database not found: " + name);
    owner = database->owner;
  } else if (question.function == "has_schema_privilege") {
    thing = {ObjectKind::schema, 0, std::string(question.database) + "." + name};
    if (!catalog.has_schema(question.database, name))
      return wrong("schema", "schema not found: " + name);
    const auto& schemas = catalog.database(question.database)->schemas;
    if (const auto found = schemas.find(name); found != schemas.end()) owner = found->second;
  } else if (question.function == "has_function_privilege") {
    const std::string bare = name.substr(0, name.find('('));
    std::span<const query::SqlFunction> functions;
    for (const std::string& schema : question.path)
      if (functions.empty()) functions = catalog.functions(question.database, schema, bare);
    if (functions.empty()) return wrong("function", "function not found: " + name);
    thing = {ObjectKind::function, 0,
             std::string(question.database) + "." + functions.front().schema + "." + bare};
  } else {
    const Object* object = nullptr;
    if (!by_name)
      object = catalog.find(RelationId(static_cast<std::uint32_t>(question.thing.integer)));
    for (const std::string& schema : question.path)
      if (object == nullptr && by_name)
        if (const auto relation = catalog.relation(question.database, schema, name))
          object = catalog.find(relation->id);
    if (object == nullptr) return wrong("name", "class not found: " + name);
    thing = relation_grant(*object->relation);
    owner = object->owner;
  }
  known = privileges_of(thing.kind);
  if (question.function == "has_any_column_privilege") std::erase(known, "delete");
  bool all = true;
  for (const AskedPrivilege& one : ATTEMPT(asked_privileges(question.privileges, known)))
    all = all && catalog.privileges().is_granted(question.user, thing, one.name, one.with_option);
  const bool everybodys = thing.kind == ObjectKind::schema && name == "public";
  return user->superuser || owner == question.user || all || everybodys;
}

SqlResult<Unit> check_privilege(const Catalog& catalog, std::string_view user,
                                const query::Relation& relation, std::string_view privilege) {
  const User* known = catalog.privileges().user(user);
  if (known == nullptr || known->superuser || relation.kind == query::RelationKind::system)
    return Unit{};
  const Object* object = catalog.find(relation.id);
  if (object == nullptr || object->owner == user ||
      catalog.privileges().is_granted(user, relation_grant(relation), privilege, false))
    return Unit{};
  return refuse(
      sqlstate::insufficient_privilege,
      "permission denied for " + std::string(name_of(relation.kind)) + " " + relation.name);
}

}  // namespace levada::streaming
