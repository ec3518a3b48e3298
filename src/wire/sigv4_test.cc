#include "wire/sigv4.h"

#include <gtest/gtest.h>

#include <array>

#include "wire/query_string.h"
#include "wire/sigv4_canonical.h"
#include "wire/sigv4_date.h"
#include "wire/sigv4_signer.h"

namespace levada::wire {
namespace {

using namespace std::chrono_literals;

const UnixMillis signed_at = *parse_basic_date("20150830T123600Z");
const SigV4Identity identity{.access_key = "AKIDEXAMPLE",
                             .secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                             .session_token = "",
                             .region = "us-east-1",
                             .service = "kinesis"};
const SigV4Credentials known{.secret_key = identity.secret_key};

// A signed PutRecord whose parts a test may spoil.
struct Signed {
  explicit Signed(const SigV4Identity& by = identity,
                  std::vector<HeaderField> with = {{"Host", "127.0.0.1:4567"},
                                                   {"X-Amz-Target", "Kinesis_20131202.PutRecord"}})
      : headers(std::move(with)) {
    stamp = SigV4Signer(by).sign(request(signed_at));
    headers.push_back({"X-Amz-Date", view(stamp.date)});
    headers.push_back({"Authorization", stamp.authorization});
    if (!by.session_token.empty()) headers.push_back({"X-Amz-Security-Token", by.session_token});
  }
  Signed(const Signed&) = delete;

  SigV4Request request(UnixMillis now) const {
    return {.method = "POST",
            .path = "/",
            .query = query,
            .headers = headers,
            .body = as_bytes("{}"),
            .now = now};
  }
  void replace_in_authorization(std::string_view what, std::string_view by) {
    stamp.authorization.replace(stamp.authorization.find(what), what.size(), by);
    for (HeaderField& field : headers)
      if (field.name == "Authorization") field.value = stamp.authorization;
  }

  std::string query;
  SigV4Stamp stamp;
  std::vector<HeaderField> headers;
};

std::string told(const SigV4Problem& problem) {
  return std::string(exception_name(problem.failure)) + ": " + problem.message;
}

std::string verdict(const SigV4Request& request, const SigV4Credentials* credentials = &known) {
  const auto claimed = parse_authentication(request);
  if (!claimed) return told(claimed.error());
  SigningKeyCache keys;
  const auto verified = verify_signature(request, *claimed, credentials, "kinesis", keys);
  return verified ? "ok" : told(verified.error());
}

std::string presence(std::vector<HeaderField> headers, std::string_view query = {}) {
  const auto claimed = parse_authentication(
      {.method = "POST", .path = "/", .query = query, .headers = headers, .now = signed_at});
  return claimed ? "ok" : told(claimed.error());
}

TEST(SigV4Presence, refuses_two_signatures_and_none) {
  EXPECT_EQ(presence({{"Authorization", "AWS4-HMAC-SHA256 x=y"}}, "X-Amz-Algorithm=a"),
            "InvalidSignatureException: Found both 'X-Amz-Algorithm' as a query-string param and "
            "'Authorization' as HTTP header.");
  EXPECT_EQ(presence({}), "MissingAuthenticationTokenException: Missing Authentication Token");
  EXPECT_EQ(presence({{"Authorization", ""}}, "Other=1"),
            "MissingAuthenticationTokenException: Missing Authentication Token");
}

TEST(SigV4Presence, names_every_part_that_the_header_lacks) {
  EXPECT_EQ(presence({{"authorization", "AWS4-HMAC-SHA256 Nothing=1"}}),
            "IncompleteSignatureException: Authorization header requires 'Credential' parameter. "
            "Authorization header requires 'Signature' parameter. "
            "Authorization header requires 'SignedHeaders' parameter. "
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
            "Authorization=AWS4-HMAC-SHA256 Nothing=1");
  EXPECT_EQ(presence({{"Authorization", "A Credential=b,Signature=,  SignedHeaders=c"},
                      {"X-Amz-Date", "x"}}),
            "IncompleteSignatureException: Authorization header requires 'Signature' parameter. "
            "Authorization=A Credential=b,Signature=,  SignedHeaders=c");
}

TEST(SigV4Presence, drops_the_first_word_and_asks_for_no_truth) {
  EXPECT_EQ(
      presence({{"Authorization", "Credential=a Signature=b SignedHeaders=c"}, {"Date", "today"}}),
      "IncompleteSignatureException: Authorization header requires 'Credential' parameter. "
      "Authorization=Credential=a Signature=b SignedHeaders=c");
  EXPECT_EQ(presence({{"Authorization", "x Credential=a Signature=b SignedHeaders=c"},
                      {"Date", "today"}}),
            "ok");
}

TEST(SigV4Presence, names_every_part_that_the_query_lacks) {
  EXPECT_EQ(presence({}, "X-Amz-Algorithm"),
            "IncompleteSignatureException: "
            "AWS query-string parameters must include 'X-Amz-Algorithm'. "
            "AWS query-string parameters must include 'X-Amz-Credential'. "
            "AWS query-string parameters must include 'X-Amz-Signature'. "
            "AWS query-string parameters must include 'X-Amz-SignedHeaders'. "
            "AWS query-string parameters must include 'X-Amz-Date'. "
            "Re-examine the query-string parameters.");
  EXPECT_EQ(presence({},
                     "X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&"
                     "X-Amz-SignedHeaders=d&X-Amz-Date=e"),
            "ok");
}

TEST(SigV4, gives_the_parts_of_the_credential) {
  const Signed good;
  const auto claimed = parse_authentication(good.request(signed_at));
  ASSERT_TRUE(claimed);
  const SigV4Scope scope = claimed->scope();
  EXPECT_TRUE(scope.whole);
  EXPECT_EQ(scope.access_key, "AKIDEXAMPLE");
  EXPECT_EQ(scope.date, "20150830");
  EXPECT_EQ(scope.region, "us-east-1");
  EXPECT_EQ(scope.service, "kinesis");
  EXPECT_EQ(scope.terminator, "aws4_request");
  SigV4Authentication other;
  for (const char* text : {"", "a", "a/b/c/d", "a/b/c/d/e/f"}) {
    other.credential = text;
    EXPECT_FALSE(other.scope().whole) << text;
  }
}

TEST(SigV4, refuses_a_scope_that_is_not_ours) {
  Signed wrong_service;
  wrong_service.replace_in_authorization("kinesis", "dynamodb");
  EXPECT_EQ(verdict(wrong_service.request(signed_at)),
            "InvalidSignatureException: Credential should be scoped to correct service: "
            "'kinesis'. ");
  Signed wrong_day;
  wrong_day.replace_in_authorization("20150830", "20150829");
  EXPECT_EQ(verdict(wrong_day.request(signed_at)),
            "InvalidSignatureException: Date in Credential scope does not match YYYYMMDD from "
            "ISO-8601 version of date from HTTP: '20150829' != '20150830', from "
            "'20150830T123600Z'. ");
  Signed short_scope;
  short_scope.replace_in_authorization("/aws4_request", "");
  EXPECT_EQ(verdict(short_scope.request(signed_at)),
            "IncompleteSignatureException: Credential must have exactly 5 slash-delimited "
            "elements, e.g. keyid/date/region/service/term, got "
            "'AKIDEXAMPLE/20150830/us-east-1/kinesis'");
}

TEST(SigV4, refuses_what_it_cannot_read) {
  Signed other_algorithm;
  other_algorithm.replace_in_authorization("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1");
  EXPECT_EQ(verdict(other_algorithm.request(signed_at)),
            "IncompleteSignatureException: Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'.");
  Signed no_date;
  for (HeaderField& field : no_date.headers)
    if (field.name == "X-Amz-Date") field.value = "99991231T235960Z";
  EXPECT_EQ(verdict(no_date.request(signed_at)),
            "IncompleteSignatureException: Date must be in ISO-8601 'basic format'. Got "
            "'99991231T235960Z'. See http://en.wikipedia.org/wiki/ISO_8601");
  Signed many;
  many.replace_in_authorization("host;", "host;" + std::string(200, ';'));
  EXPECT_EQ(verdict(many.request(signed_at)),
            "IncompleteSignatureException: SignedHeaders must have at most 100 elements.");
}

TEST(SigV4, demands_that_the_host_is_signed) {
  const Signed no_host(identity, {{"X-Amz-Target", "Kinesis_20131202.PutRecord"}});
  EXPECT_EQ(verdict(no_host.request(signed_at)),
            "InvalidSignatureException: 'Host' or ':authority' must be a 'SignedHeader' in the AWS "
            "Authorization.");
}

TEST(SigV4, takes_the_host_of_http2_from_the_authority) {
  Signed good;
  EXPECT_EQ(verdict(good.request(signed_at)), "ok");
  for (HeaderField& field : good.headers)
    if (field.name == "Host") field.name = ":authority";
  EXPECT_EQ(verdict(good.request(signed_at)), "ok");
}

TEST(SigV4, knows_the_window_of_five_minutes_to_the_second) {
  const Signed good;
  EXPECT_EQ(verdict(good.request(signed_at + 5min + 999ms)), "ok");
  EXPECT_EQ(verdict(good.request(signed_at + 5min + 1000ms)),
            "InvalidSignatureException: Signature expired: 20150830T123600Z is now earlier than "
            "20150830T123601Z (20150830T124101Z - 5 min.)");
  EXPECT_EQ(verdict(good.request(signed_at - 5min)), "ok");
  EXPECT_EQ(verdict(good.request(signed_at - 5min - 1ms)),
            "InvalidSignatureException: Signature not yet current: 20150830T123600Z is still later "
            "than 20150830T123559Z (20150830T123059Z + 5 min.)");
}

TEST(SigV4, refuses_unknown_keys_and_wrong_tokens_alike) {
  const std::string invalid =
      "UnrecognizedClientException: The security token included in the request is invalid.";
  const Signed good;
  EXPECT_EQ(verdict(good.request(signed_at), nullptr), invalid);

  SigV4Identity temporary = identity;
  temporary.session_token = "FwoGZXIvYXdzEXAMPLE";
  const Signed with_token(temporary);
  SigV4Credentials expected = known;
  EXPECT_EQ(verdict(with_token.request(signed_at), &expected), invalid);
  expected.session_token = "FwoGZXIvYXdzOTHERWI";
  EXPECT_EQ(verdict(with_token.request(signed_at), &expected), invalid);
  EXPECT_EQ(verdict(good.request(signed_at), &expected), invalid);
  expected.session_token = temporary.session_token;
  EXPECT_EQ(verdict(with_token.request(signed_at), &expected), "ok");
  expected.expires = signed_at + 1ms;
  EXPECT_EQ(verdict(with_token.request(signed_at), &expected), "ok");
  expected.expires = signed_at;
  EXPECT_EQ(verdict(with_token.request(signed_at), &expected),
            "ExpiredTokenException: The security token included in the request is expired");
}

TEST(SigV4, says_that_a_signature_does_not_match) {
  for (const std::string_view signature : {"0", "", "x"}) {
    Signed wrong;
    const std::string right =
        wrong.stamp.authorization.substr(wrong.stamp.authorization.size() - 1);
    const std::string spoiled = signature == "x" ? right + right : right == "0" ? "1" : "0";
    wrong.replace_in_authorization(
        wrong.stamp.authorization.substr(wrong.stamp.authorization.rfind('=') + 1),
        wrong.stamp.authorization.substr(wrong.stamp.authorization.rfind('=') + 1, 63) + spoiled);
    EXPECT_EQ(verdict(wrong.request(signed_at)),
              "InvalidSignatureException: The request signature we calculated does not match the "
              "signature you provided. Check your AWS Secret Access Key and signing method. "
              "Consult the service documentation for details.");
  }
}

// Signs by hand what the signer does not: other payload hashes, dates and queries.
std::string signature_of(const CanonicalRequest& canonical) {
  const SigningScope scope{.access_key = identity.access_key,
                           .secret_key = identity.secret_key,
                           .date = "20150830",
                           .region = "us-east-1",
                           .service = "kinesis"};
  const SignatureText text = sign_digest(canonical_request_digest(canonical), "20150830T123600Z",
                                         scope, derive_signing_key(scope));
  return {text.data(), text.size()};
}

constexpr std::string_view credential = "AKIDEXAMPLE/20150830/us-east-1/kinesis/aws4_request";

TEST(SigV4, leaves_the_body_out_of_an_unsigned_payload_and_reads_an_http_date) {
  std::vector<HeaderField> headers = {{"Host", "localhost"},
                                      {"Date", "Sun, 30 Aug 2015 12:36:00 GMT"},
                                      {"X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD"}};
  const std::string authorization =
      "AWS4-HMAC-SHA256 Credential=" + std::string(credential) +
      ",SignedHeaders=date;host;x-amz-content-sha256,Signature=" +
      signature_of({.method = "POST",
                    .path = "/",
                    .query = {},
                    .headers = headers,
                    .signed_headers = "date;host;x-amz-content-sha256",
                    .payload_hash = "UNSIGNED-PAYLOAD"});
  headers.push_back({"Authorization", authorization});
  for (const std::string_view body : {"", "anything"})
    EXPECT_EQ(verdict({.method = "POST",
                       .path = "/",
                       .headers = headers,
                       .body = as_bytes(body),
                       .now = signed_at}),
              "ok");
}

TEST(SigV4, honours_the_expiry_of_a_presigned_request) {
  const HeaderField headers[] = {{"host", "localhost"}};
  const auto presigned = [&](std::string_view expires) {
    std::string query =
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + percent_encode(credential) +
        "&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=" +
        std::string(expires);
    const auto parameters = parse_query(query);
    return query + "&X-Amz-Signature=" +
           signature_of({.method = "GET",
                         .path = "/",
                         .query = parameters,
                         .headers = headers,
                         .signed_headers = "host",
                         .payload_hash =
                             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"});
  };
  const auto verdict_at = [&](std::string_view expires, UnixMillis now) {
    const std::string query = presigned(expires);
    return verdict({.method = "GET", .path = "/", .query = query, .headers = headers, .now = now});
  };
  EXPECT_EQ(verdict_at("3600", signed_at + 3600s), "ok");
  EXPECT_EQ(verdict_at("3600", signed_at + 3601s),
            "InvalidSignatureException: Signature expired: 20150830T123600Z is now earlier than "
            "20150830T123601Z (20150830T133601Z - 60 min.)");
  EXPECT_EQ(verdict_at("10", signed_at + 11s),
            "InvalidSignatureException: Signature expired: 20150830T123600Z is now earlier than "
            "20150830T123601Z (20150830T123611Z - 10 sec.)");
  EXPECT_EQ(verdict_at("604800", signed_at), "ok");
  EXPECT_TRUE(verdict_at("604801", signed_at).find("less than a week") != std::string::npos);
  EXPECT_TRUE(verdict_at("99999999999999999999", signed_at).find("less than a week") !=
              std::string::npos);
  EXPECT_TRUE(verdict_at("-1", signed_at).find("non-negative") != std::string::npos);
  for (const char* text : {"", "-", "1h", "x"})
    EXPECT_TRUE(verdict_at(text, signed_at).find("be a number") != std::string::npos) << text;
}

TEST(SigV4, takes_a_digest_that_the_caller_has_computed) {
  const Signed good;
  SigV4Request request = good.request(signed_at);
  const Sha256Digest right = sha256(request.body), wrong = sha256({});
  request.body = {};
  request.body_digest = &right;
  EXPECT_EQ(verdict(request), "ok");
  request.body_digest = &wrong;
  EXPECT_NE(verdict(request), "ok");
}

TEST(SigningKeyCache, keeps_keys_apart_and_stays_within_its_bound) {
  SigningKeyCache keys(2);
  const auto scope = [](std::string_view day, std::string_view secret = "secret") {
    return SigningScope{.access_key = "AKID",
                        .secret_key = secret,
                        .date = day,
                        .region = "us-east-1",
                        .service = "kinesis"};
  };
  EXPECT_EQ(keys.find(scope("20150830")), nullptr);
  keys.keep(scope("20150830"), derive_signing_key(scope("20150830")));
  ASSERT_NE(keys.find(scope("20150830")), nullptr);
  EXPECT_EQ(keys.find(scope("20150830"))->of("x"), derive_signing_key(scope("20150830")).of("x"));
  EXPECT_EQ(keys.find(scope("20150831")), nullptr);
  EXPECT_EQ(keys.find(scope("20150830", "changed")), nullptr);
  for (int day = 10; day < 30; ++day) {
    const std::string date = "201601" + std::to_string(day);
    keys.keep(scope(date), derive_signing_key(scope(date)));
    EXPECT_NE(keys.find(scope(date)), nullptr);
  }
}

TEST(SigV4Date, reads_what_it_writes_and_refuses_the_rest) {
  for (const std::int64_t second : {0L, 951827696L, 1440938160L, 4102444799L}) {
    const UnixMillis time(second * 1000);
    const BasicDate text = format_basic_date(time);
    EXPECT_EQ(parse_basic_date(view(text)), time);
  }
  EXPECT_EQ(view(format_basic_date(UnixMillis(951827696'999))), "20000229T123456Z");
  EXPECT_EQ(parse_http_date("Tue, 29 Feb 2000 12:34:56 GMT"), UnixMillis(951827696'000));
  for (const char* bad :
       {"", "20150230T000000Z", "20151301T000000Z", "20150830T240000Z", "20150830T006000Z",
        "2015083 T123600Z", "20150830 123600Z", "20150830T123600", "20150830T123600z"})
    EXPECT_FALSE(parse_basic_date(bad)) << bad;
  for (const char* bad : {"", "Tue, 29 Feb 2000 12:34:56 UTC", "Tue, 30 Feb 2000 12:34:56 GMT",
                          "Tue, 29 anF 2000 12:34:56 GMT", "Tuesday, 29-Feb-00 12:34:56 GMT"})
    EXPECT_FALSE(parse_http_date(bad)) << bad;
}

TEST(QueryString, decodes_and_encodes) {
  const auto query = parse_query("a=1&&b=x%2Fy+z&c&d=%zz%4&=e");
  const std::vector<QueryParameter> expected = {
      {"a", "1"}, {"b", "x/y z"}, {"c", ""}, {"d", "%zz%4"}, {"", "e"}};
  EXPECT_EQ(query, expected);
  EXPECT_EQ(percent_encode("A z-._~/%\xc3\xa9"), "A%20z-._~%2F%25%C3%A9");
  EXPECT_EQ(percent_encode("a/b", "/"), "a/b");
}

TEST(CanonicalPath, resolves_segments_and_encodes_once_more) {
  EXPECT_EQ(canonical_path("/"), "/");
  EXPECT_EQ(canonical_path("//"), "/");
  EXPECT_EQ(canonical_path("/.."), "/");
  EXPECT_EQ(canonical_path("/a/./b/../c//d"), "/a/c/d");
  EXPECT_EQ(canonical_path("/a%20b/"), "/a%2520b/");
}

}  // namespace
}  // namespace levada::wire
