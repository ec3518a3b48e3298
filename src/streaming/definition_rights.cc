#include "streaming/definition_rights.h"

#include "sql/binder.h"
#include "streaming/object_kind.h"
#include "streaming/role_definition.h"
#include "streaming/session_catalog.h"

namespace levada::streaming {

namespace {

using query::refuse;
using query::SqlResult;
using sql::ObjectKind;

SqlResult<Unit> denied(std::string why) {
  return refuse(query::sqlstate::insufficient_privilege, std::move(why));
}

class Rights {
 public:
  Rights(const Catalog& catalog, const Definition& definition, const User& user)
      : catalog_(catalog), definition_(definition), user_(user) {}

  // What is made must have a place; what is named, the right owner.
  SqlResult<Unit> check(const sql::CreateTable& create) const {
    if (create.query != nullptr) {
      const SessionCatalog names(catalog_, definition_.database, {definition_.schema});
      const auto bound = ATTEMPT(sql::bind_query(*create.query, names, {}, {}));
      for (const auto& relation : query::relations(bound.plan))
        ATTEMPT(check_privilege(catalog_, definition_.user, *relation, "select"));
    }
    return make_in(create.name);
  }
  SqlResult<Unit> check(const sql::CreateView& create) const {
    if (create.or_replace) ATTEMPT(own(create.name));
    return make_in(create.name);
  }
  SqlResult<Unit> check(const sql::CreateIndex& create) const { return own(create.table); }
  SqlResult<Unit> check(const sql::CreateSink& create) const {
    if (create.replace) ATTEMPT(own(create.name));
    if (!create.into.empty())
      if (const Object* target = named(create.into))
        ATTEMPT(check_privilege(catalog_, definition_.user, *target->relation, "insert"));
    return make_in(create.name);
  }
  SqlResult<Unit> check(const sql::CreateFunction& create) const { return make_in(create.name); }
  SqlResult<Unit> check(const sql::CreateSecret& create) const {
    return create.alters ? own_secret(create.name) : make_in(create.name);
  }
  SqlResult<Unit> check(const sql::CreateSchema& create) const {
    if (create.is_database)
      return user_.create_database ? SqlResult<Unit>(Unit{})
                                   : denied("permission denied to create database");
    const Database* home = catalog_.database(definition_.database);
    if ((home != nullptr && home->owner == definition_.user) ||
        granted({ObjectKind::database, 0, definition_.database}, "create", false))
      return Unit{};
    return denied("permission denied for database " + definition_.database);
  }

  SqlResult<Unit> check(const sql::CreateUser& create) const {
    if (!user_.create_user) return denied("permission denied to create role");
    return no_more_than_mine(create.options);
  }
  SqlResult<Unit> check(const sql::Grant& grant) const {
    for (const Grantable& thing : ATTEMPT(things_of(catalog_, definition_, grant))) {
      bool all = true;
      const auto wanted = grant.privileges.empty() ? privileges_of(grant.kind) : grant.privileges;
      for (const std::string& one : wanted) all = all && granted(thing, one, true);
      if (!all && owner_of(thing) != definition_.user)
        return denied("permission denied for " + std::string(word_of(grant.kind)) + " " +
                      name_of_thing(thing));
    }
    return Unit{};
  }
  SqlResult<Unit> check(const sql::Comment& comment) const { return own(comment.name); }
  SqlResult<Unit> check(const sql::AlterSystem& alter) const {
    return denied("permission denied to set parameter \"" + alter.name + "\"");
  }

  SqlResult<Unit> check(const sql::Drop& drop) const {
    for (const sql::Name& name : drop.names) ATTEMPT(change(drop.kind, name));
    return Unit{};
  }
  SqlResult<Unit> check(const sql::Alter& alter) const {
    if (alter.kind == ObjectKind::user) {
      const bool own_password = alter.name.back() == definition_.user &&
                                alter.action == sql::Alter::Action::user_options &&
                                !alter.user.superuser && !alter.user.create_database &&
                                !alter.user.create_user && !alter.user.login;
      if (own_password) return Unit{};
      ATTEMPT(no_more_than_mine(alter.user));
      return change(alter.kind, alter.name);
    }
    ATTEMPT(change(alter.kind, alter.name));
    if (alter.action == sql::Alter::Action::swap_with) return own(alter.other);
    if (alter.action == sql::Alter::Action::set_schema) return make_in({alter.text, ""});
    return Unit{};
  }

  template <class Other>
  SqlResult<Unit> check(const Other&) const {
    return Unit{};
  }

 private:
  SqlResult<Unit> own_secret(const sql::Name& name) const {
    const auto found =
        catalog_.secrets().find({definition_.database, schema_of(name), name.back()});
    if (found == catalog_.secrets().end() || found->second.owner == definition_.user) return Unit{};
    return denied("must be owner of secret " + name.back());
  }
  bool granted(const Grantable& thing, std::string_view privilege, bool with_option) const {
    return catalog_.privileges().is_granted(definition_.user, thing, privilege, with_option);
  }
  std::string schema_of(const sql::Name& name) const {
    return name.size() > 1 ? name[name.size() - 2] : definition_.schema;
  }
  const Object* named(const sql::Name& name) const {
    const auto relation = catalog_.relation(definition_.database, schema_of(name), name.back());
    return relation == nullptr ? nullptr : catalog_.find(relation->id);
  }

  std::string owner_of_schema(std::string_view schema) const {
    const Database* home = catalog_.database(definition_.database);
    if (home == nullptr) return {};
    const auto found = home->schemas.find(schema);
    return found == home->schemas.end() ? std::string() : found->second;
  }
  std::string owner_of(const Grantable& thing) const {
    if (thing.kind == ObjectKind::database) {
      const Database* database = catalog_.database(thing.name);
      return database == nullptr ? std::string() : database->owner;
    }
    if (thing.kind == ObjectKind::table) {
      const Object* object = catalog_.find(RelationId(thing.relation));
      return object == nullptr ? std::string() : object->owner;
    }
    // "database.schema" and "database.schema.function": a function is its schema's owner's.
    const std::string_view path =
        std::string_view(thing.name).substr(definition_.database.size() + 1);
    return owner_of_schema(path.substr(0, path.find('.')));
  }
  std::string name_of_thing(const Grantable& thing) const {
    if (thing.kind == ObjectKind::table)
      return catalog_.find(RelationId(thing.relation))->relation->name;
    return thing.name.substr(thing.name.rfind('.') + 1);
  }

  // Everybody may make things in "public", as has_schema_privilege says.
  SqlResult<Unit> make_in(const sql::Name& name) const {
    const std::string schema = schema_of(name);
    if (schema == "public" || !catalog_.has_schema(definition_.database, schema) ||
        owner_of_schema(schema) == definition_.user ||
        granted({ObjectKind::schema, 0, definition_.database + "." + schema}, "create", false))
      return Unit{};
    return denied("permission denied for schema " + schema);
  }

  SqlResult<Unit> own(const sql::Name& name) const {
    const Object* object = named(name);
    if (object == nullptr || object->owner == definition_.user) return Unit{};
    return denied("must be owner of " + std::string(name_of(object->relation->kind)) + " " +
                  object->relation->name);
  }

  // DROP and ALTER.
  SqlResult<Unit> change(ObjectKind kind, const sql::Name& name) const {
    const auto must_own = [&](std::string_view owner, std::string_view what) -> SqlResult<Unit> {
      if (owner == definition_.user) return Unit{};
      return denied("must be owner of " + std::string(what) + " " + name.back());
    };
    switch (kind) {
      case ObjectKind::user: {
        const User* changed = catalog_.privileges().user(name.back());
        if (changed == nullptr) return Unit{};
        if (user_.create_user && !changed->superuser) return Unit{};
        return changed->superuser ? denied("must be superuser to alter superusers")
                                  : denied("permission denied");
      }
      case ObjectKind::database: {
        const Database* database = catalog_.database(name.back());
        return database == nullptr ? SqlResult<Unit>(Unit{})
                                   : must_own(database->owner, "database");
      }
      case ObjectKind::schema:
        return must_own(owner_of_schema(name.back()), "schema");
      case ObjectKind::function:
        return must_own(owner_of_schema(schema_of(name)), "function");
      case ObjectKind::secret:
        return own_secret(name);
      default:
        return own(name);
    }
  }

  SqlResult<Unit> no_more_than_mine(const sql::UserOptions& options) const {
    if (options.superuser.value_or(false)) return denied("must be superuser to create superusers");
    if (options.create_database.value_or(false) && !user_.create_database)
      return denied("must have createdb permission to change createdb attribute");
    return Unit{};
  }

  const Catalog& catalog_;
  const Definition& definition_;
  const User& user_;
};

// Of somebody who may not do everything.
const User* restricted(const Catalog& catalog, const Definition& definition) {
  const User* user = catalog.privileges().user(definition.user);
  return user == nullptr || user->superuser ? nullptr : user;
}

}  // namespace

SqlResult<Unit> check_rights(const Catalog& catalog, const Definition& definition,
                             const sql::Statement& statement) {
  const User* user = restricted(catalog, definition);
  if (user == nullptr) return Unit{};
  const Rights rights(catalog, definition, *user);
  return std::visit([&](const auto& form) { return rights.check(form); }, statement.form);
}

SqlResult<Unit> check_reads(const Catalog& catalog, const Definition& definition,
                            const Change& change) {
  if (restricted(catalog, definition) == nullptr) return Unit{};
  for (const auto& made : change.added)
    for (const RelationId id : made->reads)
      if (const Object* from = catalog.find(id); from != nullptr && !from->is_hidden())
        ATTEMPT(check_privilege(catalog, definition.user, *from->relation, "select"));
  return Unit{};
}

}  // namespace levada::streaming
