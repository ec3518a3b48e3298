#include <array>

#include "load/bench_client.h"
#include "wire/http1_writer.h"

namespace levada::load {
namespace {

// Points of the whole run lie in the memory store, whatever their time.
constexpr const char* retention =
    R"("RetentionProperties":{"MemoryStoreRetentionPeriodInHours":8766,)"
    R"("MagneticStoreRetentionPeriodInDays":3650})";

// Of so many hours requests are made at once: 1.8 GB of MULTI records. A shorter run is one piece.
constexpr double hours_a_piece = 24;

Task<Unit> make_table(Doors doors, BenchOptions options) {
  auto connection =
      co_await doors.network.connect(options.server, doors.reactor.clock().monotonic() + patience);
  BenchClient client(doors, SignedRequests(options.server, options.keys, timestream_api),
                     std::move(connection));
  const std::string database = R"({"DatabaseName":")" + options.write.database + "\"";
  co_await client.ask("CreateDatabase", database + "}");
  co_await client.ask("CreateTable", database + R"(,"TableName":")" + options.write.table + "\"," +
                                         retention + "}");
  co_return Unit{};
}

std::string line_request(const BenchOptions& options, const std::string& body) {
  const std::string host = options.server.text();
  const std::string path = "/write?precision=s&db=" + options.write.database;
  const std::array<wire::HeaderField, 1> headers = {{{"Host", host}}};
  Buffer request;
  wire::write_request(request, {"POST", path}, headers, as_bytes(body));
  return std::string(as_text(request));
}

}  // namespace

Task<Line> write_scenario(Doors doors, BenchOptions options) {
  if (options.create_stream && !options.write.lines) co_await make_table(doors, options);
  SignedRequests signer(options.server, options.keys, timestream_api);
  WriteLoad load(options.write, doors.reactor.clock().now(), doors.random);
  const ReplayOptions how{.server = options.server,
                          .connections = options.connections,
                          .duration = patience * 8,
                          .requests_per_second = options.requests_per_second,
                          .once = true};
  std::uint64_t bytes = 0, made_points = 0, made_requests = 0;
  ReplayReport report;
  for (;;) {
    WriteBodies bodies = load.next(hours_a_piece);
    if (bodies.all.empty()) break;
    made_points += bodies.points;
    made_requests += bodies.all.size();
    std::vector<std::string> requests;
    for (std::string& body : bodies.all) {
      bytes += body.size();
      requests.push_back(options.write.lines
                             ? line_request(options, body)
                             : signer.make("WriteRecords", body, doors.reactor.clock().now()));
      body = {};
    }
    report.add(co_await replay(doors.reactor, doors.network, requests, how));
  }
  if (made_requests == 0) co_return fail(ErrorKind::invalid, "so short a time has no records");
  const double took = in_seconds(report.took);
  const double points = static_cast<double>(made_points) * static_cast<double>(report.answered) /
                        static_cast<double>(made_requests);
  Line line = format(
      "%s: %llu points, %.0f k points/s, %.0f requests/s, %.1f MB/s of bodies (%.0f B a point); "
      "latency p50 %.0f us, p99 %.0f us, max %.0f us; %llu answered, %llu refused in %.2f s",
      options.write.lines ? "line protocol" : "WriteRecords",
      static_cast<unsigned long long>(made_points), points / took / 1e3,
      static_cast<double>(report.answered) / took, static_cast<double>(bytes) / took / 1e6,
      static_cast<double>(bytes) / static_cast<double>(made_points),
      in_micros(report.latencies.percentile(0.5)), in_micros(report.latencies.percentile(0.99)),
      in_micros(report.latencies.max()), static_cast<unsigned long long>(report.answered),
      static_cast<unsigned long long>(report.refused), took);
  if (report.refused > 0) line += "\nfirst refusal: " + report.first_refusal;
  co_return line;
}

}  // namespace levada::load
