#include "aws/kinesis/face.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "aws/kinesis/fake_planes.h"
#include "aws/kinesis/operations.h"
#include "aws/test_request.h"
#include "wire/cbor_writer.h"
#include "wire/event_stream.h"
#include "wire/hex.h"

namespace levada::aws {
namespace {

using testing::HasSubstr;

class SlowFace final : public KinesisFace {
 public:
  using KinesisFace::KinesisFace;
  std::unique_ptr<FastCall> read_fast(const Operation&, Coding, ByteView) override {
    return nullptr;
  }
};

class KinesisFaceTest : public testing::Test {
 protected:
  TestAnswer ask(std::string_view operation, std::string_view body,
                 std::string_view type = "application/x-amz-json-1.1") {
    return aws::ask(pipeline_, {.type = std::string(type),
                                .target = "Kinesis_20131202." + std::string(operation),
                                .body = std::string(body)});
  }

  StoppedClock clock_;
  CountingRandom random_;
  MetricsRegistry metrics_;
  kinesis_api::FakeData data_;
  kinesis_api::FakeControl control_;
  KinesisFace face_{data_, control_};
  Pipeline pipeline_{clock_, random_, metrics_, {&face_}, {}};
};

struct Golden {
  std::string_view operation, body, answer;
};

TEST_F(KinesisFaceTest, answers_in_json_as_the_service_does) {
  const Golden goldens[] = {
      {"CreateStream", R"({"StreamName":"a"})", ""},
      {"DescribeStream", R"({"StreamName":"example"})",
       R"({"StreamDescription":{"StreamName":"example","StreamARN":"arn:aws:kinesis:us-east-1:123456789012:stream/example","StreamStatus":"ACTIVE","StreamModeDetails":{"StreamMode":"PROVISIONED"},"RetentionPeriodHours":24,"StreamCreationTimestamp":1700000000,"EnhancedMonitoring":[{"ShardLevelMetrics":[]}],"EncryptionType":"NONE","Shards":[{"ShardId":"shardId-000000000000","HashKeyRange":{"StartingHashKey":"0","EndingHashKey":"340282366920938463463374607431768211455"},"SequenceNumberRange":{"StartingSequenceNumber":"49646437577108476416916876405825929425585429676275269634","EndingSequenceNumber":"49646437577119626789516141717395488358902143351022157826"}},{"ShardId":"shardId-000000000001","ParentShardId":"shardId-000000000000","HashKeyRange":{"StartingHashKey":"0","EndingHashKey":"170141183460469231731687303715884105727"},"SequenceNumberRange":{"StartingSequenceNumber":"49646437598896304475881295215106326177962883059506216978"}},{"ShardId":"shardId-000000000002","ParentShardId":"shardId-000000000000","HashKeyRange":{"StartingHashKey":"170141183460469231731687303715884105728","EndingHashKey":"340282366920938463463374607431768211455"},"SequenceNumberRange":{"StartingSequenceNumber":"49646437598918605221079825838247861896235531421012197410"}}],"HasMoreShards":false}})"},
      {"DescribeStreamSummary", R"({"StreamName":"example"})", R"({"StreamDescriptionSummary":{"StreamName":"example","StreamARN":"arn:aws:kinesis:us-east-1:123456789012:stream/example","StreamStatus":"ACTIVE","StreamModeDetails":{"StreamMode":"PROVISIONED"},"RetentionPeriodHours":24,"StreamCreationTimestamp":1700000000,"EnhancedMonitoring":[{"ShardLevelMetrics":[]}],"EncryptionType":"NONE","OpenShardCount":2,"ConsumerCount":0,"MaxRecordSizeInKiB":1024,"ChannelCount":0}})"},
      {"ListStreams", "{}",
       R"({"StreamNames":["example"],"HasMoreStreams":true,"NextToken":"AwMD","StreamSummaries":[{"StreamName":"example","StreamARN":"arn:aws:kinesis:us-east-1:123456789012:stream/example","StreamStatus":"ACTIVE","StreamModeDetails":{"StreamMode":"PROVISIONED"},"StreamCreationTimestamp":1700000000}]})"},
      {"DescribeLimits", "{}",
       R"({"ShardLimit":500,"OpenShardCount":2,"OnDemandStreamCount":0,"OnDemandStreamCountLimit":50,"ChannelCount":0,"ChannelCountLimit":20})"},
      {"PutRecord", R"({"StreamName":"a","Data":"aGk=","PartitionKey":"k"})",
       R"({"ShardId":"shardId-000000000001","SequenceNumber":"49646437577108476416916876405827138351405044649047359490"})"},
      {"PutRecords",
       R"({"StreamName":"a","Records":[{"Data":"","PartitionKey":"too fast"},{"Data":"aGk=","PartitionKey":"k"}]})",
       R"({"FailedRecordCount":1,"Records":[{"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded for shard shardId-000000000000 in stream a under account 123456789012."},)"},
      {"GetShardIterator", R"({"StreamName":"a","ShardId":"0","ShardIteratorType":"TRIM_HORIZON"})",
       R"({"ShardIterator":"AQEB"})"},
      {"GetRecords", R"({"ShardIterator":"\"AAAA\""})",
       R"({"Records":[{"SequenceNumber":"49646437577108476416916876405827138351405044649047359490","ApproximateArrivalTimestamp":1700000000.5,"Data":"aGVsbG8=","PartitionKey":"k\"ey"}],"NextShardIterator":"AgIC","MillisBehindLatest":7})"},
      {"EnableEnhancedMonitoring", R"({"StreamName":"a","ShardLevelMetrics":["ALL"]})",
       R"({"StreamName":"example","CurrentShardLevelMetrics":["IncomingBytes"],"DesiredShardLevelMetrics":["IncomingBytes","IncomingRecords","OutgoingBytes","OutgoingRecords","WriteProvisionedThroughputExceeded","ReadProvisionedThroughputExceeded","IteratorAgeMilliseconds"],"StreamARN":"arn:aws:kinesis:us-east-1:123456789012:stream/example"})"},
      {"RegisterStreamConsumer",
       R"({"StreamARN":"arn:aws:kinesis:us-east-1:123456789012:stream/example","ConsumerName":"c"})",
       R"({"Consumer":{"ConsumerName":"c","ConsumerARN":"arn:aws:kinesis:us-east-1:123456789012:stream/example/consumer/c:1700000100","ConsumerStatus":"ACTIVE","ConsumerCreationTimestamp":1700000100}})"},
      {"GetResourcePolicy",
       R"({"ResourceARN":"arn:aws:kinesis:us-east-1:123456789012:stream/example"})",
       R"({"Policy":"{}"})"},
      {"DescribeAccountSettings", "{}",
       R"({"MinimumThroughputBillingCommitment":{"Status":"DISABLED"}})"},
      {"DeleteStream", R"({"StreamName":"a"})",
       R"({"__type":"ResourceNotFoundException","message":"nobody is here"})"},
      {"UpdateMaxRecordSize", R"({"MaxRecordSizeInKiB":2048})",
       R"({"__type":"ValidationException","message":"1 validation error detected: Value null at 'streamARN' failed to satisfy constraint: Member must not be null"})"},
      {"DeleteChannel", R"({"ChannelARN":"a"})",
       R"({"__type":"UnsupportedOperationException","message":"DeleteChannel is not supported by this version of Levada."})"},
  };
  for (const Golden& golden : goldens) {
    const std::string body = ask(golden.operation, golden.body).body;
    if (golden.operation == "PutRecords")  // the numbers after it are another golden's
      EXPECT_THAT(body, testing::StartsWith(std::string(golden.answer)));
    else
      EXPECT_EQ(body, golden.answer) << golden.operation;
  }
}

TEST_F(KinesisFaceTest, answers_cbor_in_cbor) {
  std::string body = "\xa1\x6aStreamName\x61";
  body += "a";
  const TestAnswer answer = ask("DescribeStreamSummary", body, "application/x-amz-cbor-1.1");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.type, "application/x-amz-cbor-1.1");
  EXPECT_THAT(answer.body, HasSubstr("\x78\x18StreamDescriptionSummary"));
  // Times are tag 1 and integer milliseconds, never floats.
  const std::string time("\xc1\x1b\x00\x00\x01\x8b\xcf\xe5\x68\x00", 10);
  EXPECT_THAT(answer.body, HasSubstr("StreamCreationTimestamp" + time));
}

TEST_F(KinesisFaceTest, a_subscription_begins_with_the_initial_response) {
  const TestAnswer answer =
      ask("SubscribeToShard",
          R"({"ConsumerARN":"arn:aws:kinesis:us-east-1:123456789012:stream/example/consumer/c:1",)"
          R"("ShardId":"0","StartingPosition":{"Type":"LATEST"}})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.type, "application/vnd.amazon.eventstream");
  ASSERT_TRUE(answer.source);
  const auto next = [&] {
    Buffer piece;
    start(answer.source->next(), [&](Result<http::BodyPiece> got) {
      if (got && *got) piece = **got;
    });
    return piece;
  };
  EXPECT_EQ(
      wire::hex_string(next()),
      "00000068000000564e6817240d3a6d6573736167652d747970650700056576656e740b3a6576656e742d7479"
      "7065070010696e697469616c2d726573706f6e73650d3a636f6e74656e742d74797065070010617070"
      "6c69636174696f6e2f6a736f6e7b7dfe942c1d");
  const Buffer event = next();
  EXPECT_THAT(std::string(as_text(event)),
              HasSubstr(R"({"Records":[],"ContinuationSequenceNumber":)"));
  const Buffer exception = next();
  const wire::EventFrame frame = wire::read_event(exception);
  ASSERT_EQ(frame.kind, wire::EventFrame::Kind::ready);
  EXPECT_EQ(frame.headers.find(":exception-type"), "ResourceInUseException");
  EXPECT_EQ(as_text(frame.payload), R"({"message":"taken over"})");
  EXPECT_TRUE(next().empty());
}

// One body through both ways: what the planes are asked and what the client reads must be the same.
class BothWays {
 public:
  void compare(const std::string& operation, const std::string& body,
               const std::string& type = "application/x-amz-json-1.1") {
    const TestRequest request{
        .type = type, .target = "Kinesis_20131202." + operation, .body = body};
    const TestAnswer fast = ask(fast_pipeline_, request);
    const TestAnswer slow = ask(slow_pipeline_, request);
    EXPECT_EQ(fast.body, slow.body) << body;
    EXPECT_EQ(fast.status, slow.status) << body;
    EXPECT_EQ(fast_data_.asked, slow_data_.asked) << body;
    if (fast.status == 200) ++accepted;
    fast_data_.asked.clear();
    slow_data_.asked.clear();
  }
  int accepted = 0;

 private:
  StoppedClock clock_;
  CountingRandom random_;
  MetricsRegistry metrics_;
  kinesis_api::FakeData fast_data_, slow_data_;
  kinesis_api::FakeControl control_;
  KinesisFace fast_{fast_data_, control_};
  SlowFace slow_{slow_data_, control_};
  Pipeline fast_pipeline_{clock_, random_, metrics_, {&fast_}, {}};
  Pipeline slow_pipeline_{clock_, random_, metrics_, {&slow_}, {}};
};

std::string records(int count, const std::string& record) {
  std::string text = R"({"Records":[)";
  for (int i = 0; i < count; ++i) text += (i > 0 ? "," : "") + record;
  return text + R"(],"StreamName":"s"})";
}

std::string cbor_records(int count, const std::string& key, std::optional<std::string> hash = {}) {
  Buffer body;
  wire::CborWriter to(body);
  to.begin_object();
  to.key("StreamName");
  to.string("s");
  to.key("Records");
  to.begin_array(static_cast<std::size_t>(count));
  for (int n = 0; n < count; ++n) {
    to.begin_object();
    to.key("Data");
    to.bytes(as_bytes("hello"));
    to.key("PartitionKey");
    to.string(key);
    if (hash) {
      to.key("ExplicitHashKey");
      to.string(*hash);
    }
    to.end_object();
  }
  to.end_object();
  return std::string(as_text(body));
}

TEST(FastPut, accepts_and_refuses_in_cbor_what_the_tables_do) {
  BothWays both;
  for (const int count : {1, 23, 24, 255, 256, 500, 501, 0})
    both.compare("PutRecords", cbor_records(count, "k"), "application/x-amz-cbor-1.1");
  EXPECT_EQ(both.accepted, 6);
  for (const std::string& body :
       {cbor_records(2, "too fast"), cbor_records(1, ""), cbor_records(1, std::string(257, 'k')),
        cbor_records(1, "k", "01"), cbor_records(1, "k", "12"), cbor_records(1, "\xff"),
        std::string("\xa0"), std::string("\xff")})
    both.compare("PutRecords", body, "application/x-amz-cbor-1.1");
  EXPECT_GT(both.accepted, 7);
  const std::string one =
      "\xa3\x6aStreamName\x61s\x64"
      "Data\x42hi\x6cPartitionKey\x61k";
  const int before = both.accepted;
  both.compare("PutRecord", one, "application/x-amz-cbor-1.1");
  EXPECT_EQ(both.accepted, before + 1);
}

TEST(FastPut, accepts_and_refuses_what_the_tables_do) {
  BothWays both;
  const std::string one = R"({"Data":"aGVsbG8=","PartitionKey":"k"})";
  const std::string long_key(257, 'k');
  const std::string digits(39, '1');
  const std::string bodies[] = {
      records(1, one),
      records(500, one),
      records(501, one),
      records(0, one),
      records(2, R"({"Data":"","PartitionKey":"too fast"})"),
      records(1, R"({"Data":"","PartitionKey":""})"),
      records(1, R"({"Data":"","PartitionKey":")" + long_key + "\"}"),
      records(1, R"({"Data":"","PartitionKey":"k","ExplicitHashKey":"01"})"),
      records(1, R"({"Data":"","PartitionKey":"k","ExplicitHashKey":")" + digits + "\"}"),
      records(1, R"({"Data":"","PartitionKey":"k","ExplicitHashKey":")" + digits + "1\"}"),
      records(1, R"({"Data":"a===","PartitionKey":"k"})"),
      records(1, R"({"Data":"","PartitionKey":"\u00e4\ud83d\ude00"})"),
      records(1, R"({"Data":"","PartitionKey":"k","Other":1})"),
      records(1, R"({"Data":"","PartitionKey":null})"),
      records(1, R"({"Data":""})"),
      records(1, R"({"PartitionKey":"k"})"),
      R"({"Records":[{"Data":"","PartitionKey":"k"}]})",
      R"({"StreamName":"a b","Records":[{"Data":"","PartitionKey":"k"}]})",
      R"({"StreamARN":"arn:aws:kinesis:us-east-1:123456789012:stream/a","Records":[{"Data":"","PartitionKey":"k"}]})",
      R"({"StreamARN":"arn:x","Records":[{"Data":"","PartitionKey":"k"}]})",
      R"({"StreamName":"a","StreamName":"b","Records":[{"Data":"","PartitionKey":"k"}]})",
      R"({"StreamName":"a","DryRun":true,"Records":[{"Data":"","PartitionKey":"k"}]})",
  };
  for (const std::string& body : bodies) both.compare("PutRecords", body);
  const std::string singles[] = {
      R"({"StreamName":"a","Data":"aGk=","PartitionKey":"k"})",
      R"({"StreamName":"a","Data":"aGk=","PartitionKey":"k","SequenceNumberForOrdering":"49"})",
      R"({"StreamName":"a","Data":"aGk=","PartitionKey":"k","SequenceNumberForOrdering":"x"})",
      R"({"StreamName":"","Data":"aGk=","PartitionKey":"k"})",
      R"({"Data":"aGk=","PartitionKey":"k"})",
      R"({"StreamName":"a","PartitionKey":"k"})",
      R"({"StreamName":"a","Data":"aGk","PartitionKey":"k"})",
  };
  for (const std::string& body : singles) both.compare("PutRecord", body);
  EXPECT_GE(both.accepted, 8);
}

TEST(FastPut, agrees_with_the_tables_on_thousands_of_damaged_bodies) {
  BothWays both;
  const std::string whole =
      R"({"StreamName":"some-stream","Records":[{"Data":"aGVsbG8=","PartitionKey":"k\n1"},)"
      R"({"ExplicitHashKey":"123","Data":"","PartitionKey":"k2"}]})";
  constexpr std::string_view alphabet = "{}[]\",:\\nul=a0 \x80";
  std::mt19937 chance(20231114);
  for (int i = 0; i < 20'000; ++i) {
    std::string body = whole;
    for (unsigned n = chance() % 3 + 1; n > 0; --n) {
      const std::size_t at = chance() % body.size();
      const char c = alphabet[chance() % alphabet.size()];
      switch (chance() % 3) {
        case 0:
          body[at] = c;
          break;
        case 1:
          body.insert(at, 1, c);
          break;
        default:
          body.erase(at, 1);
      }
    }
    both.compare("PutRecords", body);
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(both.accepted, 100);
}

}  // namespace
}  // namespace levada::aws
