// Scenarios of enhanced fan-out and of resharding.

#include <algorithm>
#include <optional>

#include "http/exchange.h"
#include "io/gate.h"
#include "io/signal.h"
#include "load/bench_client.h"
#include "load/latency_histogram.h"
#include "load/pushed_shard.h"
#include "wire/cbor_writer.h"
#include "wire/event_stream.h"

namespace levada::load {
namespace {

using namespace std::chrono_literals;

std::string shard_name(std::uint32_t shard) { return "shardId-" + format("%012u", shard); }

std::string subscribe_body(const BenchOptions& options, const std::string& arn, std::uint32_t shard,
                           const std::string& position) {
  if (!options.pushed_in_cbor)
    return R"({"ConsumerARN":")" + arn + R"(","ShardId":")" + shard_name(shard) +
           R"(","StartingPosition":{"Type":")" + position + "\"}}";
  Buffer body;
  wire::CborWriter to(body);
  to.begin_object();
  to.key("ConsumerARN");
  to.string(arn);
  to.key("ShardId");
  to.string(shard_name(shard));
  to.key("StartingPosition");
  to.begin_object();
  to.key("Type");
  to.string(position);
  to.end_object();
  to.end_object();
  return std::string(as_text(body));
}

// A subscription whose initial response has come.
Task<std::unique_ptr<PushedShard>> subscribe(Doors doors, BenchOptions options, std::string arn,
                                             std::uint32_t shard, std::string position) {
  const Deadline deadline = doors.reactor.clock().monotonic() + patience;
  auto pushed =
      std::make_unique<PushedShard>(co_await doors.network.connect(options.server, deadline));
  SignedRequests requests(options.server, options.keys);
  const std::string body = subscribe_body(options, arn, shard, position);
  std::string request = requests.make(
      "SubscribeToShard", body, doors.reactor.clock().now(),
      options.pushed_in_cbor ? "application/x-amz-cbor-1.1" : "application/x-amz-json-1.1");
  co_await pushed->begin(std::move(request), deadline);
  co_await pushed->next(deadline);  // the initial response
  co_return std::move(pushed);
}

// When the last record was seen.
struct Seen {
  explicit Seen(io::Reactor& reactor) : changed(reactor) {}
  io::Signal changed;
  std::uint64_t events = 0;
  MonotonicNanos last;
  bool done = false;
};

Task<Unit> watch(Doors doors, PushedShard& pushed, Seen& seen) {
  while (!seen.done) {
    const Deadline deadline = doors.reactor.clock().monotonic() + patience;
    const std::string_view frame = co_await pushed.next(deadline);
    seen.last = doors.reactor.clock().monotonic();
    if (frame.find("\"Records\":[]") != frame.npos) continue;
    ++seen.events;
    seen.changed.notify_all();
  }
  co_return Unit{};
}

// What all readers of a fan-out have received.
struct Received {
  std::uint64_t bytes = 0;
  Buffer scratch = Buffer(scratch_size);
  static constexpr std::size_t scratch_size = 128 << 10;  // less than a core's second-level cache
};

constexpr std::size_t end_size = 100;  // of an event: MillisBehindLatest stands there

// Whether nothing is behind the event with that end.
bool at_tip(std::string_view end, const BenchOptions& options) {
  constexpr std::string_view json_tip = "\"MillisBehindLatest\":0";
  constexpr std::string_view cbor_tip("MillisBehindLatest\0", sizeof "MillisBehindLatest");
  return end.find(options.pushed_in_cbor ? cbor_tip : json_tip) != end.npos;
}

// Reads whole frames and believes none whose checksums are wrong.
Task<Unit> drain_checked(Doors doors, BenchOptions options, std::string arn, std::uint32_t shard,
                         Received& received) {
  const auto pushed = co_await subscribe(doors, options, arn, shard, "TRIM_HORIZON");
  for (std::string_view end; !at_tip(end, options);) {
    const Deadline deadline = doors.reactor.clock().monotonic() + patience;
    const std::string_view frame = co_await pushed->next(deadline);
    received.bytes += frame.size();
    if (frame.empty()) co_return fail(ErrorKind::closed, "an answer ended before its shard");
    const wire::EventFrame event = wire::read_event(as_bytes(frame));
    if (event.kind != wire::EventFrame::Kind::ready || event.consumed != frame.size())
      co_return fail(ErrorKind::invalid, std::string("a pushed frame: ") + event.reason);
    end = as_text(event.payload.last(std::min(event.payload.size(), end_size)));
  }
  co_return Unit{};
}

// Counts frames and looks at their ends only.
Task<Unit> drain(Doors doors, BenchOptions options, std::string arn, std::uint32_t shard,
                 Received& received) {
  const auto pushed = co_await subscribe(doors, options, arn, shard, "TRIM_HORIZON");
  for (;;) {
    const Deadline deadline = doors.reactor.clock().monotonic() + patience;
    const PushedShard::Passed frame = co_await pushed->pass(received.scratch, deadline);
    received.bytes += frame.size;
    if (frame.size == 0 || at_tip(frame.end, options)) co_return Unit{};
  }
}

// Records of one size in one shard, by explicit hash keys.
Task<Unit> fill_shard(Doors doors, BenchOptions options, std::uint32_t shard) {
  auto client = co_await connect(doors, options);
  std::string list = R"({"MaxResults":1,"StreamName":")" + options.put.stream + "\"";
  if (shard > 0) list += R"(,"ExclusiveStartShardId":")" + shard_name(shard - 1) + "\"";
  list += "}";
  const std::string listed(co_await client->ask("ListShards", list));
  const std::string key(member(listed, "StartingHashKey"));
  std::string put = put_body(options.put, doors.random);
  std::string keyed;
  constexpr std::string_view mark = R"("PartitionKey")";
  for (std::size_t at = 0;;) {
    const auto next = put.find(mark, at);
    keyed += put.substr(at, next - at);
    if (next == put.npos) break;
    keyed += R"("ExplicitHashKey": ")" + key + "\", " + std::string(mark);
    at = next + mark.size();
  }
  const std::uint64_t each = std::uint64_t{options.put.records} * options.put.data_size;
  const std::uint64_t times = (std::uint64_t{options.fill_mebibytes} << 20) / each + 1;
  for (std::uint64_t n = 0; n < times; ++n) co_await client->ask("PutRecords", keyed);
  co_return Unit{};
}

// A writer that goes on until told to stop.
struct Writing {
  bool stop = false;
  std::uint64_t answered = 0;
  std::uint64_t refused = 0;
};

Task<Unit> write_on(Doors doors, BenchOptions options, const std::vector<std::string>& requests,
                    Writing& writing, std::size_t begin) {
  http::Exchange server(
      co_await doors.network.connect(options.server, doors.reactor.clock().monotonic() + patience));
  for (std::size_t n = begin; !writing.stop; ++n) {
    const Deadline deadline = doors.reactor.clock().monotonic() + patience;
    const http::Answer answer = co_await server.ask(requests[n % requests.size()], deadline);
    const bool good =
        answer.status == 200 && answer.body.find("\"FailedRecordCount\":0") != answer.body.npos;
    ++(good ? writing.answered : writing.refused);
  }
  co_return Unit{};
}

}  // namespace

Task<Line> push_scenario(Doors doors, BenchOptions options) {
  options.shards = 1;
  options.put.records = 0;
  co_await make_stream(doors, options);
  const std::string arn = co_await register_consumer(doors, options, "push");
  const auto pushed = co_await subscribe(doors, options, arn, 0, "LATEST");
  auto writer = co_await connect(doors, options);
  Seen seen(doors.reactor);
  io::Gate gate;
  gate.spawn(watch(doors, *pushed, seen));
  LatencyHistogram behind_ack, behind_send;
  const MonotonicNanos end = doors.reactor.clock().monotonic() + seconds(options.seconds);
  const Nanos between =
      options.requests_per_second > 0 ? seconds(1 / options.requests_per_second) : Nanos(0);
  while (doors.reactor.clock().monotonic() < end) {
    const std::uint64_t before = seen.events;
    const std::string body = put_body(options.put, doors.random);
    const MonotonicNanos sent = doors.reactor.clock().monotonic();
    co_await writer->ask("PutRecord", body);
    const MonotonicNanos acknowledged = doors.reactor.clock().monotonic();
    const Deadline deadline = acknowledged + patience;
    while (seen.events == before) co_await seen.changed.wait(deadline);
    behind_ack.add(std::max(seen.last - acknowledged, Nanos(0)));
    behind_send.add(seen.last - sent);
    if (between > Nanos(0)) co_await io::sleep_for(doors.reactor, between);
  }
  seen.done = true;
  const std::string last = put_body(options.put, doors.random);
  co_await writer->ask("PutRecord", last);  // wakes the watcher
  co_await gate.close();
  co_return format(
      "put -> pushed event: behind the acknowledgement p50 %.0f us, p99 %.0f us, max %.0f us; "
      "behind the sending p50 %.0f us, p99 %.0f us; %llu records",
      in_micros(behind_ack.percentile(0.5)), in_micros(behind_ack.percentile(0.99)),
      in_micros(behind_ack.max()), in_micros(behind_send.percentile(0.5)),
      in_micros(behind_send.percentile(0.99)), static_cast<unsigned long long>(behind_ack.count()));
}

Task<Line> fan_out_scenario(Doors doors, BenchOptions options) {
  co_await make_stream(doors, options);
  std::vector<std::string> arns;
  for (std::uint32_t n = 0; n < options.consumers; ++n)
    arns.push_back(co_await register_consumer(doors, options, "c" + std::to_string(n)));
  std::optional<Error> failure;
  const auto failed = [&failure](const Error& error) {
    if (!failure) failure = error;
  };
  {
    io::Gate filling;
    for (std::uint32_t shard = 0; shard < options.shards; ++shard)
      filling.spawn(fill_shard(doors, options, shard), failed);
    co_await filling.close();
  }
  if (failure) co_return fail(failure->kind, failure->message);
  Received received;
  const MonotonicNanos begin = doors.reactor.clock().monotonic();
  {
    io::Gate draining;
    for (std::uint32_t shard = 0; shard < options.shards; ++shard)
      for (const std::string& arn : arns) {
        const bool checked = &arn == &arns.front();
        draining.spawn(checked ? drain_checked(doors, options, arn, shard, received)
                               : drain(doors, options, arn, shard, received),
                       failed);
      }
    co_await draining.close();
  }
  if (failure) co_return fail(failure->kind, failure->message);
  const double took = in_seconds(doors.reactor.clock().monotonic() - begin);
  const std::uint64_t each = std::uint64_t{options.put.records} * options.put.data_size;
  const std::uint64_t times = (std::uint64_t{options.fill_mebibytes} << 20) / each + 1;
  const double payload =
      static_cast<double>(each * times) * options.shards * options.consumers / 1e6;
  co_return format(
      "fan-out: %.1f MB/s payload, %.1f MB/s of frames; %u consumers x %u shards, "
      "%.0f MB payload in %.2f s",
      payload / took, static_cast<double>(received.bytes) / 1e6 / took, options.consumers,
      options.shards, payload, took);
}

Task<Line> reshard_scenario(Doors doors, BenchOptions options) {
  const std::uint32_t target = options.shards;
  options.shards = 1;
  co_await make_stream(doors, options);
  auto control = co_await connect(doors, options);
  const auto requests = prepare(doors, options);
  Writing writing;
  std::optional<Error> failure;
  io::Gate gate;
  for (std::uint32_t n = 0; n < options.connections; ++n)
    gate.spawn(write_on(doors, options, requests, writing, n), [&failure](const Error& error) {
      if (!failure) failure = error;
    });
  const Nanos window = seconds(options.seconds);
  co_await io::sleep_for(doors.reactor, window);  // warm
  const std::uint64_t warm = writing.answered;
  co_await io::sleep_for(doors.reactor, window);
  const double rate_before = static_cast<double>(writing.answered - warm) / in_seconds(window);
  const std::uint64_t until_then = writing.answered;
  const MonotonicNanos begin = doors.reactor.clock().monotonic();
  for (std::uint32_t count = 1; count < target;) {
    count = std::min(2 * count, target);
    const std::string update = R"({"ScalingType":"UNIFORM_SCALING","StreamName":")" +
                               options.put.stream + R"(","TargetShardCount":)" +
                               std::to_string(count) + "}";
    co_await control->ask("UpdateShardCount", update);
    co_await wait_until_active(doors, options);
  }
  const Nanos took = doors.reactor.clock().monotonic() - begin;
  const std::uint64_t meanwhile = writing.answered - until_then;
  co_await io::sleep_for(doors.reactor, window);
  const std::uint64_t behind = writing.answered - until_then - meanwhile;
  writing.stop = true;
  co_await gate.close();
  if (failure) co_return fail(failure->kind, failure->message);
  const double rate_meanwhile = static_cast<double>(meanwhile) / in_seconds(took);
  co_return format(
      "UpdateShardCount 1 -> %u: %.0f ms; writer %.0f requests/s before, %.0f (%.0f %%) meanwhile, "
      "%.0f afterwards; %llu refused",
      target, in_seconds(took) * 1e3, rate_before, rate_meanwhile,
      100 * rate_meanwhile / rate_before, static_cast<double>(behind) / in_seconds(window),
      static_cast<unsigned long long>(writing.refused));
}

}  // namespace levada::load
