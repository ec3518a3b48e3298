#pragma once
// TrafficSecrets: what a TLS 1.3 handshake by OpenSSL leaves for whoever protects the records
// behind it: one secret for each direction, and how many records were protected with it already
// (a server's session ticket is one). OpenSSL has no other door for them than the one that it made
// for key logs; nothing is written down here.

#include <openssl/types.h>

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace levada::tls {

struct TrafficSecret {
  static constexpr std::size_t size_max = 48;  // SHA-384
  std::byte bytes[size_max];
  std::size_t size = 0;       // 0: not known
  std::uint64_t records = 0;  // protected with it so far
  ByteView view() const { return {bytes, size}; }
};

class TrafficSecrets {
 public:
  // Before any connection is made of `settings`.
  static void let_out(SSL_CTX* settings);

  TrafficSecrets() = default;
  TrafficSecrets(const TrafficSecrets&) = delete;
  TrafficSecrets& operator=(const TrafficSecrets&) = delete;
  ~TrafficSecrets();

  // From before the handshake of `ssl` until behind it.
  void collect_from(SSL* ssl);
  static void leave(SSL* ssl);
  const TrafficSecret& client() const { return client_; }
  const TrafficSecret& server() const { return server_; }

 private:
  void learn(std::string_view line);
  static void tell(const SSL* ssl, const char* line);
  static void count(int written, int version, int type, const void* bytes, std::size_t size,
                    SSL* ssl, void* secrets);

  TrafficSecret client_, server_;
};

}  // namespace levada::tls
