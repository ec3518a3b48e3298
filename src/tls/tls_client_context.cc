#include "tls/tls_client_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/check.h"
#include "tls/traffic_secrets.h"

namespace levada::tls {

Result<std::unique_ptr<TlsClientContext>> TlsClientContext::make(const Options& options) {
  ERR_clear_error();
  Settings settings(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  CHECK(settings != nullptr);
  CHECK(SSL_CTX_set_min_proto_version(settings.get(), TLS1_2_VERSION) == 1);
  SSL_CTX_set_mode(settings.get(), SSL_MODE_RELEASE_BUFFERS);
  TrafficSecrets::let_out(settings.get());
  if (options.verify) {
    SSL_CTX_set_verify(settings.get(), SSL_VERIFY_PEER, nullptr);
    const bool found =
        options.authorities.empty()
            ? SSL_CTX_set_default_verify_paths(settings.get()) == 1
            : SSL_CTX_load_verify_file(settings.get(), options.authorities.c_str()) == 1;
    if (!found) {
      ERR_clear_error();
      return fail(ErrorKind::io, "cannot read certificates from " + options.authorities);
    }
  }
  return std::unique_ptr<TlsClientContext>(new TlsClientContext(std::move(settings)));
}

}  // namespace levada::tls
