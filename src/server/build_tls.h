#pragma once
// The certificate of all listeners. Stands beside the floors: it is read before anything is built.

#include <memory>

#include "io/event_log.h"
#include "server/configuration.h"
#include "tls/tls_context.h"

namespace levada::server {

// Null when no certificate is configured. Errors: one flag without the other, and those of
// TlsContext::load.
Result<std::unique_ptr<tls::TlsContext>> build_tls(const Configuration& configuration);

// Reads certificate and key again and tells the operator which is used from now on.
void reload_tls(tls::TlsContext& tls, io::EventLog& log);

}  // namespace levada::server
