#include "load/replay.h"

#include <optional>
#include <string_view>

#include "http/exchange.h"
#include "io/gate.h"

namespace levada::load {
namespace {

constexpr std::size_t refusal_shown_max = 600;
constexpr auto answer_wait = std::chrono::seconds(30);

// What the connections of one run share; one reactor, so no locks.
struct Run {
  io::Reactor& reactor;
  io::Network& network;
  const std::vector<std::string>& requests;
  ReplayOptions options;
  MonotonicNanos begin;
  MonotonicNanos end;
  std::size_t next_request = 0;
  std::uint64_t next_due = 0;
  ReplayReport report = {};

  const std::string& next() { return requests[next_request++ % requests.size()]; }
  bool sent_all() const { return options.once && next_request >= requests.size(); }
  MonotonicNanos due() {
    const double at = static_cast<double>(next_due++) / options.requests_per_second;
    return begin + Nanos(static_cast<std::int64_t>(at * 1e9));
  }
};

bool refused_inside(std::string_view body) {
  constexpr std::string_view mark = "FailedRecordCount";
  const auto at = body.find(mark);
  if (at == std::string_view::npos) return false;
  const std::string_view count = body.substr(at + mark.size(), 3);  // \":0 in JSON, a zero in CBOR
  return !count.starts_with("\":0") && !count.starts_with('\0');
}

Task<Unit> one_connection(Run& run) {
  http::Exchange server(co_await run.network.connect(
      run.options.server, run.reactor.clock().monotonic() + Nanos(answer_wait)));
  for (;;) {
    MonotonicNanos from = run.reactor.clock().monotonic();
    if (run.options.requests_per_second > 0) {
      from = run.due();
      if (from >= run.end) break;
      co_await io::sleep_until(run.reactor, from);
    }
    if (from >= run.end || run.sent_all()) break;
    const Deadline deadline = run.reactor.clock().monotonic() + Nanos(answer_wait);
    const http::Answer answer = co_await server.ask(run.next(), deadline);
    run.report.latencies.add(run.reactor.clock().monotonic() - from);
    const bool good = answer.status == 200 || answer.status == 204;
    if (good && !refused_inside(answer.body)) {
      ++run.report.answered;
      run.report.bytes_in += answer.whole.size();
    } else {
      ++run.report.refused;
      if (run.report.first_refusal.empty())
        run.report.first_refusal = answer.whole.substr(0, refusal_shown_max);
    }
  }
  server.shutdown();
  co_return Unit{};
}

}  // namespace

void ReplayReport::add(const ReplayReport& next) {
  answered += next.answered;
  refused += next.refused;
  if (first_refusal.empty()) first_refusal = next.first_refusal;
  bytes_in += next.bytes_in;
  took += next.took;
  latencies.add(next.latencies);
}

Task<ReplayReport> replay(io::Reactor& reactor, io::Network& network,
                          const std::vector<std::string>& requests, ReplayOptions options) {
  const MonotonicNanos begin = reactor.clock().monotonic();
  Run run{reactor, network, requests, options, begin, begin + options.duration};
  io::Gate gate;
  std::optional<Error> failure;
  for (std::uint32_t i = 0; i < options.connections; ++i)
    gate.spawn(one_connection(run), [&](const Error& error) {
      if (!failure) failure = error;
    });
  co_await gate.close();
  if (failure) co_return fail(failure->kind, failure->message);
  run.report.took = reactor.clock().monotonic() - begin;
  co_return std::move(run.report);
}

}  // namespace levada::load
