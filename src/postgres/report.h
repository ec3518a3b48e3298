#pragma once
// SqlErrors and notices as messages of the protocol.

#include "query/sql_error.h"
#include "streaming/session.h"
#include "wire/pgwire_backend.h"

namespace levada::postgres {

// `offset`: of the statement in the client's text, added to the error's position.
void write_error(wire::PgwireWriter& writer, const query::SqlError& error,
                 std::string_view severity = "ERROR", std::uint32_t offset = 0);
void write_notice(wire::PgwireWriter& writer, const streaming::Notice& notice);

query::SqlError protocol_violation(std::string message);  // 08P01

// What a step of a statement came to, spelt out for co_return.
using Outcome = query::SqlResult<Unit>;
inline Outcome done() { return Unit{}; }
inline Outcome refused(query::SqlError error) { return tl::unexpected(std::move(error)); }
inline Outcome refused(std::string_view sqlstate, std::string message) {
  return query::refuse(sqlstate, std::move(message));
}

}  // namespace levada::postgres
