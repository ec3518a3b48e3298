#pragma once
// The way from the first byte of a connection to a session that may ask: TLS, the protocol's
// version, who it is.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/random.h"
#include "postgres/channel.h"
#include "postgres/users.h"

namespace levada::postgres {

struct Login {
  std::string user;
  std::string database;
  std::vector<std::pair<std::string, std::string>> settings;  // of the startup packet
};

// What a connection turned out to want: a session, or the end of another session's statement.
struct Cancel {
  std::uint32_t process;
  std::uint32_t secret;
};

struct LoginOptions {
  const tls::TlsContext* tls = nullptr;  // null: not offered
  const Users* users = nullptr;          // null: everyone is who he says
  bool tls_required = false;             // of those who come from other machines
  wire::Sha256Digest stranger_key{};     // random, of this process: what unknown names are told
};

// What the client asked for. Nothing: it was told why not, and the connection may end.
struct Arrival {
  std::optional<Login> login;
  std::optional<Cancel> cancel;
};
Task<Arrival> arrive(Channel& channel, io::Random& random, LoginOptions options, Deadline deadline);

}  // namespace levada::postgres
