#include "cli/proxy.h"

#include "base/ascii.h"
#include "cli/exit_code.h"
#include "cli/file.h"
#include "cli/text.h"
#include "wire/base64.h"

namespace levada::cli {

namespace {

// The lower case goes first. A program that serves CGI must not take HTTP_PROXY, which a client's
// header can set.
std::string proxy_variable(const std::string& scheme) {
  std::string value = environment((scheme + "_proxy").c_str());
  if (!value.empty()) return value;
  if (scheme == "http" && !environment("REQUEST_METHOD").empty()) return "";
  return environment((uppered(scheme) + "_PROXY").c_str());
}

bool is_exempt(const Endpoint& endpoint) {
  std::string list = environment("no_proxy");
  if (list.empty()) list = environment("NO_PROXY");
  if (list == "*") return true;
  const std::string host = lowered(endpoint.host);
  const std::string authority = lowered(endpoint.authority);
  for (std::string_view rest = list; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    std::string_view name = trim(rest.substr(0, comma));
    rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
    while (name.starts_with('.')) name.remove_prefix(1);
    if (name.empty()) continue;
    const std::string exempt = lowered(name);
    if (host == exempt || authority == exempt || host.ends_with('.' + exempt) ||
        authority.ends_with('.' + exempt))
      return true;
  }
  return false;
}

std::string without_percents(std::string_view text) {
  std::string out;
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 &&
        digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

Result<std::optional<Proxy>> find_proxy(const Endpoint& endpoint) {
  std::string url = proxy_variable(endpoint.tls ? "https" : "http");
  if (url.empty() || is_exempt(endpoint)) return std::nullopt;
  if (url.starts_with("//")) url.insert(0, "http:");
  if (url.find("://") == std::string::npos) url.insert(0, "http://");
  Result<Endpoint> address = Endpoint::parse(url);
  if (!address)
    return fail_as(ExitCode::general, "Invalid proxy configuration: " + address.error().message);
  Proxy proxy{.endpoint = std::move(*address), .authorization = {}, .shown_url = url};
  const std::size_t begin = url.find("://") + 3;
  const std::string_view authority =
      std::string_view(url).substr(begin, url.find('/', begin) - begin);
  if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
    const std::string_view login = authority.substr(0, at);
    proxy.authorization = "Basic " + wire::base64_encode(as_bytes(without_percents(login)));
    constexpr std::string_view mask = "***";
    std::string shown(mask);
    if (login.find(':') != login.npos) shown.append(":").append(mask);
    proxy.shown_url.replace(begin, at, shown);
  }
  return proxy;
}

unexpected<Error> proxy_error(const Proxy& proxy) {
  return fail(ErrorKind::unavailable, "Failed to connect to proxy URL: \"" + proxy.shown_url + '"');
}

}  // namespace levada::cli
