#pragma once
// Adds Signature Version 4 to a request.

#include <string>

#include "cli/credentials.h"
#include "cli/http_client.h"

namespace levada::cli {

void sign(HttpRequest& request, const Endpoint& endpoint, const Credentials& credentials,
          const std::string& region, const std::string& service);

}  // namespace levada::cli
