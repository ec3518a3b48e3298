// Requests signed by AWS's documentation and by botocore: they verify, one changed byte does not,
// and our own signer writes the same signature.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "wire/hex.h"
#include "wire/sigv4.h"
#include "wire/sigv4_canonical.h"
#include "wire/sigv4_signer.h"

namespace levada::wire {
namespace {

struct Vector {
  std::string name, method, path, query, body;
  UnixMillis now;
  SigV4Identity identity;
  std::vector<std::pair<std::string, std::string>> headers;

  std::vector<HeaderField> fields() const {
    std::vector<HeaderField> fields;
    for (const auto& [header, value] : headers) fields.push_back({header, value});
    return fields;
  }
  bool has_header(std::string_view wanted) const {
    return std::any_of(headers.begin(), headers.end(),
                       [&](const auto& h) { return same_header_name(h.first, wanted); });
  }
};

std::vector<Vector> read_vectors() {
  std::ifstream file(LEVADA_WIRE_TESTDATA "/sigv4_vectors.txt");
  std::vector<Vector> vectors;
  Vector v;
  for (std::string line; std::getline(file, line);) {
    const std::size_t blank = line.find(' ');
    const std::string what = line.substr(0, blank);
    const std::string text = blank == line.npos ? "" : line.substr(blank + 1);
    if (what == "case") {
      v = {};
      v.name = text;
    }
    if (what == "method") v.method = text;
    if (what == "path") v.path = text;
    if (what == "query") v.query = text;
    if (what == "now") v.now = UnixMillis(std::stoll(text) * 1000);
    if (what == "access_key") v.identity.access_key = text;
    if (what == "secret_key") v.identity.secret_key = text;
    if (what == "token") v.identity.session_token = text;
    if (what == "region") v.identity.region = text;
    if (what == "service") v.identity.service = text;
    if (what == "body") {
      Buffer bytes(text.size() / 2);
      EXPECT_TRUE(read_hex(text, bytes));
      v.body = as_text(bytes);
    }
    if (what == "header")
      v.headers.emplace_back(text.substr(0, text.find('|')), text.substr(text.find('|') + 1));
    if (what == "end") vectors.push_back(v);
  }
  return vectors;
}

SigV4Request request_of(const Vector& v, std::span<const HeaderField> fields) {
  return {.method = v.method,
          .path = v.path,
          .query = v.query,
          .headers = fields,
          .body = as_bytes(v.body),
          .now = v.now};
}

// "ok", or the message.
std::string verdict(const Vector& v) {
  const auto fields = v.fields();
  const SigV4Request request = request_of(v, fields);
  const auto claimed = parse_authentication(request);
  if (!claimed) return claimed.error().message;
  const SigV4Credentials credentials{.secret_key = v.identity.secret_key,
                                     .session_token = v.identity.session_token,
                                     .expires = {}};
  SigningKeyCache keys;
  for (int i = 0; i < 2; ++i)  // without and with the kept key
    if (auto verified = verify_signature(request, *claimed, &credentials, v.identity.service, keys);
        !verified)
      return verified.error().message;
  return "ok";
}

TEST(SigV4Vectors, verifies_what_botocore_signed) {
  const auto vectors = read_vectors();
  ASSERT_EQ(vectors.size(), 36u);
  for (const Vector& v : vectors) EXPECT_EQ(verdict(v), "ok") << v.name;
}

TEST(SigV4Vectors, refuses_a_request_with_one_byte_changed) {
  const std::string mismatch = "The request signature we calculated does not match";
  for (const Vector& v : read_vectors()) {
    Vector changed = v;
    changed.body += '!';
    EXPECT_TRUE(verdict(changed).starts_with(mismatch)) << v.name;
    changed = v;
    changed.path += "x";
    EXPECT_TRUE(verdict(changed).starts_with(mismatch)) << v.name;
    changed = v;
    changed.method += "X";
    EXPECT_TRUE(verdict(changed).starts_with(mismatch)) << v.name;
    changed = v;
    changed.query += "&more=1";
    EXPECT_TRUE(verdict(changed).starts_with(mismatch)) << v.name;
    changed = v;
    changed.identity.secret_key.back() ^= 1;
    EXPECT_TRUE(verdict(changed).starts_with(mismatch)) << v.name;
    for (std::size_t i = 0; i < v.headers.size(); ++i) {
      changed = v;
      auto& [name, value] = changed.headers[i];
      if (name == "Authorization" || name == "User-Agent" || name == "X-Amz-Date" ||
          name == "X-Amz-Security-Token")
        continue;
      value += "x";
      EXPECT_TRUE(verdict(changed).starts_with(mismatch)) << v.name << " " << name;
    }
  }
}

TEST(SigV4Vectors, signs_like_botocore) {
  int signed_requests = 0;
  for (const Vector& v : read_vectors()) {
    if (!v.has_header("Authorization")) continue;
    std::vector<HeaderField> fields;
    std::string_view expected;
    for (const auto& [name, value] : v.headers) {
      if (name == "Authorization") expected = value;
      if (name != "Authorization" && name != "X-Amz-Date" && name != "X-Amz-Security-Token")
        fields.push_back({name, value});
    }
    SigV4Signer signer(v.identity);
    for (int i = 0; i < 2; ++i)
      EXPECT_EQ(signer.sign(request_of(v, fields)).authorization, expected) << v.name;
    ++signed_requests;
  }
  EXPECT_EQ(signed_requests, 24);
}

// "Signature Version 4 test suite" and the worked example of the AWS General Reference.
struct Published {
  std::string_view name, service, method, path, query;
  std::vector<HeaderField> headers;
  std::string_view signature;
};

TEST(SigV4Vectors, gives_the_signatures_that_aws_published) {
  const HeaderField host{"Host", "example.amazonaws.com"};
  const Published published[] = {
      {"IAM ListUsers",
       "iam",
       "GET",
       "/",
       "Action=ListUsers&Version=2010-05-08",
       {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
        {"Host", "iam.amazonaws.com"}},
       "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
      {"get-vanilla",
       "service",
       "GET",
       "/",
       "",
       {host},
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-vanilla-query-order-key-case",
       "service",
       "GET",
       "/",
       "Param2=value2&Param1=value1",
       {host},
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-relative",
       "service",
       "GET",
       "/example/..",
       "",
       {host},
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-header-value-trim",
       "service",
       "GET",
       "/",
       "",
       {host, {"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
      {"post-vanilla",
       "service",
       "POST",
       "/",
       "",
       {host},
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"post-header-key-sort",
       "service",
       "POST",
       "/",
       "",
       {host, {"My-Header1", "value1"}},
       "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
  };
  for (const Published& p : published) {
    SigV4Signer signer({.access_key = "AKIDEXAMPLE",
                        .secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                        .session_token = "",
                        .region = "us-east-1",
                        .service = std::string(p.service)});
    const auto stamp = signer.sign({.method = p.method,
                                    .path = p.path,
                                    .query = p.query,
                                    .headers = p.headers,
                                    .body = {},
                                    .now = *parse_basic_date("20150830T123600Z")});
    EXPECT_TRUE(stamp.authorization.ends_with(p.signature)) << p.name << stamp.authorization;
  }
}

TEST(SigV4Vectors, writes_the_canonical_request_of_the_worked_example) {
  const HeaderField headers[] = {
      {"Host", "iam.amazonaws.com"},
      {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
      {"X-Amz-Date", "20150830T123600Z"}};
  const auto query = parse_query("Version=2010-05-08&Action=ListUsers");
  EXPECT_EQ(
      canonical_request_text(
          {.method = "GET",
           .path = "",
           .query = query,
           .headers = headers,
           .signed_headers = "content-type;host;x-amz-date",
           .payload_hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}),
      "GET\n/\nAction=ListUsers&Version=2010-05-08\n"
      "content-type:application/x-www-form-urlencoded; charset=utf-8\n"
      "host:iam.amazonaws.com\nx-amz-date:20150830T123600Z\n\ncontent-type;host;x-amz-date\n"
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace levada::wire
