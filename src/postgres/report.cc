#include "postgres/report.h"

namespace levada::postgres {

void write_error(wire::PgwireWriter& writer, const query::SqlError& error,
                 std::string_view severity, std::uint32_t offset) {
  writer.error({.severity = severity,
                .sqlstate = error.sqlstate,
                .message = error.message,
                .detail = error.detail,
                .hint = error.hint,
                .position = error.position > 0 ? error.position + offset : 0,
                .table = error.table,
                .column = error.column,
                .constraint = error.constraint});
}

void write_notice(wire::PgwireWriter& writer, const streaming::Notice& notice) {
  writer.notice({.severity = notice.severity,
                 .sqlstate = notice.sqlstate,
                 .message = notice.message,
                 .hint = notice.hint});
}

query::SqlError protocol_violation(std::string message) {
  query::SqlError error;
  error.sqlstate = "08P01";
  error.message = std::move(message);
  return error;
}

}  // namespace levada::postgres
