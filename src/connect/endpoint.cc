#include "connect/endpoint.h"

#include <algorithm>
#include <charconv>

namespace levada::connect {
namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

unexpected<Error> no_url(std::string_view url) {
  return fail(ErrorKind::invalid, "invalid endpoint \"" + std::string(url) +
                                      "\": expected http://HOST[:PORT] or https://HOST[:PORT]");
}

bool host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == ':';
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view url) {
  Endpoint endpoint;
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    endpoint.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return no_url(url);
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  endpoint.authority = rest.substr(0, slash);
  endpoint.path = slash == rest.size() ? "/" : std::string(rest.substr(slash));
  if (endpoint.path.find_first_of("?# \r\n") != std::string::npos) return no_url(url);

  std::string_view host = endpoint.authority;
  endpoint.address.port = endpoint.tls ? https_port : http_port;
  const std::size_t bracket = host.starts_with('[') ? host.find(']') : std::string_view::npos;
  const std::size_t colon = bracket == host.npos ? host.find(':') : host.find(':', bracket);
  if (colon != host.npos) {
    const std::string_view port = host.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(port.data(), port.data() + port.size(), endpoint.address.port);
    if (error != std::errc() || end != port.data() + port.size() || endpoint.address.port == 0)
      return no_url(url);
    host = host.substr(0, colon);
  }
  if (bracket != host.npos) {
    if (bracket + 1 != host.size()) return no_url(url);
    host = host.substr(1, bracket - 1);
  }
  if (host.empty() || !std::all_of(host.begin(), host.end(), host_character)) return no_url(url);
  endpoint.address.host = host;
  return endpoint;
}

Result<Endpoint> Endpoint::of_aws(std::string_view service, std::string_view region) {
  const bool valid = !region.empty() && region.size() <= 32 &&
                     std::all_of(region.begin(), region.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                     });
  if (!valid) return fail(ErrorKind::invalid, "invalid region \"" + std::string(region) + '"');
  return parse("https://" + std::string(service) + "." + std::string(region) + ".amazonaws.com" +
               (region.starts_with("cn-") ? ".cn" : ""));
}

}  // namespace levada::connect
