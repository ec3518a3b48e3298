// What the server side costs: recorded requests are fed to a fresh session and answered. aws-sdk-js
// opens in effect a connection for each request, so the first figure is its price.

#include "wire/http2_session.h"

#include <benchmark/benchmark.h>

#include "wire/http2_client_session.h"

namespace levada::wire {
namespace {

Buffer record_requests(std::int64_t requests, std::size_t body_size) {
  const HeaderField headers[] = {
      {"content-type", "application/x-amz-json-1.1"},
      {"x-amz-target", "Kinesis_20131202.PutRecord"},
      {"x-amz-user-agent", "aws-sdk-js/3.700.0"},
      {"x-amz-date", "20260101T000000Z"},
      {"authorization",
       "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/kinesis/aws4_request, "
       "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
       "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"}};
  Http2ClientSession client;
  Buffer bytes;
  for (std::int64_t i = 0; i < requests; ++i)
    client.submit_request({"POST", "http", "127.0.0.1:4567", "/"}, headers, Buffer(body_size));
  for (std::size_t before = SIZE_MAX; before != bytes.size();) {
    before = bytes.size();
    client.take_output(bytes);
  }
  return bytes;
}

void serve_a_connection(benchmark::State& state) {
  const Buffer requests = record_requests(state.range(0), static_cast<std::size_t>(state.range(1)));
  const HeaderField headers[] = {{"x-amzn-RequestId", "9f2bd3e5-7c35-4d5b-8f3b-0a8a3c7e0f11"},
                                 {"Content-Type", "application/x-amz-json-1.1"}};
  Buffer out;
  std::int64_t answered = 0;
  for (auto _ : state) {
    Http2Session session;
    if (!session.feed(requests)) state.SkipWithError("refused");
    while (const auto event = session.next_event()) {
      session.submit_response(event->stream, 200, headers, Buffer(110));
      ++answered;
    }
    out.clear();
    session.take_output(out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(answered);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * requests.size()));
}
BENCHMARK(serve_a_connection)->Args({1, 200})->Args({100, 200})->Args({1, 60'000});

}  // namespace
}  // namespace levada::wire
