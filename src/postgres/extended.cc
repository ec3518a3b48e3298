// The extended protocol of Connection: prepared statements and portals.

#include "base/attempt.h"
#include "base/utf8.h"
#include "postgres/binary_value.h"
#include "postgres/connection.h"
#include "postgres/report.h"

namespace levada::postgres {
namespace {

using query::SqlError;
using query::SqlResult;
using streaming::Prepared;
using streaming::StatementKind;

std::string quoted(std::string_view name) { return "\"" + std::string(name) + '"'; }

Outcome no_such_statement(std::string_view name) {
  return refused("26000", name.empty() ? "unnamed prepared statement does not exist"
                                       : "prepared statement " + quoted(name) + " does not exist");
}

Outcome no_such_portal(std::string_view name) {
  return refused("34000", "portal " + quoted(name) + " does not exist");
}

}  // namespace

Task<Outcome> Connection::extended(const wire::PgFrame& frame) {
  switch (frame.type) {
    case 'P': {
      Result<wire::PgParse> message = wire::read_pg_parse(frame.body);
      if (!message) co_return refused(protocol_violation(message.error().message));
      co_return co_await parse(std::move(*message));
    }
    case 'B': {
      Result<wire::PgBind> message = wire::read_pg_bind(frame.body);
      if (!message) co_return refused(protocol_violation(message.error().message));
      co_return co_await bind(std::move(*message));
    }
    case 'D':
    case 'C': {
      const Result<wire::PgNamed> message = wire::read_pg_named(frame.body);
      if (!message) co_return refused(protocol_violation(message.error().message));
      if (frame.type == 'D') co_return describe(*message);
      co_return close(*message);
    }
    case 'E': {
      const Result<wire::PgExecute> message = wire::read_pg_execute(frame.body);
      if (!message) co_return refused(protocol_violation(message.error().message));
      const wire::PgExecute execute_message = *message;
      co_return co_await execute(execute_message);
    }
    default:
      co_return refused("0A000", "function calls by message are not supported");
  }
}

Task<Outcome> Connection::parse(wire::PgParse message) {
  const auto existing = statements_.find(message.statement);
  if (!message.statement.empty() && existing != statements_.end())
    co_return refused("42P05",
                      "prepared statement " + quoted(message.statement) + " already exists");
  if (statements_.size() >= around_.limits.statements)
    co_return refused("54000", "too many prepared statements in this session");
  const auto statements = session_->parse(message.query);
  if (!statements) co_return refused(statements.error());
  if (statements->size() > 1)
    co_return refused("42601", "cannot insert multiple commands into a prepared statement");
  NamedStatement named;
  if (!statements->empty()) {
    const streaming::Statement& statement = statements->front();
    if (const auto admitted = session_->admit(statement); !admitted)
      co_return refused(admitted.error());
    auto prepared = co_await session_->prepare(statement, std::move(message.types));
    if (!prepared) co_return refused(prepared.error());
    named.prepared = std::move(*prepared);
  }
  statements_.insert_or_assign(std::string(message.statement), std::move(named));
  write_news();
  channel_.writer().parse_complete();
  co_return done();
}

SqlResult<std::vector<query::Value>> Connection::parameters(const Prepared& prepared,
                                                            const wire::PgBind& message) {
  const auto& types = prepared.parameters();
  if (message.parameters.size() != types.size())
    return tl::unexpected(
        protocol_violation("bind message supplies " + std::to_string(message.parameters.size()) +
                           " parameters, but prepared statement " + quoted(message.statement) +
                           " requires " + std::to_string(types.size())));
  std::vector<query::Value> values;
  for (std::size_t n = 0; n < types.size(); ++n) {
    const auto& formats = message.parameter_formats;
    const std::uint16_t format = formats.empty() ? 0 : formats[formats.size() == 1 ? 0 : n];
    if (!message.parameters[n]) {
      values.emplace_back();
      continue;
    }
    const ByteView bytes = *message.parameters[n];
    if (format == 1) {
      values.push_back(ATTEMPT(read_binary(types[n], bytes)));
      continue;
    }
    if (!is_valid_utf8(as_text(bytes)) || as_text(bytes).find('\0') != std::string::npos)
      return query::refuse("22021", "invalid byte sequence for encoding \"UTF8\"");
    values.push_back(ATTEMPT(query::from_text(types[n], as_text(bytes), session_->text_style())));
  }
  return values;
}

Task<Outcome> Connection::bind(wire::PgBind message) {
  const auto found = statements_.find(message.statement);
  if (found == statements_.end()) co_return no_such_statement(message.statement);
  if (!message.portal.empty() && portals_.contains(message.portal))
    co_return refused("42P03", "cursor " + quoted(message.portal) + " already exists");
  if (portals_.size() >= around_.limits.portals)
    co_return refused("54000", "too many open portals in this session");
  Portal portal{.cursor = {}, .statement = {}, .rows = ResultRows({}, {})};
  if (found->second.prepared) {
    const Prepared prepared = *found->second.prepared;
    auto values = parameters(prepared, message);
    if (!values) co_return refused(values.error());
    const std::size_t columns = prepared.columns().size();
    if (message.result_formats.size() > 1 && message.result_formats.size() != columns)
      co_return refused(protocol_violation(
          "bind message has " + std::to_string(message.result_formats.size()) +
          " result formats but query has " + std::to_string(columns) + " columns"));
    if (const auto admitted = session_->admit(prepared.statement()); !admitted)
      co_return refused(admitted.error());
    portal.statement = prepared.statement();
    const StatementKind kind = prepared.kind();
    if (kind != StatementKind::copy_in && kind != StatementKind::copy_out) {
      auto cursor = co_await session_->open(prepared, std::move(*values));
      if (!cursor) co_return refused(cursor.error());
      portal.rows = ResultRows(cursor->columns(), std::move(message.result_formats));
      portal.cursor = std::move(*cursor);
    }
  }
  portals_.erase(std::string(message.portal));
  portals_.emplace(std::string(message.portal), std::move(portal));
  channel_.writer().bind_complete();
  co_return done();
}

Outcome Connection::describe(wire::PgNamed message) {
  if (message.kind == 'P') {
    const auto found = portals_.find(message.name);
    if (found == portals_.end()) {
      const auto declared = session_->declared_columns(message.name);  // DECLARE made it
      if (!declared) return no_such_portal(message.name);
      ResultRows(*declared, {}).describe(channel_.writer());
      return Unit{};
    }
    if (found->second.rows.empty())
      channel_.writer().no_data();
    else
      found->second.rows.describe(channel_.writer());
    return Unit{};
  }
  const auto found = statements_.find(message.name);
  if (found == statements_.end()) return no_such_statement(message.name);
  std::vector<std::uint32_t> oids;
  ResultRows rows({}, {});
  if (found->second.prepared) {
    for (const query::Type& type : found->second.prepared->parameters()) oids.push_back(type.oid());
    rows = ResultRows(found->second.prepared->columns(), {});
  }
  channel_.writer().parameter_description(oids);
  if (rows.empty())
    channel_.writer().no_data();
  else
    rows.describe(channel_.writer());
  return Unit{};
}

Task<Outcome> Connection::execute(wire::PgExecute message) {
  const auto found = portals_.find(message.portal);
  if (found == portals_.end()) co_return no_such_portal(message.portal);
  Portal& portal = found->second;
  if (!portal.statement) {
    channel_.writer().empty_query();
    co_return done();
  }
  if (const auto admitted = session_->admit(*portal.statement); !admitted)
    co_return refused(admitted.error());
  if (portal.statement->kind() == StatementKind::copy_in)
    co_return co_await copy_in(*portal.statement);
  if (portal.statement->kind() == StatementKind::copy_out)
    co_return co_await copy_out(*portal.statement);
  if (portal.done) {
    channel_.writer().command_complete("SELECT 0");
    co_return done();
  }
  // What comes alone, with Sync behind it, needs no transaction.
  const StatementKind kind = portal.statement->kind();
  const bool may_write = kind == StatementKind::dml || kind == StatementKind::other;
  if (may_write && session_->transaction() == streaming::TransactionState::idle)
    if (co_await channel_.next_type(no_deadline) != 'S') session_->begin_implicit();
  constexpr std::uint64_t rows_at_once = 1'000;
  std::uint64_t left = message.rows_max;
  for (;;) {
    const std::uint64_t wanted =
        message.rows_max == 0 ? rows_at_once : std::min(left, rows_at_once);
    const auto fetched = co_await portal.cursor->fetch(wanted);
    if (!fetched) co_return refused(fetched.error());
    write_news();
    const query::TextStyle style = session_->text_style();
    for (const query::Row& row : fetched->rows) {
      portal.rows.write(channel_.writer(), channel_.out(), row, style);
      if (channel_.out_is_full()) co_await channel_.flush();
    }
    left -= std::min<std::uint64_t>(left, fetched->rows.size());
    if (fetched->done) {
      portal.done = true;
      channel_.writer().command_complete(fetched->tag);
      co_return done();
    }
    if (message.rows_max > 0 && left == 0) {
      channel_.writer().portal_suspended();
      co_return done();
    }
  }
}

// Closing what is not there is no error.
Outcome Connection::close(wire::PgNamed message) {
  if (message.kind == 'P')
    portals_.erase(std::string(message.name));
  else
    statements_.erase(std::string(message.name));
  channel_.writer().close_complete();
  return Unit{};
}

}  // namespace levada::postgres
