#include "postgres/login.h"

#include <array>

#include "wire/base64.h"

namespace levada::postgres {
namespace {

constexpr std::uint16_t protocol_major = 3;
constexpr std::uint16_t protocol_minor = 0;

Task<Arrival> refuse(Channel& channel, std::string_view sqlstate, std::string message,
                     std::string hint = {}) {
  channel.writer().error(
      {.severity = "FATAL", .sqlstate = sqlstate, .message = message, .hint = hint});
  co_await outcome(channel.flush());
  co_return Arrival{};
}

std::string random_text(io::Random& random, std::size_t bytes) {
  std::array<std::byte, 32> chance;
  const MutableByteView taken = MutableByteView(chance).first(bytes);
  random.fill(taken);
  return wire::base64_encode(taken);
}

// A stranger's exchange must look like that of a user with another password: the salt stays the
// same from one attempt to the next, and nothing takes longer. No proof fits.
wire::ScramVerifier stranger(std::string_view name, const wire::Sha256Digest& key,
                             io::Random& random) {
  constexpr std::size_t salt_size = 16;
  const wire::Sha256Digest salt = wire::HmacSha256(key).of(name);
  wire::ScramVerifier verifier{.salt = std::string(as_text(ByteView(salt).first(salt_size))),
                               .stored_key = {},
                               .server_key = {}};
  random.fill(verifier.stored_key);
  random.fill(verifier.server_key);
  return verifier;
}

// Errors: invalid (the protocol), denied.
Task<Unit> prove(Channel& channel, io::Random& random, const wire::ScramVerifier& verifier,
                 Bytes message_max, Deadline deadline) {
  const std::array<std::string_view, 1> mechanisms = {wire::scram_mechanism};
  channel.writer().authentication_sasl(mechanisms);
  co_await channel.flush();
  wire::ScramServer server(verifier, random_text(random, 18));

  const wire::PgFrame first = co_await channel.message(message_max, deadline);
  if (first.type != 'p') co_return fail(ErrorKind::invalid, "expected SASL response");
  const wire::PgSaslInitial initial = co_await wire::read_pg_sasl_initial(first.body);
  if (initial.mechanism != wire::scram_mechanism)
    co_return fail(ErrorKind::invalid, "client selected an invalid SASL authentication mechanism");
  const std::string challenge = co_await server.first(initial.response);
  channel.writer().authentication_sasl_continue(challenge);
  co_await channel.flush();

  const wire::PgFrame last = co_await channel.message(message_max, deadline);
  if (last.type != 'p') co_return fail(ErrorKind::invalid, "expected SASL response");
  const std::string proof = co_await server.final(as_text(last.body));
  channel.writer().authentication_sasl_final(proof);
  co_return Unit{};
}

Login login_of(const wire::PgStartup& startup) {
  Login login{
      std::string(startup.parameter("user")), std::string(startup.parameter("database")), {}};
  if (login.database.empty()) login.database = login.user;
  for (const auto& [name, value] : startup.parameters)
    if (name != "user" && name != "database" && !name.starts_with("_pq_."))
      login.settings.emplace_back(name, value);
  return login;
}

// Clients newer than 3.0, or with options of theirs, are told what is spoken here.
void negotiate(Channel& channel, const wire::PgStartup& startup) {
  std::vector<std::string_view> unknown;
  for (const auto& [name, value] : startup.parameters)
    if (name.starts_with("_pq_.")) unknown.push_back(name);
  if (startup.minor > protocol_minor || !unknown.empty())
    channel.writer().negotiate_version(protocol_minor, unknown);
}

}  // namespace

Task<Arrival> arrive(Channel& channel, io::Random& random, LoginOptions options,
                     Deadline deadline) {
  const Bytes message_max{wire::pgwire_startup_max};
  if (co_await channel.begins_with_tls(deadline)) {
    if (options.tls == nullptr) co_return Arrival{};
    co_await channel.start_tls(*options.tls, false, deadline);
  }
  for (;;) {
    const Result<wire::PgFrame> frame = co_await outcome(channel.startup(deadline));
    if (!frame && frame.error().kind == ErrorKind::invalid) {
      const std::string message = frame.error().message;
      co_return co_await refuse(channel, "08P01", message);
    }
    if (!frame) co_return unexpected<Error>(frame.error());
    const Result<wire::PgStartup> read = wire::read_pg_startup(frame->body);
    if (!read) {
      const std::string message = read.error().message;
      co_return co_await refuse(channel, "08P01", message);
    }
    const wire::PgStartup& startup = *read;
    using Kind = wire::PgStartup::Kind;
    if (startup.kind == Kind::cancel) {
      Arrival arrival;
      arrival.cancel = Cancel{startup.process, startup.secret};
      co_return arrival;
    }
    if (startup.kind == Kind::tls && options.tls != nullptr && !channel.encrypted()) {
      co_await channel.start_tls(*options.tls, true, deadline);
      continue;
    }
    if (startup.kind != Kind::start) {
      channel.out().push_back(static_cast<std::byte>('N'));
      co_await channel.flush();
      continue;
    }
    if (startup.major != protocol_major) {
      const std::string asked = std::to_string(startup.major) + "." + std::to_string(startup.minor);
      co_return co_await refuse(
          channel, "0A000",
          "unsupported frontend protocol " + asked + ": server supports 3.0 to 3.0");
    }
    Login login = login_of(startup);
    if (login.user.empty())
      co_return co_await refuse(channel, "28000",
                                "no PostgreSQL user name specified in startup packet");
    if (options.tls_required && !channel.encrypted())
      co_return co_await refuse(channel, "28000", "connections from other machines must use TLS",
                                "connect with sslmode=require");
    negotiate(channel, startup);
    if (options.users != nullptr) {
      const wire::ScramVerifier* known = options.users->find(login.user);
      const wire::ScramVerifier verifier =
          known != nullptr ? *known : stranger(login.user, options.stranger_key, random);
      const Result<Unit> proven =
          co_await outcome(prove(channel, random, verifier, message_max, deadline));
      const bool wrong = proven ? known == nullptr : proven.error().kind == ErrorKind::denied;
      if (wrong)
        co_return co_await refuse(channel, "28P01",
                                  "password authentication failed for user \"" + login.user + "\"");
      if (!proven && proven.error().kind == ErrorKind::invalid) {
        const std::string message = proven.error().message;
        co_return co_await refuse(channel, "08P01", message);
      }
      if (!proven) co_return unexpected<Error>(proven.error());
    }
    channel.writer().authentication_ok();
    Arrival arrival;
    arrival.login = std::move(login);
    co_return arrival;
  }
}

}  // namespace levada::postgres
