#include "cli/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/exit_code.h"
#include "cli/proxy.h"

namespace levada::cli {

namespace {

unexpected<Error> no_connection(const Endpoint& endpoint) {
  return fail(ErrorKind::unavailable,
              "Could not connect to the endpoint URL: \"" + endpoint.url + '"');
}

// An open descriptor, or -1 with errno; ETIMEDOUT when the deadline passes.
int connect_to(const addrinfo& address, std::chrono::seconds timeout) {
  const int descriptor =
      ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol);
  if (descriptor < 0) return -1;
  const auto give_up = [&](int error) {
    ::close(descriptor);
    errno = error;
    return -1;
  };
  if (::connect(descriptor, address.ai_addr, address.ai_addrlen) < 0) {
    if (errno != EINPROGRESS) return give_up(errno);
    pollfd wait{descriptor, POLLOUT, 0};
    const int timeout_millis = timeout.count() == 0 ? -1 : static_cast<int>(timeout.count() * 1000);
    if (::poll(&wait, 1, timeout_millis) <= 0) return give_up(ETIMEDOUT);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return give_up(error);
  }
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

// An open descriptor to one of the host's addresses, or -1 with errno.
int connect_any(const Endpoint& endpoint, const HttpOptions& options) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found) !=
      0) {
    errno = EHOSTUNREACH;
    return -1;
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);
  int descriptor = -1;
  for (const addrinfo* one = found; one != nullptr && descriptor < 0; one = one->ai_next)
    descriptor = connect_to(*one, options.connect_timeout);
  return descriptor;
}

// Where Python 3.11's ssl module says it is, on which Debian's AWS CLI runs.
constexpr std::string_view python_source_line = " (_ssl.c:992)";

std::string tls_complaint(SSL* tls) {
  const long verdict = SSL_get_verify_result(tls);
  if (verdict != X509_V_OK)
    return std::string("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: ") +
           X509_verify_cert_error_string(verdict) + std::string(python_source_line);
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  return std::string("[SSL] ") + (reason == nullptr ? "the handshake failed" : reason);
}

unexpected<Error> bad_authorities(const std::string& url, const std::string& path) {
  const bool exists = ::access(path.c_str(), R_OK) == 0;
  return fail_as(ExitCode::general,
                 "SSL validation failed for " + url + ' ' +
                     (exists ? "[X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate or crl found "
                               "(_ssl.c:4123)"
                             : "[Errno " + std::to_string(errno) + "] " + std::strerror(errno)));
}

}  // namespace

Result<std::unique_ptr<Socket>> Socket::connect(const Endpoint& endpoint, const Proxy* proxy,
                                                const HttpOptions& options) {
  if (proxy != nullptr && proxy->endpoint.tls && endpoint.tls)
    return fail_as(ExitCode::general,
                   "TLS through a proxy that is spoken to by TLS itself is not supported: " +
                       proxy->shown_url);
  const int descriptor = connect_any(proxy == nullptr ? endpoint : proxy->endpoint, options);
  if (descriptor < 0) {
    if (proxy != nullptr) return proxy_error(*proxy);
    if (errno == ETIMEDOUT)
      return fail(ErrorKind::timeout, "Connect timeout on endpoint URL: \"" + endpoint.url + '"');
    return no_connection(endpoint);
  }
  std::unique_ptr<Socket> socket(new Socket(descriptor, endpoint.url));
  const timeval timeout{options.read_timeout.count(), 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  if (proxy != nullptr && endpoint.tls) TRY(socket->open_tunnel(endpoint, *proxy));
  if (endpoint.tls) TRY(socket->begin_tls(endpoint, options));
  if (proxy != nullptr && proxy->endpoint.tls) TRY(socket->begin_tls(proxy->endpoint, options));
  return socket;
}

Result<Unit> Socket::open_tunnel(const Endpoint& endpoint, const Proxy& proxy) {
  const std::string host =
      endpoint.host.find(':') == std::string::npos ? endpoint.host : '[' + endpoint.host + ']';
  const std::string target = host + ':' + std::to_string(endpoint.port);
  std::string request = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
  if (!proxy.authorization.empty())
    request += "Proxy-Authorization: " + proxy.authorization + "\r\n";
  if (!write(request + "\r\n")) return proxy_error(proxy);

  // Byte by byte: what stands behind the answer's head belongs to TLS.
  constexpr std::size_t head_max = 16 << 10;
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    std::byte next{};
    const Result<std::size_t> got = read(std::span(&next, 1));
    if (!got || *got == 0 || head.size() == head_max) return proxy_error(proxy);
    head += static_cast<char>(next);
  }
  const std::size_t status = head.find(' ');
  if (status == head.npos || head.compare(status + 1, 2, "20") != 0) return proxy_error(proxy);
  return Unit{};
}

Socket::~Socket() {
  if (tls_ != nullptr) SSL_shutdown(tls_.get());
  ::close(descriptor_);
}

Result<Unit> Socket::begin_tls(const Endpoint& endpoint, const HttpOptions& options) {
  context_.reset(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  if (options.verify) {
    const bool trusted = options.authorities.empty()
                             ? SSL_CTX_set_default_verify_paths(context_.get()) == 1
                             : SSL_CTX_load_verify_locations(
                                   context_.get(), options.authorities.c_str(), nullptr) == 1;
    if (!trusted) return bad_authorities(url_, options.authorities);
  }
  tls_.reset(SSL_new(context_.get()), SSL_free);
  SSL_set_verify(tls_.get(), options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (options.verify) {
    X509_VERIFY_PARAM* const parameters = SSL_get0_param(tls_.get());
    if (X509_VERIFY_PARAM_set1_ip_asc(parameters, endpoint.host.c_str()) != 1)
      SSL_set1_host(tls_.get(), endpoint.host.c_str());
  }
  SSL_set_tlsext_host_name(tls_.get(), endpoint.host.c_str());
  SSL_set_fd(tls_.get(), descriptor_);
  ERR_clear_error();
  if (SSL_connect(tls_.get()) != 1)
    return fail(ErrorKind::unavailable,
                "SSL validation failed for " + url_ + ' ' + tls_complaint(tls_.get()));
  return Unit{};
}

unexpected<Error> Socket::closed() const {
  return fail(ErrorKind::closed,
              "Connection was closed before we received a valid response from endpoint URL: \"" +
                  url_ + "\".");
}

unexpected<Error> Socket::timed_out() const {
  return fail(ErrorKind::timeout, "Read timeout on endpoint URL: \"" + url_ + '"');
}

Result<Unit> Socket::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = 0;
    if (tls_ != nullptr) {
      sent = SSL_write(tls_.get(), bytes.data(),
                       static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)));
    } else {
      sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
    }
    if (sent <= 0) return errno == EAGAIN ? timed_out() : closed();
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return Unit{};
}

Result<std::size_t> Socket::read(std::span<std::byte> to) {
  for (;;) {
    errno = 0;
    const ssize_t got = tls_ != nullptr
                            ? SSL_read(tls_.get(), to.data(), static_cast<int>(to.size()))
                            : ::recv(descriptor_, to.data(), to.size(), 0);
    if (got > 0) return static_cast<std::size_t>(got);
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return timed_out();
    if (got == 0 || (tls_ != nullptr &&
                     SSL_get_error(tls_.get(), static_cast<int>(got)) == SSL_ERROR_ZERO_RETURN))
      return 0;
    return closed();
  }
}

}  // namespace levada::cli
