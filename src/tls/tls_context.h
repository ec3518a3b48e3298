#pragma once
// TlsContext: the certificate and key that connections are accepted with, and what is negotiated:
// TLS 1.2 and 1.3, forward secrecy and authenticated ciphers only, ALPN h2 and http/1.1, session
// tickets. One for the whole process; reload() swaps what later handshakes use.

#include <atomic>
#include <memory>
#include <string>

#include "base/result.h"

struct ssl_ctx_st;

namespace levada::tls {

struct TlsFiles {
  std::string certificate;  // PEM: the server's, then those between it and the root
  std::string key;          // PEM, without a passphrase
};

class TlsContext {
 public:
  // Errors are sentences for the operator and name the file: io (cannot be read), invalid (no PEM,
  // an encrypted key, a key of another certificate).
  static Result<std::unique_ptr<TlsContext>> load(TlsFiles files);

  // Reads the files again. On an error everything stays as it was. Any thread.
  Result<Unit> reload();

  // What handshakes use now: "CN = example.org, until Jan 31 12:00:00 2027 GMT". Any thread.
  std::string describe() const;

 private:
  friend class TlsConnection;
  using Settings = std::shared_ptr<ssl_ctx_st>;

  TlsContext(TlsFiles files, Settings settings)
      : files_(std::move(files)), settings_(std::move(settings)) {}
  static Result<Settings> settings_of(const TlsFiles& files);

  TlsFiles files_;
  std::atomic<Settings> settings_;
};

}  // namespace levada::tls
