#include "connect/aws_client.h"

#include <array>
#include <vector>

#include "wire/cbor_reader.h"
#include "wire/http1_writer.h"
#include "wire/json_reader.h"

namespace levada::connect {
namespace {

constexpr int ok_first = 200;
constexpr int ok_last = 299;
constexpr int server_error_first = 500;

struct Known {
  std::string_view code;
  ErrorKind kind;
};

// The codes of Kinesis, STS and of AWS in general that decide what a caller may do next.
constexpr Known known_codes[] = {
    {"ProvisionedThroughputExceededException", ErrorKind::throttled},
    {"LimitExceededException", ErrorKind::throttled},
    {"KMSThrottlingException", ErrorKind::throttled},
    {"ThrottlingException", ErrorKind::throttled},
    {"Throttling", ErrorKind::throttled},
    {"RequestLimitExceeded", ErrorKind::throttled},
    {"SlowDown", ErrorKind::throttled},
    {"InternalFailure", ErrorKind::unavailable},
    {"InternalFailureException", ErrorKind::unavailable},
    {"ServiceUnavailable", ErrorKind::unavailable},
    {"ExpiredIteratorException", ErrorKind::expired},
    {"ResourceNotFoundException", ErrorKind::not_found},
    {"ResourceInUseException", ErrorKind::conflict},
    {"AccessDeniedException", ErrorKind::denied},
    {"AccessDenied", ErrorKind::denied},
    {"ExpiredTokenException", ErrorKind::denied},
    {"ExpiredToken", ErrorKind::denied},
    {"UnrecognizedClientException", ErrorKind::denied},
    {"InvalidClientTokenId", ErrorKind::denied},
    {"InvalidSignatureException", ErrorKind::denied},
    {"SignatureDoesNotMatch", ErrorKind::denied},
    {"MissingAuthenticationTokenException", ErrorKind::denied},
    {"IncompleteSignatureException", ErrorKind::denied},
};

// "com.amazonaws.kinesis#Name:http://…" is Name.
std::string_view bare(std::string_view type) {
  if (const std::size_t hash = type.rfind('#'); hash != type.npos) type.remove_prefix(hash + 1);
  return type.substr(0, type.find(':'));
}

std::string_view text_of(const wire::Value& object, std::string_view name) {
  const wire::Value* value = object.find(name);
  return value != nullptr && value->is(wire::ValueKind::string) ? value->string()
                                                                : std::string_view();
}

}  // namespace

std::string_view xml_element(std::string_view xml, std::string_view name) {
  const std::string open = "<" + std::string(name) + ">";
  const std::size_t begin = xml.find(open);
  if (begin == xml.npos) return {};
  xml.remove_prefix(begin + open.size());
  return xml.substr(0, xml.find("</"));
}

bool is_cbor(std::string_view body) {
  constexpr unsigned char beyond_ascii = 0x80;
  return !body.empty() && static_cast<unsigned char>(body.front()) >= beyond_ascii;
}

Error aws_error(const HttpAnswer& answer) {
  std::string code;
  std::string message;
  wire::ValueTree tree;
  if (const auto body = is_cbor(answer.body) ? wire::read_cbor(as_bytes(answer.body), tree)
                                             : wire::read_json(answer.body, tree);
      body && body->is(wire::ValueKind::object)) {
    code = bare(text_of(*body, "__type"));
    message = text_of(*body, "message");
    if (message.empty()) message = text_of(*body, "Message");
  } else {
    code = xml_element(answer.body, "Code");
    message = xml_element(answer.body, "Message");
  }
  ErrorKind kind =
      answer.status >= server_error_first ? ErrorKind::unavailable : ErrorKind::invalid;
  if (answer.status == 429) kind = ErrorKind::throttled;
  for (const Known& known : known_codes)
    if (known.code == code) kind = known.kind;
  if (code.empty()) code = "HTTP status " + std::to_string(answer.status);
  return {kind, message.empty() ? code : code + ": " + message};
}

AwsClient::AwsClient(io::Clock& clock, std::unique_ptr<HttpClient> http, AwsService service,
                     std::unique_ptr<KeySource> keys)
    : clock_(clock), http_(std::move(http)), service_(std::move(service)), keys_(std::move(keys)) {}

Buffer AwsClient::signed_head(const AwsKeys& keys, const Call& call) {
  if (!signer_ || !(signing_ == keys)) {
    signing_ = keys;
    signer_.emplace(wire::SigV4Identity{keys.access_key, keys.secret_key, keys.session_token,
                                        service_.region, service_.name});
  }
  const Endpoint& endpoint = http_->endpoint();
  std::vector<wire::HeaderField> headers = {{"Host", endpoint.authority},
                                            {"Content-Type", call.content_type}};
  if (!call.target.empty()) headers.push_back({"X-Amz-Target", call.target});
  const wire::SigV4Stamp stamp = signer_->sign({.method = "POST",
                                                .path = endpoint.path,
                                                .headers = headers,
                                                .body = call.body,
                                                .body_digest = nullptr,
                                                .now = clock_.now()});
  headers.push_back({"X-Amz-Date", wire::view(stamp.date)});
  if (!keys.session_token.empty()) headers.push_back({"X-Amz-Security-Token", keys.session_token});
  headers.push_back({"Authorization", stamp.authorization});
  headers.push_back({"User-Agent", "levada"});
  Buffer head;
  wire::write_request_head(head, {"POST", endpoint.path}, headers, call.body.size());
  return head;
}

Task<std::string> AwsClient::call(Call call) {
  const AwsKeys keys = co_await keys_->keys();
  const Buffer head = signed_head(keys, call);
  HttpAnswer answer = co_await http_->ask({head, call.body});
  if (answer.status < ok_first || answer.status > ok_last)
    co_return unexpected<Error>(aws_error(answer));
  co_return std::move(answer.body);
}

void AwsClient::shutdown() noexcept {
  keys_->shutdown();
  http_->shutdown();
}

}  // namespace levada::connect
