#pragma once
// For tests of TLS: a self-signed certificate made on the spot, and a client that is OpenSSL's own
// over an io::Connection.

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <fstream>
#include <memory>
#include <string>

#include "base/check.h"
#include "io/network.h"
#include "tls/tls_context.h"

namespace levada::tls {

// Writes a new P-256 key and its certificate into the test's folder.
inline TlsFiles make_certificate(const std::string& name, const char* passphrase = nullptr) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);

  const std::string stem = testing::TempDir() + "levada_tls_" + name;
  const TlsFiles files{stem + ".crt", stem + ".key"};
  BIO* out = BIO_new_file(files.certificate.c_str(), "w");
  CHECK(PEM_write_bio_X509(out, certificate) == 1);
  BIO_free(out);
  out = BIO_new_file(files.key.c_str(), "w");
  const EVP_CIPHER* cipher = passphrase != nullptr ? EVP_aes_128_cbc() : nullptr;
  CHECK(PEM_write_bio_PrivateKey(out, key, cipher, nullptr, 0, nullptr,
                                 const_cast<char*>(passphrase)) == 1);
  BIO_free(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

struct TestClientOptions {
  int version = TLS1_3_VERSION;
  std::string protocols = {};      // in the form of RFC 7301: "\x02h2"
  SSL_SESSION* session = nullptr;  // to resume
};

class TestClient {
 public:
  TestClient(io::Connection& connection, const TestClientOptions& options)
      : connection_(connection),
        settings_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free),
        ssl_(SSL_new(settings_.get()), &SSL_free) {
    SSL_set_min_proto_version(ssl_.get(), options.version);
    SSL_set_max_proto_version(ssl_.get(), options.version);
    if (!options.protocols.empty())
      SSL_set_alpn_protos(ssl_.get(),
                          reinterpret_cast<const unsigned char*>(options.protocols.data()),
                          static_cast<unsigned>(options.protocols.size()));
    if (options.session != nullptr) SSL_set_session(ssl_.get(), options.session);
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    BIO_set_mem_eof_return(SSL_get_rbio(ssl_.get()), -1);
    SSL_set_connect_state(ssl_.get());
  }

  SSL* ssl() { return ssl_.get(); }

  Task<Unit> handshake() {
    for (;;) {
      const int result = SSL_do_handshake(ssl_.get());
      co_await flush();
      if (result == 1) co_return Unit{};
      if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ)
        co_return fail(ErrorKind::invalid, "the server refused the handshake");
      if (!co_await receive()) co_return fail(ErrorKind::closed, "the server closed");
    }
  }
  Task<Unit> say(std::string text) {
    CHECK(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0);
    co_return co_await outcome(flush());
  }
  // So many bytes, or all until the server ends.
  Task<std::string> hear(std::size_t size = ~std::size_t{0}) {
    std::string heard;
    std::array<char, 5000> piece;
    while (heard.size() < size) {
      const int got = SSL_read(ssl_.get(), piece.data(), piece.size());
      if (got > 0) {
        heard.append(piece.data(), static_cast<std::size_t>(got));
        continue;
      }
      if (SSL_get_error(ssl_.get(), got) != SSL_ERROR_WANT_READ || !co_await receive()) break;
    }
    co_return heard;
  }
  bool heard_goodbye() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

  Task<Unit> flush() {
    char* begin = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(ssl_.get()), &begin);
    if (size <= 0) co_return Unit{};
    const std::string bytes(begin, static_cast<std::size_t>(size));
    BIO_reset(SSL_get_wbio(ssl_.get()));
    const std::array<ByteView, 1> parts = {levada::as_bytes(bytes)};
    co_return co_await outcome(connection_.write_all(parts, no_deadline));
  }
  Task<bool> receive() {
    std::array<std::byte, 3000> bytes;
    const auto got = co_await outcome(connection_.read_some(bytes, no_deadline));
    if (!got || *got == 0) co_return false;
    BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(*got));
    co_return true;
  }

 private:
  io::Connection& connection_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> settings_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
};

}  // namespace levada::tls
