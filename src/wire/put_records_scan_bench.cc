// PutRecords bodies as boto3 writes them. Targets: 4 GB/s of 500 × 1 KiB, 40 ns a record of 500 ×
// 100 B.

#include "wire/put_records_scan.h"

#include <benchmark/benchmark.h>

#include <string>

#include "wire/base64.h"
#include "wire/json_reader.h"

namespace levada::wire {
namespace {

std::string put_records_body(std::size_t records, std::size_t data_size) {
  Buffer data(data_size);
  for (std::size_t i = 0; i < data_size; ++i) data[i] = static_cast<std::byte>(i * 31);
  const std::string text = base64_encode(data);
  std::string body = R"({"Records": [)";
  for (std::size_t i = 0; i < records; ++i) {
    body += i == 0 ? "" : ", ";
    body += R"({"Data": ")" + text + R"(", "PartitionKey": "user-)" + std::to_string(10'000 + i) +
            "\"}";
  }
  return body + R"(], "StreamName": "clicks"})";
}

void scan(benchmark::State& state) {
  const std::string body = put_records_body(static_cast<std::size_t>(state.range(0)),
                                            static_cast<std::size_t>(state.range(1)));
  Buffer room(body.size());
  ScannedPut put;
  for (auto _ : state) {
    if (!scan_put_records(body, room, put)) state.SkipWithError("not mine");
    benchmark::DoNotOptimize(put);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(scan)->Args({1, 100})->Args({500, 100})->Args({500, 1024})->Args({10, 102'400});

void generic(benchmark::State& state) {
  const std::string body = put_records_body(static_cast<std::size_t>(state.range(0)),
                                            static_cast<std::size_t>(state.range(1)));
  Buffer room(body.size());
  ValueTree tree;
  for (auto _ : state) {
    const Result<Value> root = read_json(body, tree);
    std::size_t used = 0;
    for (const Value& record : root->find("Records")->items()) {
      const auto decoded =
          base64_decode(record.find("Data")->string(), MutableByteView(room).subspan(used));
      used += decoded.size;
      benchmark::DoNotOptimize(record.find("PartitionKey"));
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(generic)->Args({1, 100})->Args({500, 100})->Args({500, 1024});

}  // namespace
}  // namespace levada::wire
