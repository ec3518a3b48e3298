#pragma once
// CREATE, ALTER and DROP USER, GRANT and REVOKE: checked against the catalog, and what they change.

#include "sql/statement.h"
#include "streaming/decision.h"
#include "streaming/definition.h"

namespace levada::streaming {

query::SqlResult<Change> role_change(const Catalog& catalog, const Definition& definition,
                                     const sql::CreateUser& create);
query::SqlResult<Change> role_change(const Catalog& catalog, const Definition& definition,
                                     const sql::Alter& alter);
query::SqlResult<Change> role_change(const Catalog& catalog, const Definition& definition,
                                     const sql::Grant& grant);
// The things that a GRANT names.
query::SqlResult<std::vector<Grantable>> things_of(const Catalog& catalog,
                                                   const Definition& definition,
                                                   const sql::Grant& grant);
// DROP USER of one.
query::SqlResult<Unit> drop_role(const Catalog& catalog, const std::string& name, bool if_exists,
                                 Change& change);
// 42704 unless there is such a user.
query::SqlResult<Unit> check_role(const Catalog& catalog, const std::string& name);

// has_…_privilege: 22023 when the user, the thing or a privilege is none.
struct PrivilegeQuestion {
  std::string_view function;  // "has_table_privilege"
  std::string_view user;
  query::Datum thing;  // a name or an oid
  std::string_view privileges;
  std::string_view database;
  std::vector<std::string> path;
};
query::SqlResult<bool> has_privilege(const Catalog& catalog, const PrivilegeQuestion& question);

// 42501 unless the session's user may do that with the relation.
query::SqlResult<Unit> check_privilege(const Catalog& catalog, std::string_view user,
                                       const query::Relation& relation, std::string_view privilege);

}  // namespace levada::streaming
