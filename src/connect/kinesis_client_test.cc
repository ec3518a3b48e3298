#include "connect/kinesis_clients.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "connect/assumed_role.h"
#include "http/acceptor.h"
#include "io/sim/sim_world.h"
#include "wire/cbor_writer.h"
#include "wire/put_records_cbor_scan.h"
#include "wire/sigv4.h"

namespace levada::connect {
namespace {

using testing::HasSubstr;

constexpr const char* secret = "abc/def+ghi";

// Answers as it was told, one answer after the other, and remembers what it was asked.
class Script final : public http::Handler {
 public:
  struct Answer {
    int status = 200;
    std::string body;
    bool hang_up = false;
  };
  struct Asked {
    std::string target, type, body, token;
    bool signed_well = false;
  };

  explicit Script(io::Clock& clock) : clock_(clock) {}
  void say(Answer answer) { answers_.push_back(std::move(answer)); }
  const std::vector<Asked>& asked() const { return asked_; }

  Task<Unit> handle(const http::Request& request, http::Response& response) override {
    Asked& asked = asked_.emplace_back();
    asked.target = request.head.header("x-amz-target").value_or("");
    asked.type = request.head.header("content-type").value_or("");
    asked.token = request.head.header("x-amz-security-token").value_or("");
    asked.body = as_text(request.body);
    asked.signed_well = signed_well(request, asked.token);
    const Answer answer = answers_.empty() ? Answer{500, "{}", false} : answers_.front();
    if (!answers_.empty()) answers_.pop_front();
    if (answer.hang_up) co_return fail(ErrorKind::io, "as the script says");
    response.status = answer.status;
    const ByteView body = as_bytes(answer.body);
    response.body.assign(body.begin(), body.end());
    co_return Unit{};
  }

 private:
  bool signed_well(const http::Request& request, std::string_view token) const {
    const std::vector<wire::HeaderField> headers(request.head.headers.begin(),
                                                 request.head.headers.end());
    const wire::SigV4Request signed_request{.method = request.head.method,
                                            .path = request.head.path,
                                            .headers = headers,
                                            .body = request.body,
                                            .body_digest = nullptr,
                                            .now = clock_.now()};
    const auto claimed = wire::parse_authentication(signed_request);
    if (!claimed) return false;
    const wire::SigV4Credentials credentials{.secret_key = secret, .session_token = token};
    wire::SigningKeyCache cache;
    return wire::verify_signature(signed_request, *claimed, &credentials, claimed->scope().service,
                                  cache)
        .has_value();
  }

  io::Clock& clock_;
  std::deque<Answer> answers_;
  std::vector<Asked> asked_;
};

class KinesisClientTest : public testing::Test {
 protected:
  KinesisClientTest()
      : script_(world_.clock()),
        server_(world_.reactor(), script_, http::Limits{}, metrics_, "test"),
        acceptor_(world_.reactor(), world_.network(),
                  {{world_.reactor(), world_.network(), server_}}),
        clients_(world_.reactor(), world_.network(),
                 {.tls = {}, .keys = {}, .sts_endpoint = "http://localhost:80/"}) {
    CHECK(world_.run(acceptor_.listen({"localhost", 80})).has_value());
    acceptor_.start();
    options_.stream = "orders";
    options_.region = "eu-west-1";
    options_.endpoint = "http://localhost:80";
    options_.access_key = "AKID";
    options_.secret_key = secret;
  }
  ~KinesisClientTest() override {
    if (port_) port_->shutdown();
    CHECK(world_.run(acceptor_.stop()).has_value());
    CHECK(world_.run(server_.stop()).has_value());
  }

  KinesisPort& port() {
    if (!port_) port_ = std::move(clients_.open(options_).value());
    return *port_;
  }
  Result<PutOutcomes> put(std::vector<PutEntry> entries) {
    return world_.run(port().put_records(entries));
  }

  MetricsRegistry metrics_;
  io::SimWorld world_{7};
  Script script_;
  http::Server server_;
  http::Acceptor acceptor_;
  KinesisClients clients_;
  KinesisOptions options_;
  std::unique_ptr<KinesisPort> port_;
};

TEST_F(KinesisClientTest, PutsSignedRecordsAndReadsEachOutcome) {
  script_.say({200, R"({"FailedRecordCount":1,"Records":[
      {"ShardId":"shardId-000000000001","SequenceNumber":"49"},
      {"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded"}]})"});
  const auto outcomes = put({{"a", as_bytes("o"), as_bytes("ne")}, {"b\"", {}}});
  ASSERT_TRUE(outcomes) << outcomes.error().message;
  EXPECT_TRUE(outcomes->each[0].taken);
  EXPECT_EQ(outcomes->each[0].shard, "shardId-000000000001");
  EXPECT_FALSE(outcomes->each[1].taken);
  EXPECT_EQ(outcomes->each[1].error_code, "ProvisionedThroughputExceededException");
  ASSERT_EQ(script_.asked().size(), 1u);
  EXPECT_TRUE(script_.asked()[0].signed_well);
  EXPECT_EQ(script_.asked()[0].target, "Kinesis_20131202.PutRecords");
  EXPECT_EQ(script_.asked()[0].body,
            R"({"Records":[{"Data":"b25l","PartitionKey":"a"},{"Data":"","PartitionKey":"b\""}],)"
            R"("StreamName":"orders"})");
}

TEST_F(KinesisClientTest, TellsErrorsByWhatMayBeDoneNext) {
  const struct {
    int status;
    const char* body;
    ErrorKind kind;
    const char* text;
  } cases[] = {
      {400, R"({"__type":"ProvisionedThroughputExceededException","message":"slow"})",
       ErrorKind::throttled, "ProvisionedThroughputExceededException: slow"},
      {400, R"({"__type":"com.amazonaws.kinesis#ResourceNotFoundException","Message":"no"})",
       ErrorKind::not_found, "ResourceNotFoundException: no"},
      {400, R"({"__type":"ExpiredTokenException"})", ErrorKind::denied, "ExpiredTokenException"},
      {400, R"({"__type":"ValidationException"})", ErrorKind::invalid, "ValidationException"},
      {503, "<html>busy</html>", ErrorKind::unavailable, "HTTP status 503"},
      {500, R"({"__type":"InternalFailure"})", ErrorKind::unavailable, "InternalFailure"},
      {200, "{}", ErrorKind::unknown, "record count"},
  };
  for (const auto& expected : cases) {
    script_.say({expected.status, expected.body});
    const auto outcomes = put({{"a", {}}});
    ASSERT_FALSE(outcomes);
    EXPECT_EQ(outcomes.error().kind, expected.kind) << expected.body;
    EXPECT_THAT(outcomes.error().message, HasSubstr(expected.text));
  }
}

TEST_F(KinesisClientTest, AnAnswerThatNeverCameIsUnknownAndNoConnectionIsUnavailable) {
  script_.say({.body = {}, .hang_up = true});
  EXPECT_EQ(put({{"a", {}}}).error().kind, ErrorKind::unknown);
  port_.reset();
  options_.endpoint = "http://localhost:81";
  const auto refused = put({{"a", {}}});
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("localhost:81 cannot be reached"));
}

TEST_F(KinesisClientTest, ListsShardsOverSeveralPages) {
  script_.say({200, R"({"NextToken":"more","Shards":[{"ShardId":"shardId-0",
      "HashKeyRange":{"StartingHashKey":"0",
                      "EndingHashKey":"340282366920938463463374607431768211455"},
      "SequenceNumberRange":{"StartingSequenceNumber":"1","EndingSequenceNumber":"2"}}]})"});
  script_.say({200, R"({"Shards":[{"ShardId":"shardId-1","ParentShardId":"shardId-0",
      "HashKeyRange":{"StartingHashKey":"5","EndingHashKey":"6"},
      "SequenceNumberRange":{"StartingSequenceNumber":"3"}}]})"});
  const auto shards = world_.run(port().list_shards());
  ASSERT_TRUE(shards) << shards.error().message;
  ASSERT_EQ(shards->size(), 2u);
  EXPECT_FALSE((*shards)[0].open);
  EXPECT_EQ((*shards)[0].last_hash_key, ~Uint128{0});
  EXPECT_TRUE((*shards)[1].open);
  EXPECT_EQ((*shards)[1].parent, "shardId-0");
  EXPECT_EQ(script_.asked()[1].body, R"({"NextToken":"more"})");
}

TEST_F(KinesisClientTest, PutsInCborOnceTheEndpointHasAnsweredInIt) {
  Buffer shards;
  wire::CborWriter cbor(shards);
  cbor.begin_object();
  cbor.key("Shards");
  cbor.begin_array(0);
  cbor.end_object();
  Buffer taken;
  wire::CborWriter answer(taken);
  answer.begin_object();
  answer.key("Records");
  answer.begin_array(1);
  answer.begin_object();
  answer.key("ShardId");
  answer.string("shardId-0");
  answer.key("SequenceNumber");
  answer.string("49");
  answer.end_object();
  answer.end_object();
  script_.say({200, std::string(as_text(shards))});
  script_.say({200, std::string(as_text(taken))});
  ASSERT_TRUE(world_.run(port().list_shards()));
  const auto outcomes = put({{"a", as_bytes("o"), as_bytes("ne")}});
  ASSERT_TRUE(outcomes) << outcomes.error().message;
  EXPECT_EQ(outcomes->each[0].sequence_number, "49");
  ASSERT_EQ(script_.asked().size(), 2u);
  EXPECT_TRUE(script_.asked()[1].signed_well);
  EXPECT_EQ(script_.asked()[1].type, "application/x-amz-cbor-1.1");
  wire::ScannedPut read;
  ASSERT_TRUE(wire::scan_put_records_cbor(as_bytes(script_.asked()[1].body), read));
  ASSERT_EQ(read.records.size(), 1u);
  EXPECT_THAT(script_.asked()[1].body, HasSubstr("one"));
}

TEST_F(KinesisClientTest, AnEndpointThatDoesNotReadCborIsAskedInJson) {
  script_.say({400, R"({"__type":"SerializationException"})"});
  script_.say({200, R"({"Shards":[]})"});
  script_.say({200, R"({"Records":[{"ShardId":"s","SequenceNumber":"1"}]})"});
  ASSERT_TRUE(world_.run(port().list_shards()));
  ASSERT_TRUE(put({{"a", {}}}));
  ASSERT_EQ(script_.asked().size(), 3u);
  EXPECT_EQ(script_.asked()[0].type, "application/x-amz-cbor-1.1");
  EXPECT_EQ(script_.asked()[1].type, "application/x-amz-json-1.1");
  EXPECT_EQ(script_.asked()[2].type, "application/x-amz-json-1.1");
}

TEST_F(KinesisClientTest, ReadsAShardFromATimestamp) {
  script_.say({200, R"({"ShardIterator":"it"})"});
  script_.say({200, R"({"MillisBehindLatest":7,"NextShardIterator":"it2","Records":[
      {"Data":"b25l","PartitionKey":"k","SequenceNumber":"9",
       "ApproximateArrivalTimestamp":1.5}]})"});
  const auto iterator =
      world_.run(port().shard_iterator("shardId-0", {.kind = IteratorStart::Kind::at_timestamp,
                                                     .timestamp = UnixMillis(1'699'727'409'453)}));
  EXPECT_EQ(iterator.value(), "it");
  EXPECT_THAT(script_.asked()[0].body, HasSubstr("\"Timestamp\":1699727409.453"));
  const auto page = world_.run(port().get_records("it", 100));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->next_iterator, "it2");
  EXPECT_EQ(page->behind, Millis(7));
  ASSERT_EQ(page->records.size(), 1u);
  EXPECT_EQ(as_text(page->records[0].data), "one");
  EXPECT_EQ(page->records[0].arrived, UnixMillis(1500));
}

TEST_F(KinesisClientTest, AssumesTheRoleOnceForManyCalls) {
  options_.role_arn = "arn:aws:iam::123456789012:role/x y";
  options_.external_id = "e&1";
  const auto sts = [](const char* expiration) {
    return Script::Answer{200, std::string("<AssumeRoleResponse><AssumeRoleResult><Credentials>"
                                           "<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>") +
                                   secret + "</SecretAccessKey><SessionToken>tok</SessionToken>" +
                                   "<Expiration>" + expiration +
                                   "</Expiration></Credentials></AssumeRoleResult>"
                                   "</AssumeRoleResponse>"};
  };
  const Script::Answer done{200, R"({"Records":[{"ShardId":"s","SequenceNumber":"1"}]})"};
  const auto in_an_hour = "2999-01-01T00:00:00Z";
  script_.say(sts(in_an_hour));
  script_.say(done);
  script_.say(done);
  ASSERT_TRUE(put({{"a", {}}}));
  ASSERT_TRUE(put({{"a", {}}}));
  ASSERT_EQ(script_.asked().size(), 3u);
  EXPECT_EQ(
      script_.asked()[0].body,
      "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2F"
      "x%20y&RoleSessionName=levada&ExternalId=e%261");
  for (const auto& asked : script_.asked()) EXPECT_TRUE(asked.signed_well);
  EXPECT_EQ(script_.asked()[2].token, "tok");
}

TEST_F(KinesisClientTest, SaysWhyARoleCannotBeAssumed) {
  options_.role_arn = "arn:aws:iam::1:role/x";
  script_.say({403,
               "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not yours</Message>"
               "</Error></ErrorResponse>"});
  const auto outcomes = put({{"a", {}}});
  ASSERT_FALSE(outcomes);
  EXPECT_EQ(outcomes.error().kind, ErrorKind::denied);
  EXPECT_EQ(outcomes.error().message,
            "role arn:aws:iam::1:role/x cannot be assumed: AccessDenied: not yours");
}

TEST(AssumeRole, RefusesAnAnswerWithoutWholeCredentials) {
  EXPECT_FALSE(keys_of_assume_role("<AccessKeyId>A</AccessKeyId>"));
  const auto keys = keys_of_assume_role(
      "<AccessKeyId>A</AccessKeyId><SecretAccessKey>B</SecretAccessKey>"
      "<SessionToken>C</SessionToken><Expiration>2026-11-21T09:00:00.123Z</Expiration>");
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->expires, UnixMillis(1795251600000));
}

}  // namespace
}  // namespace levada::connect
