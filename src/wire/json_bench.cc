// A WriteRecords body of Timestream (115 B a point) read into a tree: ours against simdjson's tape
// with every value visited, which is the least that a tree over it would cost. And a PutRecords
// answer.

#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <string>

#include "wire/json_reader.h"
#include "wire/json_writer.h"

namespace levada::wire {
namespace {

std::string write_records_body() {
  std::string body = R"({"DatabaseName": "devops", "TableName": "cpu", "Records": [)";
  for (int i = 0; i < 100; ++i) {
    body += i == 0 ? "" : ", ";
    body += R"({"Dimensions": [{"Name": "hostname", "Value": "host_)" + std::to_string(i) +
            R"("}, {"Name": "region", "Value": "eu-central-1"}], "MeasureName": "metrics", )"
            R"("MeasureValueType": "MULTI", "MeasureValues": [)";
    for (int m = 0; m < 10; ++m) {
      body += m == 0 ? "" : ", ";
      body +=
          R"({"Name": "usage_)" + std::to_string(m) + R"(", "Value": "58.1317", "Type": "DOUBLE"})";
    }
    body += R"(], "Time": "17000000000)" + std::to_string(10 + i % 90) + R"(", "Version": 1})";
  }
  return body + "]}";
}

void read_write_records(benchmark::State& state) {
  const std::string body = write_records_body();
  ValueTree tree;
  for (auto _ : state) benchmark::DoNotOptimize(read_json(body, tree));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}
BENCHMARK(read_write_records);

std::size_t visit(simdjson::dom::element element) {
  switch (element.type()) {
    case simdjson::dom::element_type::ARRAY: {
      std::size_t sum = 0;
      for (const simdjson::dom::element item : simdjson::dom::array(element)) sum += visit(item);
      return sum;
    }
    case simdjson::dom::element_type::OBJECT: {
      std::size_t sum = 0;
      for (const auto& [key, value] : simdjson::dom::object(element))
        sum += key.size() + visit(value);
      return sum;
    }
    case simdjson::dom::element_type::STRING:
      return std::string_view(element).size();
    default:
      return 1;
  }
}

void visit_write_records_by_simdjson(benchmark::State& state) {
  const std::string body = write_records_body();
  simdjson::dom::parser parser;
  for (auto _ : state)
    benchmark::DoNotOptimize(visit(parser.parse(body.data(), body.size()).value()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}
BENCHMARK(visit_write_records_by_simdjson);

void read_small_request(benchmark::State& state) {
  const std::string body =
      R"({"StreamName": "clicks", "ShardId": "shardId-000000000000", )"
      R"("ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": )"
      R"("49590338271490256608559692538361571095921575989136588898"})";
  ValueTree tree;
  for (auto _ : state) benchmark::DoNotOptimize(read_json(body, tree));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}
BENCHMARK(read_small_request);

void write_put_records_answer(benchmark::State& state) {
  Buffer out;
  for (auto _ : state) {
    out.clear();
    JsonWriter json(out);
    json.begin_object();
    json.key("FailedRecordCount");
    json.integer(0);
    json.key("Records");
    json.begin_array();
    for (int i = 0; i < 500; ++i) {
      json.begin_object();
      json.key("SequenceNumber");
      json.string("49590338271490256608559692538361571095921575989136588898");
      json.key("ShardId");
      json.string("shardId-000000000000");
      json.end_object();
    }
    json.end_array();
    json.end_object();
    json.finish();
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * out.size()));
}
BENCHMARK(write_put_records_answer);

}  // namespace
}  // namespace levada::wire
