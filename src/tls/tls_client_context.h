#pragma once
// TlsClientContext: whom we believe when we are the client: the system's authorities or those of a
// file, and the name that the certificate must bear. Shared by any number of connections.

#include <memory>
#include <string>

#include "base/result.h"

struct ssl_ctx_st;

namespace levada::tls {

class TlsClientContext {
 public:
  struct Options {
    std::string authorities;  // a PEM file; empty: the system's
    bool verify = true;       // false: anyone is believed, for tests by the operator's wish
  };
  // Errors: io or invalid, naming the file.
  static Result<std::unique_ptr<TlsClientContext>> make(const Options& options);

 private:
  friend class TlsConnection;
  using Settings = std::shared_ptr<ssl_ctx_st>;
  explicit TlsClientContext(Settings settings) : settings_(std::move(settings)) {}
  Settings settings_;
};

}  // namespace levada::tls
