// What the face costs for PutRecord(s): everything between the whole request and the whole answer
// but the log. Beside each, the same by the tables.

#include <benchmark/benchmark.h>

#include <array>

#include "aws/kinesis/face.h"
#include "aws/kinesis/fake_planes.h"
#include "aws/pipeline.h"
#include "kinesis/sequence_number.h"
#include "wire/base64.h"
#include "wire/cbor_writer.h"

namespace levada::aws {
namespace {

class BenchClock final : public io::Clock {
 public:
  UnixMillis now() const override { return UnixMillis(1'700'000'000'000); }
  MonotonicNanos monotonic() const override { return MonotonicNanos(0); }
};

class BenchRandom final : public io::Random {
 public:
  void fill(MutableByteView) override {}
  std::uint64_t next() override { return state_ += 0x9e3779b97f4a7c15; }

 private:
  std::uint64_t state_ = 0;
};

class TableFace final : public KinesisFace {
 public:
  using KinesisFace::KinesisFace;
  std::unique_ptr<FastCall> read_fast(const Operation&, Coding, ByteView) override {
    return nullptr;
  }
};

// Accepts everything and remembers nothing.
class NullData final : public kinesis::DataPlane {
 public:
  catalog::StreamSnapshot stream = kinesis_api::example_stream();
  Uint192 sequence = Uint192(2).followed_by(1, 16).followed_by(2, 16).followed_by(2, 14);

  std::string stream_of_iterator(ByteView) override { return {}; }
  Task<kinesis::PutRecordAnswer> put_record(kinesis::Caller, kinesis::PutRecord) override {
    co_return kinesis::PutRecordAnswer{sequence, catalog::ShardIndex(1), stream};
  }
  Task<kinesis::PutRecordsAnswer> put_records(kinesis::Caller,
                                              kinesis::PutRecords command) override {
    kinesis::PutRecordsAnswer answer;
    // Four shards, neighbours in each.
    std::array<Uint192, 4> next{sequence, sequence, sequence, sequence};
    for (std::uint32_t i = 0; i < command.records.size(); ++i) {
      Uint192& number = next[i * i % 7 % next.size()];
      answer.outcomes.push_back({number, catalog::ShardIndex(i * i % 7 % 4), {}});
      number = number + kinesis::sequence_step;
    }
    answer.stream = stream;
    co_return answer;
  }
  Task<kinesis::GetShardIteratorAnswer> get_shard_iterator(kinesis::Caller,
                                                           kinesis::GetShardIterator) override {
    co_return kinesis::GetShardIteratorAnswer{};
  }
  // 1,000 records of 1 KiB.
  Task<kinesis::GetRecordsAnswer> get_records(kinesis::Caller, kinesis::GetRecords) override {
    kinesis::GetRecordsAnswer answer;
    answer.records.assign(
        1000, {sequence, UnixMillis(1'700'000'000'500), data, "partition-key", false, {}});
    answer.next_iterator = Buffer(100, std::byte{2});
    co_return answer;
  }
  Task<std::unique_ptr<kinesis::Subscription>> subscribe_to_shard(
      kinesis::Caller, kinesis::SubscribeToShard) override {
    co_return fail(ErrorKind::closed, "");
  }

 private:
  Buffer data = Buffer(1024, std::byte{'x'});
};

std::string put_records_body(int count, std::size_t size) {
  const Buffer data(size, std::byte{'x'});
  std::string body = R"({"StreamName":"bench","Records":[)";
  for (int i = 0; i < count; ++i) {
    if (i > 0) body += ',';
    body += R"({"Data":")" + wire::base64_encode(data) + R"(","PartitionKey":"key-)" +
            std::to_string(i) + "\"}";
  }
  return body + "]}";
}

std::string put_records_cbor(int count, std::size_t size) {
  Buffer body;
  wire::CborWriter to(body);
  to.begin_object();
  to.key("StreamName");
  to.string("bench");
  to.key("Records");
  to.begin_array(static_cast<std::size_t>(count));
  const Buffer data(size, std::byte{'x'});
  for (int n = 0; n < count; ++n) {
    to.begin_object();
    to.key("Data");
    to.bytes(data);
    to.key("PartitionKey");
    to.string("key-" + std::to_string(n));
    to.end_object();
  }
  to.end_object();
  return std::string(as_text(body));
}

template <class Face>
void ask(benchmark::State& state, std::string_view operation, const std::string& body,
         std::string_view type = "application/x-amz-json-1.1") {
  BenchClock clock;
  BenchRandom random;
  MetricsRegistry metrics;
  NullData data;
  kinesis_api::FakeControl control;
  Face face(data, control);
  Pipeline pipeline(clock, random, metrics, {&face}, {});
  const std::string target = "Kinesis_20131202." + std::string(operation);
  wire::RequestHead head;
  head.method = "POST";
  head.path = head.target = "/";
  head.headers.add({"Host", "localhost:4567"});
  head.headers.add({"Content-Type", type});
  head.headers.add({"X-Amz-Target", target});
  head.headers.add({"X-Amz-Date", "20231114T221320Z"});
  head.headers.add({"Authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20231114/us-east-1/kinesis/"
                    "aws4_request, SignedHeaders=host;x-amz-date, Signature=00"});
  const io::Address peer{"127.0.0.1", 1};
  const http::Request request{head, as_bytes(body), peer};
  http::Response response;
  for (auto _ : state) {
    response.clear();
    start(pipeline.handle(request, response), [](const Result<Unit>&) {});
    benchmark::DoNotOptimize(response.body.data());
  }
  if (response.status != 200) state.SkipWithError("refused");
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}

void put_records_500_x_100(benchmark::State& state) {
  ask<KinesisFace>(state, "PutRecords", put_records_body(500, 100));
}
void put_records_500_x_100_by_tables(benchmark::State& state) {
  ask<TableFace>(state, "PutRecords", put_records_body(500, 100));
}
constexpr std::string_view cbor = "application/x-amz-cbor-1.1";
void put_records_500_x_100_in_cbor(benchmark::State& state) {
  ask<KinesisFace>(state, "PutRecords", put_records_cbor(500, 100), cbor);
}
void put_records_500_x_100_in_cbor_by_tables(benchmark::State& state) {
  ask<TableFace>(state, "PutRecords", put_records_cbor(500, 100), cbor);
}
void put_records_500_x_1024_in_cbor(benchmark::State& state) {
  ask<KinesisFace>(state, "PutRecords", put_records_cbor(500, 1024), cbor);
}
void put_records_500_x_1024(benchmark::State& state) {
  ask<KinesisFace>(state, "PutRecords", put_records_body(500, 1024));
}
const std::string one_record =
    R"({"StreamName":"bench","Data":"eHh4eHh4eHh4eHh4","PartitionKey":"key-1"})";
void put_record(benchmark::State& state) { ask<KinesisFace>(state, "PutRecord", one_record); }
void put_record_by_tables(benchmark::State& state) {
  ask<TableFace>(state, "PutRecord", one_record);
}
void get_records_1000_x_1024(benchmark::State& state) {
  ask<KinesisFace>(state, "GetRecords", R"({"ShardIterator":"AAAA"})");
}

BENCHMARK(put_records_500_x_100);
BENCHMARK(put_records_500_x_100_by_tables);
BENCHMARK(put_records_500_x_100_in_cbor);
BENCHMARK(put_records_500_x_100_in_cbor_by_tables);
BENCHMARK(put_records_500_x_1024_in_cbor);
BENCHMARK(put_records_500_x_1024);
BENCHMARK(put_record);
BENCHMARK(put_record_by_tables);
BENCHMARK(get_records_1000_x_1024);

}  // namespace
}  // namespace levada::aws
