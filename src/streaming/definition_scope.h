#pragma once
// DefinitionScope: what every definition is checked against: the catalog as its session saw it, and
// which names are free. Internal to the folder.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "sql/binder.h"
#include "streaming/definition.h"
#include "streaming/session_catalog.h"

namespace levada::streaming {

struct QualifiedName {
  std::string schema, name;
};

inline std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

class DefinitionScope {
 public:
  DefinitionScope(Catalog& catalog, const Definition& definition)
      : catalog_(catalog),
        names_(catalog, definition.database, {definition.schema},
               definition.decided ? SessionCatalog::Elsewhere::here
                                  : SessionCatalog::Elsewhere::refuse),
        definition_(definition) {}

 protected:
  using Schemas = std::map<std::string, std::string, std::less<>>;

  sql::BindOptions bind_options(std::vector<sql::Mention>* mentions = nullptr) const;
  // Errors: the name has another database in front.
  query::SqlResult<Unit> check_here(const sql::Name& name) const;
  query::SqlResult<QualifiedName> resolve(const sql::Name& name) const;
  Object* find(const std::string& schema, const std::string& name) const {
    return catalog_.find(definition_.database, schema, name);
  }
  const Schemas& schemas() const;
  // nullopt: goes on. A notice: there is such a relation, and that is fine.
  query::SqlResult<std::optional<Change>> taken(const QualifiedName& name,
                                                bool if_not_exists) const;
  query::SqlResult<Object*> existing(const sql::Name& name) const;
  std::unique_ptr<Object> object(const QualifiedName& name, RelationKind kind) const;
  static Relation& relation_of(Object& object) {  // only while it is made
    return const_cast<Relation&>(*object.relation);
  }
  query::SqlResult<Unit> set_reads(Object& object, const query::Plan& plan) const;
  // The plain views among what a text mentions: they may not go before what is made from them.
  void set_views(Object& object, const std::vector<sql::Mention>& mentions) const;
  // SELECT * FROM the relation.
  query::SqlResult<query::Plan> plan_of(const Object& from) const;

  Catalog& catalog_;
  SessionCatalog names_;
  const Definition& definition_;
};

}  // namespace levada::streaming
