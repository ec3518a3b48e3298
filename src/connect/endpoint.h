#pragma once
// Endpoint: where a service is, as a URL says it or as AWS names it.

#include <string>
#include <string_view>

#include "base/result.h"
#include "io/network.h"

namespace levada::connect {

struct Endpoint {
  bool tls = false;
  io::Address address;
  std::string authority;  // as the Host header has it
  std::string path;       // "/" or longer

  // http:// or https://, a host, a port perhaps, a path perhaps. Errors: invalid.
  static Result<Endpoint> parse(std::string_view url);
  // https://SERVICE.REGION.amazonaws.com, and China's.
  static Result<Endpoint> of_aws(std::string_view service, std::string_view region);
};

}  // namespace levada::connect
