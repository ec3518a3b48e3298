#pragma once
// The HTTP proxy that the environment names for an address: HTTP_PROXY, HTTPS_PROXY and NO_PROXY in
// either case, read as Python reads them for the AWS CLI.

#include <optional>
#include <string>

#include "base/result.h"
#include "cli/http_client.h"

namespace levada::cli {

struct Proxy {
  Endpoint endpoint;
  std::string authorization;  // "Basic …", or empty
  std::string shown_url;      // as messages show it, without the password
};

// Nothing when the address is asked directly. Errors: a proxy whose URL cannot be read.
Result<std::optional<Proxy>> find_proxy(const Endpoint& endpoint);

// "Failed to connect to proxy URL: …", as the AWS CLI says it of any trouble with a proxy.
unexpected<Error> proxy_error(const Proxy& proxy);

}  // namespace levada::cli
