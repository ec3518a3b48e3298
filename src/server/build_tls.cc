#include "server/build_tls.h"

namespace levada::server {

Result<std::unique_ptr<tls::TlsContext>> build_tls(const Configuration& configuration) {
  const auto& certificate = configuration.tls_certificate_file;
  const auto& key = configuration.tls_key_file;
  if (!certificate && !key) return std::unique_ptr<tls::TlsContext>();
  if (!key) return fail(ErrorKind::invalid, "--tls-cert needs --tls-key, the file of its key");
  if (!certificate)
    return fail(ErrorKind::invalid, "--tls-key needs --tls-cert, the file of its certificate");
  return tls::TlsContext::load({*certificate, *key});
}

void reload_tls(tls::TlsContext& tls, io::EventLog& log) {
  if (const Result<Unit> reloaded = tls.reload(); !reloaded)
    log.error("the certificate was not read again; the old one stays in use",
              {{"why", reloaded.error()}, {"certificate", tls.describe()}});
  else
    log.info("the certificate was read again", {{"certificate", tls.describe()}});
}

}  // namespace levada::server
