#pragma once
// SCRAM-SHA-256 (RFC 5802, RFC 7677), the server's half, as PostgreSQL speaks it inside SASL: the
// password never crosses the wire and is not kept, only what proves its knowledge. Without channel
// binding.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "wire/sha256.h"

namespace levada::wire {

inline constexpr std::string_view scram_mechanism = "SCRAM-SHA-256";
inline constexpr std::uint32_t scram_iterations = 4096;  // PostgreSQL's; RFC 7677's least

// What is kept of a password.
struct ScramVerifier {
  std::uint32_t iterations = scram_iterations;
  std::string salt;  // bytes
  Sha256Digest stored_key;
  Sha256Digest server_key;

  static ScramVerifier of_password(std::string_view password, std::string_view salt,
                                   std::uint32_t iterations = scram_iterations);
  // PostgreSQL's form in pg_authid: SCRAM-SHA-256$4096:salt$StoredKey:ServerKey.
  static Result<ScramVerifier> parse(std::string_view text);
  std::string text() const;
};

// One exchange. Errors: invalid (the client breaks the protocol), denied (the proof is wrong).
class ScramServer {
 public:
  // `nonce`: at least 18 random bytes in printable ASCII without commas.
  ScramServer(const ScramVerifier& verifier, std::string nonce)
      : verifier_(verifier), nonce_(std::move(nonce)) {}

  Result<std::string> first(std::string_view client_first);  // the server's first message
  Result<std::string> final(std::string_view client_final);  // v=…, when the proof is right

 private:
  const ScramVerifier& verifier_;
  std::string nonce_;  // ours; after first() the client's and ours
  std::string client_first_bare_;
  std::string server_first_;
  std::string channel_;  // the client's GS2 header, which its last message repeats
};

}  // namespace levada::wire
