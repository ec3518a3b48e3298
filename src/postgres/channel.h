#pragma once
// Channel: the messages of one client's connection, in and out. Every read has a deadline or is
// ended by a stop; every message has a limit.

#include <memory>
#include <string_view>

#include "base/task.h"
#include "http/input_buffer.h"
#include "io/network.h"
#include "io/reactor.h"
#include "tls/tls_context.h"
#include "wire/pgwire_backend.h"
#include "wire/pgwire_frontend.h"

namespace levada::postgres {

using namespace std::chrono_literals;

struct Limits {
  std::uint32_t connections = 500;
  Bytes message = 64_MiB;  // one statement, one row of parameters
  Bytes message_before_login = 10'000_B;
  Nanos login = 60s;                  // PostgreSQL's authentication_timeout
  Nanos write = 60s;                  // until the client has taken what was written
  Bytes output = 64_KiB;              // is written when it has grown to this
  std::uint32_t statements = 10'000;  // prepared by one session
  std::uint32_t portals = 1'000;      // open in one session
};

class Channel {
 public:
  Channel(io::Reactor& reactor, std::unique_ptr<io::Connection> connection, const Limits& limits)
      : reactor_(reactor), connection_(std::move(connection)), limits_(limits), writer_(out_) {}

  // The next whole one; its body is valid until the next call. closed: the client left.
  Task<wire::PgFrame> startup(Deadline deadline);
  Task<wire::PgFrame> message(Bytes body_max, Deadline deadline);
  // Whether a further message lies here already, so that its answer may wait for company.
  bool more_received() const;
  // The type of the message behind the one handed out last, whose body is not valid any more.
  Task<char> next_type(Deadline deadline);

  // Puts TLS around the connection, which was asked for (`asked`: answered with S) or just begun.
  Task<Unit> start_tls(const tls::TlsContext& context, bool asked, Deadline deadline);
  Task<bool> begins_with_tls(Deadline deadline);
  bool encrypted() const { return encrypted_; }

  wire::PgwireWriter& writer() { return writer_; }
  Buffer& out() { return out_; }
  bool out_is_full() const { return out_.size() >= count(limits_.output); }
  Task<Unit> flush();

  Task<Unit> finish();
  void shutdown() noexcept { connection_->shutdown(); }
  const io::Address& peer() const { return connection_->peer(); }

 private:
  Task<Unit> receive(std::size_t whole, Deadline deadline);
  void drop_used();

  io::Reactor& reactor_;
  std::unique_ptr<io::Connection> connection_;
  const Limits& limits_;
  http::InputBuffer input_;
  std::size_t used_ = 0;  // by the message handed out last
  Buffer out_;
  wire::PgwireWriter writer_;
  bool encrypted_ = false;
};

}  // namespace levada::postgres
