#pragma once
// NameDefiner: definitions of what is no relation: schemas, databases, secrets, comments.

#include "streaming/definition_scope.h"

namespace levada::streaming {

class NameDefiner : DefinitionScope {
 public:
  using DefinitionScope::DefinitionScope;

  query::SqlResult<Change> change(const sql::CreateSchema& create) const;
  query::SqlResult<Change> change(const sql::Comment& comment) const;
  query::SqlResult<Change> change(const sql::CreateFunction& create) const;
  query::SqlResult<Change> change(const sql::CreateSecret& create) const;
  query::SqlResult<Change> change(const sql::AlterSystem& alter) const;
  query::SqlResult<Change> altered_database(const sql::Alter& alter) const;
  query::SqlResult<Change> altered_schema(const sql::Alter& alter) const;
  query::SqlResult<Unit> drop_secret(const sql::Drop& drop, const sql::Name& name,
                                     Change& change) const;
  query::SqlResult<Unit> drop_function(const sql::Drop& drop, std::size_t number,
                                       Change& change) const;
  // Options whose values are `secret name`, with what the secrets hold.
  query::SqlResult<sql::Options> revealed(sql::Options options) const;

 private:
  query::SqlResult<Change> database(const sql::CreateSchema& create) const;
};

}  // namespace levada::streaming
