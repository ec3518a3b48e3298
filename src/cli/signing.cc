#include "cli/signing.h"

#include <chrono>

#include "wire/sigv4_signer.h"

namespace levada::cli {

void sign(HttpRequest& request, const Endpoint& endpoint, const Credentials& credentials,
          const std::string& region, const std::string& service) {
  wire::SigV4Signer signer({.access_key = credentials.access_key,
                            .secret_key = credentials.secret_key,
                            .session_token = credentials.session_token,
                            .region = region,
                            .service = service});
  std::vector<wire::HeaderField> fields;
  for (const HttpHeader& header : request.headers) fields.push_back({header.name, header.value});
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const wire::SigV4Stamp stamp = signer.sign({.method = request.method,
                                              .path = endpoint.path,
                                              .query = endpoint.query,
                                              .headers = fields,
                                              .body = as_bytes(request.body),
                                              .now = UnixMillis{now.count()}});
  request.headers.push_back({"X-Amz-Date", std::string(wire::view(stamp.date))});
  if (!credentials.session_token.empty())
    request.headers.push_back({"X-Amz-Security-Token", credentials.session_token});
  request.headers.push_back({"Authorization", stamp.authorization});
}

}  // namespace levada::cli
