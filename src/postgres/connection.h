#pragma once
// One client's connection: login, then messages until it leaves: the simple protocol (a text, all
// its rows), the extended one (statements, portals, up to Sync), COPY both ways.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "postgres/channel.h"
#include "postgres/copy_format.h"
#include "postgres/login.h"
#include "postgres/report.h"
#include "postgres/result_rows.h"
#include "streaming/session.h"

namespace levada::postgres {

// Who may be asked to end a statement: sessions by the key that their client was given.
class Cancellations {
 public:
  std::uint32_t next_process() { return next_process_++; }
  void add(std::uint32_t process, streaming::Session& session, std::uint32_t secret) {
    sessions_[process] = {&session, secret};
  }
  void remove(std::uint32_t process) { sessions_.erase(process); }
  // Nothing happens when the key is wrong.
  void cancel(Cancel request);
  void cancel_all();

 private:
  struct Entry {
    streaming::Session* session;
    std::uint32_t secret;
  };
  std::map<std::uint32_t, Entry> sessions_;
  std::uint32_t next_process_ = 1;
};

class Connection {
 public:
  struct Surroundings {
    streaming::Engine& engine;
    io::Reactor& reactor;
    io::Random& random;
    const Limits& limits;
    LoginOptions login;
    Cancellations& cancellations;
  };
  Connection(Surroundings surroundings, Channel& channel)
      : around_(surroundings), channel_(channel) {}
  ~Connection();

  // Ends with the client's leave, or with the error that ended it.
  Task<Unit> run();

 private:
  enum class Next : std::uint8_t { message, end };
  struct NamedStatement {
    std::optional<streaming::Prepared> prepared;  // nothing: an empty text
  };
  struct Portal {
    std::optional<streaming::Cursor> cursor;  // nothing: of an empty text
    std::optional<streaming::Statement> statement;
    ResultRows rows;
    bool done = false;
  };

  Task<Unit> greet();
  Task<Next> answer(const wire::PgFrame& frame);
  Task<Unit> ready();
  Task<Unit> end_together();

  // The simple protocol.
  Task<Unit> simple(std::string_view text);
  Task<Outcome> run_statement(streaming::Statement statement);
  Task<Outcome> send_rows(streaming::Cursor& cursor, ResultRows& rows, bool has_rows);

  // The extended protocol. An error skips everything up to Sync.
  Task<Outcome> extended(const wire::PgFrame& frame);
  Task<Outcome> parse(wire::PgParse message);
  Task<Outcome> bind(wire::PgBind message);
  Outcome describe(wire::PgNamed message);
  Task<Outcome> execute(wire::PgExecute message);
  Outcome close(wire::PgNamed message);
  query::SqlResult<std::vector<query::Value>> parameters(const streaming::Prepared& prepared,
                                                         const wire::PgBind& message);

  Task<Outcome> copy_in(streaming::Statement statement);
  Task<Outcome> copy_out(streaming::Statement statement);

  void write_news();  // notices and changed parameters
  void fail_statement(const query::SqlError& error, std::uint32_t offset = 0);
  Task<Unit> end_fatally(query::SqlError error);

  Surroundings around_;
  Channel& channel_;
  std::unique_ptr<streaming::Session> session_;
  std::uint32_t process_ = 0;
  std::map<std::string, NamedStatement, std::less<>> statements_;
  std::map<std::string, Portal, std::less<>> portals_;
  bool skipping_ = false;  // up to Sync, after an error
};

}  // namespace levada::postgres
