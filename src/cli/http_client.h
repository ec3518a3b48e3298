#pragma once
// One connection to one server, HTTP/1.1 over a plain blocking socket or TLS, kept between
// requests. A command does one thing at a time, so nothing here waits on more than one socket.
// Not for the server's own calls: connect/ has those.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace levada::cli {

struct Endpoint {
  bool tls = false;
  std::string host;
  std::uint16_t port = 0;
  std::string path;       // "/" at least
  std::string query;      // behind '?', or empty
  std::string authority;  // as the Host header has it
  std::string url;        // as messages show it

  static Result<Endpoint> parse(std::string_view url);
};

struct HttpOptions {
  std::chrono::seconds connect_timeout{60};  // zero: none
  std::chrono::seconds read_timeout{60};     // zero: none
  bool verify = true;
  std::string authorities = {};  // a PEM file; empty: the system's
  bool uses_proxies = true;      // those that the environment names
};

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "POST";
  std::vector<HttpHeader> headers;  // with Host
  std::string_view body;            // the caller's, until the answer is there
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;

  // The first of that name in any case; empty without.
  std::string_view header(std::string_view name) const;
};

// Takes a piece of a body as it comes; false ends the call.
using BodySink = std::function<bool(std::string_view)>;

class Socket;
struct Proxy;

class HttpConnection {
 public:
  HttpConnection(Endpoint endpoint, HttpOptions options);
  HttpConnection(HttpConnection&&) noexcept;
  HttpConnection& operator=(HttpConnection&&) noexcept;
  ~HttpConnection();

  const Endpoint& endpoint() const { return endpoint_; }

  // Errors (kinds unavailable, timeout, closed) are the AWS CLI's messages. A kept connection that
  // the server has closed is opened anew, once, without an error.
  Result<HttpResponse> send(const HttpRequest& request);
  // The same, with the body of a 200 in pieces.
  Result<HttpResponse> send(const HttpRequest& request, const BodySink& sink);

  // The two halves of send(), for a caller who has other things to do while the server works: one
  // request at a time is under way.
  Result<Unit> begin(const HttpRequest& request);
  Result<HttpResponse> finish(const BodySink& sink);
  Result<HttpResponse> finish();

 private:
  Result<Unit> find_way();
  Result<Unit> connect();
  Result<Unit> write();
  Result<HttpResponse> read(const BodySink& sink, bool& began);

  Endpoint endpoint_;
  HttpOptions options_;
  std::unique_ptr<Socket> socket_;  // null: not connected
  std::unique_ptr<Proxy> proxy_;    // of the connection; null: none
  // The request under way.
  Buffer head_;  // and the body, when it is small
  std::string_view body_;
  bool was_kept_ = false;
};

}  // namespace levada::cli
