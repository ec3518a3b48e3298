#include "cli/metadata_service.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/ascii.h"
#include "cli/exit_code.h"
#include "cli/file.h"
#include "cli/http_client.h"
#include "cli/json_text.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

constexpr std::string_view container_host = "169.254.170.2";
constexpr std::string_view container_provider = "container-role";
constexpr std::chrono::seconds container_timeout{2};
constexpr int container_attempts = 3;
constexpr std::chrono::seconds container_pause{1};

constexpr std::string_view instance_url = "http://169.254.169.254/";
constexpr std::string_view instance_url_of_ipv6 = "http://[fd00:ec2::254]/";
constexpr std::string_view role_path = "latest/meta-data/iam/security-credentials/";

Result<HttpResponse> get(const Endpoint& endpoint, std::vector<HttpHeader> headers,
                         const HttpOptions& http, std::string_view method = "GET") {
  HttpConnection connection(endpoint, http);
  HttpRequest request{.method = std::string(method), .headers = std::move(headers), .body = {}};
  request.headers.push_back({"Host", endpoint.authority});
  return connection.send(request);
}

// The keys of an answer; nothing when one is missing.
std::optional<Credentials> keys_of(const Document& answer) {
  const auto text = [&](std::string_view name) {
    const Document* const value = answer.find(name);
    return value != nullptr && value->is_string() ? value->string() : "";
  };
  Credentials found{text("AccessKeyId"), text("SecretAccessKey"), text("Token")};
  if (found.access_key.empty() || found.secret_key.empty() || answer.find("Token") == nullptr ||
      answer.find("Expiration") == nullptr)
    return std::nullopt;
  return found;
}

unexpected<Error> container_failure(const std::string& why) {
  return fail_as(ExitCode::general, "Error when retrieving credentials from " +
                                        std::string(container_provider) +
                                        ": Error retrieving metadata: " + why);
}

Result<Credentials> ask_container(const Endpoint& endpoint,
                                  const std::vector<HttpHeader>& headers) {
  const HttpOptions http{.connect_timeout = container_timeout,
                         .read_timeout = container_timeout,
                         .uses_proxies = false};
  const Result<HttpResponse> response = get(endpoint, headers, http);
  if (!response)
    return container_failure("Received error when attempting to retrieve ECS metadata: " +
                             response.error().message);
  if (response->status != 200)
    return container_failure("Received non 200 response (" + std::to_string(response->status) +
                             ") from ECS metadata: " + response->body);
  const Result<Document> answer = read_json(response->body);
  if (!answer) return container_failure("Unable to parse JSON returned from ECS metadata services");
  const std::optional<Credentials> found = keys_of(*answer);
  if (!found) return container_failure("the answer lacks AccessKeyId, SecretAccessKey or Token");
  return *found;
}

// A token is sent in the clear: only to this machine and to the agents' own addresses, unless TLS
// protects it.
bool may_lend_to(const Endpoint& endpoint) {
  constexpr std::string_view hosts[] = {container_host, "169.254.170.23", "fd00:ec2::23",
                                        "localhost",    "127.0.0.1",      "::1"};
  return endpoint.tls || std::ranges::find(hosts, endpoint.host) != std::end(hosts);
}

// One conversation with the instance metadata service. An error means that there is none.
class InstanceMetadata {
 public:
  InstanceMetadata(std::string base, const InstanceMetadataOptions& options)
      : base_(std::move(base)),
        attempts_(options.attempts),
        http_{.connect_timeout = std::chrono::seconds(options.timeout_seconds),
              .read_timeout = std::chrono::seconds(options.timeout_seconds)} {}

  Result<Credentials> credentials() {
    TRY(fetch_token());
    const std::string role = TRY(text_at(std::string(role_path)));
    const std::string text = TRY(text_at(std::string(role_path) + role));
    const Document answer = TRY(read_json(text));
    const std::optional<Credentials> found = keys_of(answer);
    if (!found) return fail(ErrorKind::unavailable, "the instance's role has no keys");
    return *found;
  }

 private:
  Result<Unit> fetch_token() {
    const Endpoint endpoint = TRY(Endpoint::parse(base_ + "latest/api/token"));
    const HttpResponse response =
        TRY(get(endpoint, {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}}, http_, "PUT"));
    if (response.status == 400) return fail(ErrorKind::unavailable, "no token");
    if (response.status == 200) token_ = response.body;
    return Unit{};
  }

  Result<std::string> text_at(const std::string& path) {
    const Endpoint endpoint = TRY(Endpoint::parse(base_ + path));
    std::vector<HttpHeader> headers;
    if (!token_.empty()) headers.push_back({"x-aws-ec2-metadata-token", token_});
    for (int attempt = 0; attempt < attempts_; ++attempt) {
      Result<HttpResponse> response = get(endpoint, headers, http_);
      if (response && response->status == 200 && !response->body.empty())
        return std::move(response->body);
    }
    return fail(ErrorKind::unavailable, "no instance metadata");
  }

  std::string base_;
  int attempts_;
  HttpOptions http_;
  std::string token_;  // empty: the first version of the service, which asks for none
};

}  // namespace

Result<std::optional<Credentials>> container_credentials() {
  const std::string relative = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  std::string url = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (!relative.empty()) url = "http://" + std::string(container_host) + relative;
  if (url.empty()) return std::nullopt;
  const Result<Endpoint> endpoint = Endpoint::parse(url);
  if (!endpoint) return fail_as(ExitCode::general, endpoint.error().message);
  if (!may_lend_to(*endpoint))
    return fail_as(ExitCode::general, "Unsupported host '" + endpoint->host +
                                          "'.  Can only retrieve metadata from these hosts: "
                                          "169.254.170.2, localhost, 127.0.0.1");
  std::vector<HttpHeader> headers{{"Accept", "application/json"}};
  std::string token = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (const std::string file = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
      !file.empty()) {
    const Result<std::string> read = read_file(file);
    if (!read) return fail_as(ExitCode::general, read.error().message);
    token = trim(*read);
  }
  if (!token.empty()) headers.push_back({"Authorization", token});
  for (int attempt = 1;; ++attempt) {
    Result<Credentials> found = ask_container(*endpoint, headers);
    if (found) {
      found->source = container_provider;
      return *found;
    }
    std::this_thread::sleep_for(container_pause);
    if (attempt == container_attempts) return unexpected<Error>(found.error());
  }
}

Result<std::optional<Credentials>> instance_credentials(const InstanceMetadataOptions& options) {
  if (lowered(environment("AWS_EC2_METADATA_DISABLED")) == "true") return std::nullopt;
  std::string base = options.endpoint;
  if (base.empty())
    base = lowered(options.endpoint_mode) == "ipv6" ? instance_url_of_ipv6 : instance_url;
  if (!base.ends_with('/')) base += '/';
  if (!Endpoint::parse(base))
    return fail_as(ExitCode::general, "Invalid endpoint EC2 Instance Metadata endpoint: " + base);
  Result<Credentials> found = InstanceMetadata(base, options).credentials();
  if (!found) return std::nullopt;
  found->source = "iam-role";
  return *found;
}

}  // namespace levada::cli
