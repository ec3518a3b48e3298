#pragma once
// For tests of what follows a handshake: two ends of TLS 1.3 in memory, without connections. Each
// has OpenSSL's records until it is told to take over with ours.

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

#include "base/check.h"
#include "tls/ciphertext_bio.h"
#include "tls/record_layer.h"
#include "tls/traffic_secrets.h"

namespace levada::tls {

class TestEnd {
 public:
  explicit TestEnd(SSL_CTX* settings) : ssl_(SSL_new(settings), &SSL_free) {
    BIO* bio = make_ciphertext_bio(ciphertext_);
    SSL_set_bio(ssl_.get(), bio, bio);
    secrets_.collect_from(ssl_.get());
  }
  SSL* ssl() { return ssl_.get(); }
  Ciphertext& ciphertext() { return ciphertext_; }
  RecordLayer& records() { return *records_; }

  // What this end has written, and what a test puts in its place, comes to the other.
  void pass_to(TestEnd& other) {
    other.receive(ciphertext_.to_send.filled());
    ciphertext_.to_send.clear();
  }
  void receive(ByteView bytes) {
    input_.assign(bytes.begin(), bytes.end());
    ciphertext_.received = input_;
  }
  void take_over() {
    TrafficSecrets::leave(ssl_.get());
    records_ = RecordLayer::take_over(ssl_.get(), secrets_, ciphertext_.to_send);
    CHECK(records_ != nullptr);
  }
  // Seals as this end does, for records that it would not send. Instead of take_over().
  TrafficKey sealing_key() {
    TrafficSecrets::leave(ssl_.get());
    const bool server = SSL_is_server(ssl_.get()) != 0;
    const TrafficSecret& secret = server ? secrets_.server() : secrets_.client();
    return *TrafficKey::make(ssl_.get(), secret, TrafficKey::Use::seal);
  }
  void write(ByteView bytes) {
    if (records_) {
      const ByteView parts[] = {bytes};
      RecordLayer::Pieces pieces{parts, 0, bytes.size()};
      while (pieces.left > 0) records_->seal(pieces);
    } else {
      std::size_t taken = 0;
      CHECK(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &taken) == 1);
    }
  }
  RecordLayer::Step read(MutableByteView into, std::size_t& got) {
    if (records_) return records_->read(ciphertext_.received, into, got);
    const bool read = SSL_read_ex(ssl_.get(), into.data(), into.size(), &got) == 1;
    return read ? RecordLayer::Step::done : RecordLayer::Step::needs_more;
  }

 private:
  Ciphertext ciphertext_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  TrafficSecrets secrets_;
  std::unique_ptr<RecordLayer> records_;
  Buffer input_;
};

// A client and a server whose handshake is done. The server's ticket is on its way to the client.
class TestEnds {
 public:
  explicit TestEnds(const char* suite = "TLS_AES_128_GCM_SHA256", int fragment_code = 0)
      : server_settings_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free),
        client_settings_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free) {
    use_new_certificate(server_settings_.get());
    for (SSL_CTX* settings : {server_settings_.get(), client_settings_.get()}) {
      CHECK(SSL_CTX_set_ciphersuites(settings, suite) == 1);
      TrafficSecrets::let_out(settings);
    }
    SSL_CTX_set_tlsext_max_fragment_length(client_settings_.get(),
                                           static_cast<std::uint8_t>(fragment_code));
    server = std::make_unique<TestEnd>(server_settings_.get());
    client = std::make_unique<TestEnd>(client_settings_.get());
    SSL_set_accept_state(server->ssl());
    SSL_set_connect_state(client->ssl());
    while (SSL_do_handshake(client->ssl()) != 1) {
      client->pass_to(*server);
      (void)SSL_do_handshake(server->ssl());
      server->pass_to(*client);
    }
    client->pass_to(*server);
    CHECK(SSL_do_handshake(server->ssl()) == 1);
  }

 private:
  static void use_new_certificate(SSL_CTX* settings) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
    CHECK(SSL_CTX_use_certificate(settings, certificate) == 1);
    CHECK(SSL_CTX_use_PrivateKey(settings, key) == 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> server_settings_, client_settings_;

 public:
  std::unique_ptr<TestEnd> server, client;
};

}  // namespace levada::tls
