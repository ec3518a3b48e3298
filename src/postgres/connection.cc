#include "postgres/connection.h"

#include <array>

#include "base/endian.h"
#include "postgres/report.h"

namespace levada::postgres {
namespace {

using query::SqlError;
using streaming::Statement;
using streaming::StatementKind;

constexpr std::uint64_t rows_at_once = 1'000;  // between two looks at how full the output is

}  // namespace

void Cancellations::cancel(Cancel request) {
  const auto found = sessions_.find(request.process);
  if (found != sessions_.end() && found->second.secret == request.secret)
    found->second.session->cancel();
}

void Cancellations::cancel_all() {
  for (auto& [process, entry] : sessions_) entry.session->cancel();
}

Connection::~Connection() {
  if (session_) around_.cancellations.remove(process_);
}

Task<Unit> Connection::run() {
  const Deadline deadline = around_.reactor.clock().monotonic() + around_.limits.login;
  Arrival arrival = co_await arrive(channel_, around_.random, around_.login, deadline);
  if (arrival.cancel) around_.cancellations.cancel(*arrival.cancel);
  if (!arrival.login) co_return Unit{};
  if (!streaming::Session::has_database(around_.engine, arrival.login->database)) {
    SqlError unknown{.sqlstate = "3D000",
                     .message = "database \"" + arrival.login->database + "\" does not exist"};
    co_await end_fatally(std::move(unknown));
    co_return Unit{};
  }
  process_ = around_.cancellations.next_process();
  session_ = std::make_unique<streaming::Session>(
      around_.engine, streaming::SessionOptions{.user = arrival.login->user,
                                                .database = arrival.login->database,
                                                .settings = std::move(arrival.login->settings),
                                                .process_id = process_});
  co_await greet();
  for (;;) {
    const Result<wire::PgFrame> frame =
        co_await outcome(channel_.message(around_.limits.message, no_deadline));
    if (!frame) {
      const bool nonsense =
          frame.error().kind == ErrorKind::invalid || frame.error().kind == ErrorKind::too_large;
      if (nonsense) co_await end_fatally(protocol_violation(frame.error().message));
      co_return Unit{};
    }
    const wire::PgFrame message = *frame;
    const Result<Next> next = co_await outcome(answer(message));
    if (!next) {
      if (next.error().kind == ErrorKind::closed) {
        SqlError stopping{.sqlstate = "57P01",
                          .message = "terminating connection due to administrator command"};
        co_await end_fatally(std::move(stopping));
      }
      co_return Unit{};
    }
    if (*next == Next::end) co_return Unit{};
  }
}

Task<Unit> Connection::end_fatally(SqlError error) {
  write_error(channel_.writer(), error, "FATAL");
  co_await outcome(channel_.flush());
  co_return Unit{};
}

Task<Unit> Connection::greet() {
  std::array<std::byte, sizeof(std::uint32_t)> chance;
  around_.random.fill(chance);
  const auto secret = load_le<std::uint32_t>(chance.data());
  around_.cancellations.add(process_, *session_, secret);
  for (const auto& [name, value] : session_->reported_parameters())
    channel_.writer().parameter_status(name, value);
  channel_.writer().backend_key(process_, secret);
  (void)session_->take_changed_parameters();
  write_news();
  channel_.writer().ready(wire::PgTransaction::idle);
  co_await channel_.flush();
  co_return Unit{};
}

void Connection::write_news() {
  for (const streaming::Notice& notice : session_->take_notices())
    write_notice(channel_.writer(), notice);
  for (const auto& [name, value] : session_->take_changed_parameters())
    channel_.writer().parameter_status(name, value);
}

void Connection::fail_statement(const SqlError& error, std::uint32_t offset) {
  session_->statement_failed();
  write_news();
  write_error(channel_.writer(), error, "ERROR", offset);
}

// Decides what statements that came together wrote.
Task<Unit> Connection::end_together() {
  const auto ended = co_await session_->end_implicit();
  if (!ended) fail_statement(ended.error());
  co_return Unit{};
}

// Says that the next statement may come. Answers to messages that came together leave together.
Task<Unit> Connection::ready() {
  if (session_->transaction() == streaming::TransactionState::idle) portals_.clear();
  channel_.writer().ready(static_cast<wire::PgTransaction>(session_->transaction()));
  if (!channel_.more_received() || channel_.out_is_full()) co_await channel_.flush();
  co_return Unit{};
}

Task<Connection::Next> Connection::answer(const wire::PgFrame& frame) {
  switch (frame.type) {
    case 'Q': {
      if (skipping_) co_return Next::message;
      const Result<std::string_view> text = wire::read_pg_string(frame.body);
      if (text) {
        const std::string copy(*text);  // COPY reads further messages over it
        co_await simple(copy);
      } else {
        fail_statement(protocol_violation(text.error().message));
      }
      co_await ready();
      co_return Next::message;
    }
    case 'S':
      skipping_ = false;
      co_await end_together();
      co_await ready();
      co_return Next::message;
    case 'H':
      co_await channel_.flush();
      co_return Next::message;
    case 'X':
      co_return Next::end;
    case 'd':
    case 'c':
    case 'f':  // of a COPY that failed; its error may still wait for the end of what came
      if (!channel_.more_received()) co_await channel_.flush();
      co_return Next::message;
    case 'P':
    case 'B':
    case 'D':
    case 'E':
    case 'C':
    case 'F': {
      if (skipping_) co_return Next::message;
      const Outcome outcome_here = co_await extended(frame);
      if (!outcome_here) {
        fail_statement(outcome_here.error());
        skipping_ = true;
      }
      if (channel_.out_is_full()) co_await channel_.flush();
      co_return Next::message;
    }
    default: {
      const int type = static_cast<unsigned char>(frame.type);
      co_await end_fatally(
          protocol_violation("invalid frontend message type " + std::to_string(type)));
      co_return Next::end;
    }
  }
}

Task<Unit> Connection::simple(std::string_view text) {
  statements_.erase("");
  const auto statements = session_->parse(text);
  if (!statements) {
    fail_statement(statements.error());
    co_return Unit{};
  }
  if (statements->empty()) channel_.writer().empty_query();
  for (const Statement& statement : *statements) {
    if (statements->size() > 1) session_->begin_implicit();
    const Outcome done = co_await run_statement(statement);
    if (!done) {
      fail_statement(done.error(), statement.position() - 1);
      co_return Unit{};
    }
  }
  co_return co_await end_together();
}

Task<Outcome> Connection::run_statement(Statement statement) {
  if (const auto admitted = session_->admit(statement); !admitted)
    co_return refused(admitted.error());
  if (statement.kind() == StatementKind::copy_in) co_return co_await copy_in(statement);
  if (statement.kind() == StatementKind::copy_out) co_return co_await copy_out(statement);
  std::vector<std::uint32_t> no_types;
  const auto prepared = co_await session_->prepare(statement, std::move(no_types));
  if (!prepared) co_return refused(prepared.error());
  if (!prepared->parameters().empty()) co_return refused("42P02", "there is no parameter $1");
  std::vector<query::Value> no_values;
  auto cursor = co_await session_->open(*prepared, std::move(no_values));
  if (!cursor) co_return refused(cursor.error());
  ResultRows rows(cursor->columns(), {});
  // SELECT without columns has rows too.
  const bool has_rows = !rows.empty() || statement.kind() == StatementKind::query;
  co_return co_await send_rows(*cursor, rows, has_rows);
}

Task<Outcome> Connection::send_rows(streaming::Cursor& cursor, ResultRows& rows, bool has_rows) {
  bool described = false;
  for (;;) {
    const auto fetched = co_await cursor.fetch(rows_at_once);
    if (!fetched) co_return refused(fetched.error());
    write_news();
    if (!described && has_rows) rows.describe(channel_.writer());
    described = true;
    const query::TextStyle style = session_->text_style();
    for (const query::Row& row : fetched->rows) {
      rows.write(channel_.writer(), channel_.out(), row, style);
      if (channel_.out_is_full()) co_await channel_.flush();
    }
    if (!fetched->done) continue;
    channel_.writer().command_complete(fetched->tag);
    co_return done();
  }
}

Task<Outcome> Connection::copy_out(Statement statement) {
  auto cursor = co_await session_->copy_out(statement);
  if (!cursor) co_return refused(cursor.error());
  const streaming::CopyFormat format = statement.copy().value_or(streaming::CopyFormat{});
  const bool binary = format.kind == streaming::CopyFormat::Kind::binary;
  CopyEncoder encoder(format, cursor->columns());
  channel_.writer().copy_out(binary, static_cast<std::uint16_t>(cursor->columns().size()));
  // As PostgreSQL does it: a line of text is a message of its own, the binary signature is not.
  Buffer piece;
  encoder.begin(piece);
  if (!binary && !piece.empty()) {
    channel_.writer().copy_data(piece);
    piece.clear();
  }
  for (;;) {
    const auto fetched = co_await cursor->fetch(rows_at_once);
    if (!fetched) co_return refused(fetched.error());
    const query::TextStyle style = session_->text_style();
    for (const query::Row& row : fetched->rows) {
      encoder.row(row, style, piece);
      channel_.writer().copy_data(piece);
      piece.clear();
      if (channel_.out_is_full()) co_await channel_.flush();
    }
    if (!fetched->done) continue;
    encoder.end(piece);
    if (!piece.empty()) channel_.writer().copy_data(piece);
    channel_.writer().copy_done();
    channel_.writer().command_complete(fetched->tag);
    co_return done();
  }
}

Task<Outcome> Connection::copy_in(Statement statement) {
  auto copy = co_await session_->copy_in(statement);
  if (!copy) co_return refused(copy.error());
  const streaming::CopyFormat format = statement.copy().value_or(streaming::CopyFormat{});
  const bool binary = format.kind == streaming::CopyFormat::Kind::binary;
  CopyDecoder decoder(format, copy->types());
  channel_.writer().copy_in(binary, static_cast<std::uint16_t>(copy->types().size()));
  co_await channel_.flush();
  std::vector<query::Row> rows;
  for (;;) {
    const wire::PgFrame frame = co_await channel_.message(around_.limits.message, no_deadline);
    const query::TextStyle style = session_->text_style();
    if (frame.type == 'd') {
      if (const auto decoded = decoder.decode(frame.body, style, rows); !decoded)
        co_return refused(decoded.error());
    } else if (frame.type == 'c') {
      if (const auto decoded = decoder.finish(style, rows); !decoded)
        co_return refused(decoded.error());
    } else if (frame.type == 'f') {
      const auto why = wire::read_pg_string(frame.body);
      co_return refused("57014", "COPY from stdin failed: " + std::string(why ? *why : ""));
    } else if (frame.type != 'H' && frame.type != 'S') {
      co_return refused(protocol_violation("unexpected message type during COPY from stdin"));
    }
    if (!rows.empty()) {
      if (const auto written = copy->write(std::exchange(rows, {})); !written)
        co_return refused(written.error());
    }
    if (frame.type != 'c') continue;
    const auto tag = co_await copy->finish();
    if (!tag) co_return refused(tag.error());
    write_news();
    channel_.writer().command_complete(*tag);
    co_return done();
  }
}

}  // namespace levada::postgres
