#include "connect/assumed_role.h"

#include <algorithm>

#include "wire/query_string.h"
#include "wire/sigv4_date.h"

namespace levada::connect {
namespace {

// SDKs fetch new keys five minutes before the old ones end.
constexpr Millis renewed_before = std::chrono::minutes(5);

// "2026-11-21T09:00:00.000Z" without what the basic form does not have.
std::optional<UnixMillis> parse_expiration(std::string_view text) {
  std::string basic;
  bool fraction = false;
  for (const char c : text) {
    if (c == '.') fraction = true;
    if (c == 'Z') fraction = false;
    if (!fraction && c != '-' && c != ':') basic.push_back(c);
  }
  return wire::parse_basic_date(basic);
}

}  // namespace

Result<AwsKeys> keys_of_assume_role(std::string_view xml) {
  AwsKeys keys;
  keys.access_key = xml_element(xml, "AccessKeyId");
  keys.secret_key = xml_element(xml, "SecretAccessKey");
  keys.session_token = xml_element(xml, "SessionToken");
  keys.expires = parse_expiration(xml_element(xml, "Expiration"));
  if (keys.access_key.empty() || keys.secret_key.empty() || keys.session_token.empty() ||
      !keys.expires)
    return fail(ErrorKind::invalid, "the answer of AssumeRole has no whole credentials");
  return keys;
}

Task<AwsKeys> AssumedRole::fetch() {
  std::string form =
      "Action=AssumeRole&Version=2011-06-15&RoleArn=" + wire::percent_encode(role_.arn) +
      "&RoleSessionName=" + wire::percent_encode(role_.session_name);
  if (!role_.external_id.empty()) form += "&ExternalId=" + wire::percent_encode(role_.external_id);
  const AwsClient::Call call{.content_type = "application/x-www-form-urlencoded; charset=utf-8",
                             .body = as_bytes(form)};
  const std::string answer = co_await sts_->call(call);
  co_return keys_of_assume_role(answer);
}

Task<AwsKeys> AssumedRole::keys() {
  while (fetching_) co_await fetched_.wait();
  const UnixMillis now = reactor_.clock().now();
  if (keys_.expires && now + renewed_before < *keys_.expires) co_return keys_;
  fetching_ = true;
  Result<AwsKeys> fetched = co_await outcome(fetch());
  fetching_ = false;
  fetched_.notify_all();
  if (fetched) {
    keys_ = std::move(*fetched);
    co_return keys_;
  }
  // Old keys serve as long as they last.
  if (keys_.expires && now < *keys_.expires) co_return keys_;
  Error error = fetched.error();
  error.message = "role " + role_.arn + " cannot be assumed: " + error.message;
  co_return unexpected<Error>(std::move(error));
}

}  // namespace levada::connect
