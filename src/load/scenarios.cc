#include "load/scenarios.h"

#include <optional>

#include "io/gate.h"
#include "load/bare_path.h"
#include "load/bare_server.h"
#include "load/bench_client.h"
#include "load/null_server.h"

namespace levada::load {
namespace {

Line tell(const char* what, const ReplayReport& report, std::uint64_t records,
          std::uint64_t payload) {
  const double took = in_seconds(report.took);
  const double rate = static_cast<double>(report.answered) / took;
  std::string line = format(
      "%s: %.0f requests/s, %.0f records/s, %.1f MB/s payload; latency p50 %.0f us, p99 %.0f us, "
      "max %.0f us; %llu answered, %llu refused in %.1f s",
      what, rate, rate * static_cast<double>(records), rate * static_cast<double>(payload) / 1e6,
      in_micros(report.latencies.percentile(0.5)), in_micros(report.latencies.percentile(0.99)),
      in_micros(report.latencies.max()), static_cast<unsigned long long>(report.answered),
      static_cast<unsigned long long>(report.refused), took);
  if (report.refused > 0) line += "\nfirst refusal: " + report.first_refusal;
  return line;
}

// One reader of one shard, from the oldest record to the tip; adds the base64 it received.
Task<Unit> read_shard(Doors doors, BenchOptions options, std::uint32_t shard,
                      std::uint64_t& received, std::uint64_t& calls) {
  auto client = co_await connect(doors, options);
  const std::string ask = R"({"StreamName":")" + options.put.stream + R"(","ShardId":"shardId-)" +
                          format("%012u", shard) + R"(","ShardIteratorType":"TRIM_HORIZON"})";
  std::string iterator(member(co_await client->ask("GetShardIterator", ask), "ShardIterator"));
  for (;;) {
    const std::string body = R"({"Limit":10000,"ShardIterator":")" + iterator + "\"}";
    const std::string_view answer = co_await client->ask("GetRecords", body);
    ++calls;
    iterator = member(answer.substr(answer.rfind("\"NextShardIterator\"")), "NextShardIterator");
    constexpr std::size_t empty_max = 1024;  // a full one is not searched: it may have 16 MB
    if (answer.size() < empty_max && answer.find("\"Records\":[]") != answer.npos) co_return Unit{};
    received += answer.size();
  }
}

}  // namespace

Task<Line> put_scenario(Doors doors, BenchOptions options) {
  co_await make_stream(doors, options);
  const auto requests = prepare(doors, options);
  const ReplayOptions how{.server = options.server,
                          .connections = options.connections,
                          .duration = seconds(options.seconds),
                          .requests_per_second = options.requests_per_second};
  const ReplayReport report = co_await replay(doors.reactor, doors.network, requests, how);
  const std::uint64_t records = options.put.records == 0 ? 1 : options.put.records;
  co_return tell(options.put.records == 0 ? "PutRecord" : "PutRecords", report, records,
                 records * options.put.data_size);
}

Task<Line> catch_up_scenario(Doors doors, BenchOptions options) {
  const Line filled = co_await put_scenario(doors, options);
  std::uint64_t received = 0;
  std::uint64_t calls = 0;
  io::Gate gate;
  std::optional<Error> failure;
  const MonotonicNanos begin = doors.reactor.clock().monotonic();
  for (std::uint32_t shard = 0; shard < options.shards; ++shard)
    gate.spawn(read_shard(doors, options, shard, received, calls), [&](const Error& error) {
      if (!failure) failure = error;
    });
  co_await gate.close();
  if (failure) co_return fail(failure->kind, failure->message);
  const double took = in_seconds(doors.reactor.clock().monotonic() - begin);
  // What is not data in an answer: about 190 bytes a record of numbers, key and punctuation.
  const double each = static_cast<double>((options.put.data_size + 2) / 3 * 4 + 190);
  const double payload = static_cast<double>(received) / each * options.put.data_size;
  co_return filled + "\n" +
      format("GetRecords: %.1f MB/s payload (about), %.1f MB/s of answers, %llu calls in %.2f s",
             payload / 1e6 / took, static_cast<double>(received) / 1e6 / took,
             static_cast<unsigned long long>(calls), took);
}

Task<Line> tail_scenario(Doors doors, BenchOptions options) {
  options.shards = 1;
  co_await make_stream(doors, options);
  auto writer = co_await connect(doors, options);
  auto reader = co_await connect(doors, options);
  const std::string ask = R"({"StreamName":")" + options.put.stream +
                          R"(","ShardId":"shardId-000000000000","ShardIteratorType":"LATEST"})";
  std::string iterator(member(co_await reader->ask("GetShardIterator", ask), "ShardIterator"));
  LatencyHistogram seen;
  const MonotonicNanos end = doors.reactor.clock().monotonic() + seconds(options.seconds);
  options.put.records = 0;
  while (doors.reactor.clock().monotonic() < end) {
    const MonotonicNanos sent = doors.reactor.clock().monotonic();
    co_await writer->ask("PutRecord", put_body(options.put, doors.random));
    for (bool found = false; !found;) {
      const std::string body = R"({"ShardIterator":")" + iterator + "\"}";
      const std::string_view answer = co_await reader->ask("GetRecords", body);
      found = answer.find("\"Records\":[]") == answer.npos;
      iterator = member(answer, "NextShardIterator");
    }
    seen.add(doors.reactor.clock().monotonic() - sent);
  }
  co_return format("put -> polled reader: p50 %.0f us, p99 %.0f us, max %.0f us, %llu records",
                   in_micros(seen.percentile(0.5)), in_micros(seen.percentile(0.99)),
                   in_micros(seen.max()), static_cast<unsigned long long>(seen.count()));
}

Task<Line> bare_path_scenario(Doors doors, BenchOptions options) {
  std::vector<std::string> bodies;
  if (options.put.records == 0) options.put.records = 1;
  for (std::uint32_t i = 0; i < options.prepared; ++i)
    bodies.push_back(put_body(options.put, doors.random));
  const BarePathReport report = co_await bare_path(doors.reactor, doors.disk, options.directory,
                                                   bodies, seconds(options.seconds));
  const double rate = static_cast<double>(report.requests) / in_seconds(report.took);
  co_return format("bare path: %.0f requests/s, %.0f records/s, %.1f MB/s payload", rate,
                   rate * options.put.records,
                   rate * options.put.records * options.put.data_size / 1e6);
}

// One write after the other, as the journal makes them: below this no durable answer can come.
Task<Line> flush_scenario(Doors doors, BenchOptions options) {
  constexpr Bytes file_size = 16_MiB, write_size = 4_KiB;
  const std::string path = options.directory + "/flush.blocks";
  const io::OpenOptions fresh{.create = true, .direct = true};
  auto file = co_await doors.disk.open(path, fresh);
  co_await file->preallocate(file_size);
  const io::AlignedBuffer block(write_size);
  LatencyHistogram flushes;
  const MonotonicNanos end = doors.reactor.clock().monotonic() + seconds(options.seconds);
  while (doors.reactor.clock().monotonic() < end) {
    const MonotonicNanos begin = doors.reactor.clock().monotonic();
    const std::uint64_t offset = flushes.count() * count(write_size) % count(file_size);
    co_await file->write(offset, block.bytes(), io::Durable::now);
    flushes.add(doors.reactor.clock().monotonic() - begin);
  }
  file.reset();
  co_await doors.disk.remove(path);
  co_return format("flush: p50 %.0f us, p99 %.0f us, %llu writes of 4 KiB",
                   in_micros(flushes.percentile(0.5)), in_micros(flushes.percentile(0.99)),
                   static_cast<unsigned long long>(flushes.count()));
}

namespace {

Task<Unit> serve_for_a_while(Doors doors, BenchOptions options, Answerer* answerer) {
  NullServer server(doors.network, answerer);
  const io::Address address = co_await server.listen(options.server);
  std::printf("listening on %s for %.0f s\n", address.text().c_str(), options.seconds);
  std::fflush(stdout);
  io::Gate gate;
  server.spawn_accepting(gate);
  co_await io::sleep_for(doors.reactor, seconds(options.seconds));
  server.close();
  co_return co_await gate.close();
}

}  // namespace

Task<Line> null_server_scenario(Doors doors, BenchOptions options) {
  co_await serve_for_a_while(doors, options, nullptr);
  co_return std::string("null server: done");
}

Task<Line> bare_server_scenario(Doors doors, BenchOptions options) {
  BareServer bare(doors.reactor, doors.disk, options.keys);
  co_await bare.open(options.directory);
  const Result<Unit> served = co_await outcome(serve_for_a_while(doors, options, &bare));
  co_await bare.close();
  if (!served) co_return fail(served.error().kind, served.error().message);
  co_return std::string("bare server: done");
}

}  // namespace levada::load
