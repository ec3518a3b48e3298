#include "cli/security_token_service.h"

#include <array>
#include <cstdio>

#include "cli/credentials.h"
#include "cli/exit_code.h"
#include "cli/file.h"
#include "cli/signing.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

std::string form_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') ||
                          std::string_view("-_.~").find(c) != std::string_view::npos;
    std::array<char, 4> escape;
    std::snprintf(escape.data(), escape.size(), "%%%02X", static_cast<unsigned char>(c));
    out += is_plain ? std::string(1, c) : std::string(escape.data());
  }
  return out;
}

std::string form(std::string_view action, const RoleSession& role) {
  std::string body = "Action=" + std::string(action) + "&Version=2011-06-15";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) body.append("&").append(name).append("=").append(form_value(value));
  };
  add("RoleArn", role.arn);
  add("RoleSessionName", role.name);
  add("ExternalId", role.external_id);
  add("DurationSeconds", role.duration_seconds);
  add("SerialNumber", role.mfa_serial);
  add("TokenCode", role.mfa_code);
  return body;
}

// The text of the first element of that name. STS's answers nest no element in one of its name and
// need only the five escapes of XML.
std::string element(std::string_view xml, const std::string& name) {
  const std::string open = '<' + name + '>';
  const std::size_t begin = xml.find(open);
  if (begin == xml.npos) return "";
  const std::size_t end = xml.find("</" + name + '>', begin);
  if (end == xml.npos) return "";
  std::string text(xml.substr(begin + open.size(), end - begin - open.size()));
  constexpr std::pair<std::string_view, std::string_view> escapes[] = {
      {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&amp;", "&"}};
  for (const auto& [escape, meaning] : escapes) text = replace_all(text, escape, meaning);
  return text;
}

std::string endpoint_url(const std::string& region) {
  for (const char* const variable : {"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"}) {
    const std::string url = environment(variable);
    if (!url.empty()) return url;
  }
  if (region.empty()) return "https://sts.amazonaws.com";
  return "https://sts." + region + ".amazonaws.com" + (region.starts_with("cn-") ? ".cn" : "");
}

// `source` is null for calls that need no signature.
Result<Credentials> call(std::string_view action, const Credentials* source, std::string body,
                         const std::string& region, const HttpOptions& http) {
  HttpConnection connection(TRY(Endpoint::parse(endpoint_url(region))), http);
  HttpRequest request;
  request.headers = {{"Host", connection.endpoint().authority},
                     {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  request.body = body;
  if (source != nullptr)
    sign(request, connection.endpoint(), *source, region.empty() ? "us-east-1" : region, "sts");
  const HttpResponse response = TRY(connection.send(request));
  if (response.status != 200)
    return fail_as(ExitCode::refused, "An error occurred (" + element(response.body, "Code") +
                                          ") when calling the " + std::string(action) +
                                          " operation: " + element(response.body, "Message"));
  Credentials lent{element(response.body, "AccessKeyId"), element(response.body, "SecretAccessKey"),
                   element(response.body, "SessionToken"), element(response.body, "Expiration")};
  if (lent.access_key.empty() || lent.secret_key.empty())
    return fail_as(ExitCode::general,
                   "Error when retrieving credentials from assume-role: the answer has no keys");
  return lent;
}

}  // namespace

Result<Credentials> assume_role(const Credentials& source, const RoleSession& role,
                                const std::string& region, const HttpOptions& http) {
  return call("AssumeRole", &source, form("AssumeRole", role), region, http);
}

Result<Credentials> assume_role_with_web_identity(const std::string& token, const RoleSession& role,
                                                  const std::string& region,
                                                  const HttpOptions& http) {
  return call(
      "AssumeRoleWithWebIdentity", nullptr,
      form("AssumeRoleWithWebIdentity", role) + "&WebIdentityToken=" + form_value(trim(token)),
      region, http);
}

}  // namespace levada::cli
