#include "tls/traffic_secrets.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include "base/check.h"

namespace levada::tls {
namespace {

// NSS Key Log Format: "LABEL client-random secret", the latter two in hexadecimal digits.
constexpr std::string_view client_label = "CLIENT_TRAFFIC_SECRET_0 ";
constexpr std::string_view server_label = "SERVER_TRAFFIC_SECRET_0 ";

unsigned digit(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); }

void read_secret(std::string_view digits, TrafficSecret& to) {
  to.size = digits.size() / 2;
  to.records = 0;
  CHECK(to.size <= TrafficSecret::size_max);
  for (std::size_t i = 0; i < to.size; ++i)
    to.bytes[i] = static_cast<std::byte>(digit(digits[2 * i]) << 4 | digit(digits[2 * i + 1]));
}

}  // namespace

TrafficSecrets::~TrafficSecrets() {
  OPENSSL_cleanse(client_.bytes, sizeof client_.bytes);
  OPENSSL_cleanse(server_.bytes, sizeof server_.bytes);
}

void TrafficSecrets::let_out(SSL_CTX* settings) {
  SSL_CTX_set_keylog_callback(settings, &TrafficSecrets::tell);
}

void TrafficSecrets::collect_from(SSL* ssl) {
  SSL_set_app_data(ssl, this);
  SSL_set_msg_callback(ssl, &TrafficSecrets::count);
  SSL_set_msg_callback_arg(ssl, this);
}

void TrafficSecrets::leave(SSL* ssl) {
  SSL_set_app_data(ssl, nullptr);
  SSL_set_msg_callback(ssl, nullptr);
}

void TrafficSecrets::tell(const SSL* ssl, const char* line) {
  if (void* const secrets = SSL_get_app_data(ssl); secrets != nullptr)
    static_cast<TrafficSecrets*>(secrets)->learn(line);
}

void TrafficSecrets::learn(std::string_view line) {
  const bool client = line.starts_with(client_label);
  if (!client && !line.starts_with(server_label)) return;  // secrets of the handshake itself
  read_secret(line.substr(line.rfind(' ') + 1), client ? client_ : server_);
}

// OpenSSL tells of every record, before and behind the change of keys; the first are forgotten
// when the secret comes.
void TrafficSecrets::count(int written, int, int type, const void*, std::size_t, SSL* ssl,
                           void* secrets) {
  if (type != SSL3_RT_HEADER) return;
  auto& self = *static_cast<TrafficSecrets*>(secrets);
  const bool by_server = (SSL_is_server(ssl) != 0) == (written != 0);
  ++(by_server ? self.server_ : self.client_).records;
}

}  // namespace levada::tls
