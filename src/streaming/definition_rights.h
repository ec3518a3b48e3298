#pragma once
// Who may define what. Only those that CREATE USER made are held to it; superusers, and users that
// only the credentials file knows, may do everything. Asked before something is decided, never when
// it is replayed. Texts are PostgreSQL's (aclchk.c, user.c), SQLSTATE 42501.

#include "sql/statement.h"
#include "streaming/definition.h"

namespace levada::streaming {

// What the statement names; things that are not there are for the definition itself to refuse.
query::SqlResult<Unit> check_rights(const Catalog& catalog, const Definition& definition,
                                    const sql::Statement& statement);
// What it would make reads only what its maker may read.
query::SqlResult<Unit> check_reads(const Catalog& catalog, const Definition& definition,
                                   const Change& change);

}  // namespace levada::streaming
