#pragma once
// A connected blocking socket, plain or with TLS, whose errors speak the AWS CLI's words.

#include <memory>
#include <span>
#include <string_view>

#include "cli/http_client.h"

struct ssl_st;
struct ssl_ctx_st;

namespace levada::cli {

class Socket {
 public:
  // Through `proxy`, unless it is null: with TLS in a tunnel, without it as far as the proxy.
  static Result<std::unique_ptr<Socket>> connect(const Endpoint& endpoint, const Proxy* proxy,
                                                 const HttpOptions& options);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  Result<Unit> write(std::string_view bytes);
  // How many bytes came, one at least; 0 at the end.
  Result<std::size_t> read(std::span<std::byte> to);

 private:
  Socket(int descriptor, std::string url) : descriptor_(descriptor), url_(std::move(url)) {}
  Result<Unit> begin_tls(const Endpoint& endpoint, const HttpOptions& options);
  Result<Unit> open_tunnel(const Endpoint& endpoint, const Proxy& proxy);
  unexpected<Error> closed() const;
  unexpected<Error> timed_out() const;

  int descriptor_;
  std::string url_;
  std::shared_ptr<ssl_ctx_st> context_;
  std::shared_ptr<ssl_st> tls_;
};

}  // namespace levada::cli
