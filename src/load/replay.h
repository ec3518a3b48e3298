#pragma once
// Replay: sends requests that were made and signed beforehand over some keep-alive HTTP/1.1
// connections and counts what comes back, so that the generator costs as little as a memcpy.
// Closed loop (each connection sends when its answer has come) for capacity, open loop (requests
// fall due at a fixed rate, latency counts from when they fell due) for honest latencies.

#include <cstdint>
#include <string>
#include <vector>

#include "base/task.h"
#include "io/network.h"
#include "io/reactor.h"
#include "load/latency_histogram.h"

namespace levada::load {

struct ReplayOptions {
  io::Address server;
  std::uint32_t connections = 1;
  Nanos duration{};
  double requests_per_second = 0;  // 0: closed loop
  bool once = false;               // ends when each request was sent, if that comes first
};

struct ReplayReport {
  std::uint64_t answered = 0;  // with status 200 or 204, and nothing refused inside
  std::uint64_t refused = 0;   // anything else
  std::string first_refusal;   // its head and body, cut
  std::uint64_t bytes_in = 0;  // of good answers, heads included
  Nanos took{};
  LatencyHistogram latencies;

  void add(const ReplayReport& next);  // of what was sent behind it
};

// Sends `requests` (whole HTTP requests) round robin until the duration has passed.
Task<ReplayReport> replay(io::Reactor& reactor, io::Network& network,
                          const std::vector<std::string>& requests, ReplayOptions options);

}  // namespace levada::load
