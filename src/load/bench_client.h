#pragma once
// BenchClient: a connection of the load generator that signs each request as it goes, for whatever
// a scenario must say beside the requests that it measures.

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "http/exchange.h"
#include "load/scenarios.h"

namespace levada::load {

inline constexpr Nanos patience = std::chrono::seconds(30);

class BenchClient {
 public:
  BenchClient(Doors doors, SignedRequests requests, std::unique_ptr<io::Connection> connection)
      : doors_(doors), requests_(std::move(requests)), exchange_(std::move(connection)) {}

  // The body of the answer, which must be a 200; valid until the next one.
  Task<std::string_view> ask(std::string operation, std::string body);

 private:
  Doors doors_;
  SignedRequests requests_;
  http::Exchange exchange_;
};

Task<std::unique_ptr<BenchClient>> connect(Doors doors, BenchOptions options);

// The text value of the first member of that name; the answers are Levada's or a peer's own JSON.
std::string_view member(std::string_view json, std::string_view name);

// The stream of the options, ACTIVE, unless they say that it is there.
Task<Unit> make_stream(Doors doors, BenchOptions options);
Task<Unit> wait_until_active(Doors doors, BenchOptions options);

// Registers a consumer of that stream and returns its ARN when it is ACTIVE.
Task<std::string> register_consumer(Doors doors, BenchOptions options, std::string name);

// A whole, signed request each, PutRecord or PutRecords as the shape says.
std::vector<std::string> prepare(Doors doors, const BenchOptions& options);

inline double in_seconds(Nanos value) { return static_cast<double>(value.count()) / 1e9; }
inline double in_micros(Nanos value) { return static_cast<double>(value.count()) / 1e3; }
inline Nanos seconds(double value) { return Nanos(static_cast<std::int64_t>(value * 1e9)); }

template <class... Args>
std::string format(const char* pattern, Args... args) {
  char text[512];
  std::snprintf(text, sizeof text, pattern, args...);
  return text;
}

}  // namespace levada::load
