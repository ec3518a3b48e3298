#include "load/bench_client.h"

namespace levada::load {

using namespace std::chrono_literals;

Task<std::string_view> BenchClient::ask(std::string operation, std::string body) {
  const std::string request = requests_.make(operation, body, doors_.reactor.clock().now());
  const Deadline deadline = doors_.reactor.clock().monotonic() + patience;
  const http::Answer answer = co_await exchange_.ask(request, deadline);
  if (answer.status != 200)
    co_return fail(ErrorKind::invalid, operation + " was answered " + std::string(answer.body));
  co_return answer.body;
}

Task<std::unique_ptr<BenchClient>> connect(Doors doors, BenchOptions options) {
  auto connection =
      co_await doors.network.connect(options.server, doors.reactor.clock().monotonic() + patience);
  co_return std::make_unique<BenchClient>(doors, SignedRequests(options.server, options.keys),
                                          std::move(connection));
}

std::string_view member(std::string_view json, std::string_view name) {
  const std::string mark = "\"" + std::string(name) + "\":";
  auto at = json.find(mark);
  if (at == json.npos) return {};
  at = json.find_first_not_of(' ', at + mark.size());
  if (json[at] != '"') return {};
  return json.substr(at + 1, json.find('"', at + 1) - at - 1);
}

Task<Unit> make_stream(Doors doors, BenchOptions options) {
  if (!options.create_stream) co_return Unit{};
  auto client = co_await connect(doors, options);
  co_await client->ask("CreateStream", R"({"StreamName":")" + options.put.stream +
                                           R"(","ShardCount":)" + std::to_string(options.shards) +
                                           "}");
  co_await wait_until_active(doors, options);
  if (!options.encrypt) co_return Unit{};
  co_await client->ask("StartStreamEncryption",
                       R"({"StreamName":")" + options.put.stream +
                           R"(","EncryptionType":"KMS","KeyId":"alias/aws/kinesis"})");
  co_return co_await outcome(wait_until_active(doors, options));
}

Task<Unit> wait_until_active(Doors doors, BenchOptions options) {
  auto client = co_await connect(doors, options);
  const std::string body = R"({"StreamName":")" + options.put.stream + "\"}";
  for (;;) {
    const std::string_view described = co_await client->ask("DescribeStreamSummary", body);
    if (member(described, "StreamStatus") == "ACTIVE") co_return Unit{};
    co_await io::sleep_for(doors.reactor, 20ms);
  }
}

Task<std::string> register_consumer(Doors doors, BenchOptions options, std::string name) {
  auto client = co_await connect(doors, options);
  const std::string stream = R"({"StreamName":")" + options.put.stream + "\"}";
  const std::string_view described = co_await client->ask("DescribeStreamSummary", stream);
  const std::string stream_arn(member(described, "StreamARN"));
  const std::string_view made =
      co_await client->ask("RegisterStreamConsumer", R"({"StreamARN":")" + stream_arn +
                                                         R"(","ConsumerName":")" + name + "\"}");
  const std::string arn(member(made, "ConsumerARN"));
  const std::string ask = R"({"ConsumerARN":")" + arn + "\"}";
  for (;;) {
    const std::string_view consumer = co_await client->ask("DescribeStreamConsumer", ask);
    if (member(consumer, "ConsumerStatus") == "ACTIVE") co_return arn;
    co_await io::sleep_for(doors.reactor, 20ms);
  }
}

std::vector<std::string> prepare(Doors doors, const BenchOptions& options) {
  SignedRequests requests(options.server, options.keys);
  const char* operation = options.put.records == 0 ? "PutRecord" : "PutRecords";
  std::vector<std::string> prepared;
  const char* type = options.put.cbor ? "application/x-amz-cbor-1.1" : "application/x-amz-json-1.1";
  for (std::uint32_t i = 0; i < options.prepared; ++i)
    prepared.push_back(requests.make(operation, put_body(options.put, doors.random),
                                     doors.reactor.clock().now(), type));
  return prepared;
}

}  // namespace levada::load
