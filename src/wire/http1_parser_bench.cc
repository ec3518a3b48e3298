// The heads that SDKs really send; target 1 GB/s.

#include "wire/http1_parser.h"

#include <benchmark/benchmark.h>

#include <string>

namespace levada::wire {
namespace {

const std::string boto3_head =
    "POST / HTTP/1.1\r\nHost: 127.0.0.1:4567\r\nAccept-Encoding: identity\r\n"
    "X-Amz-Target: Kinesis_20131202.PutRecords\r\nContent-Type: application/x-amz-json-1.1\r\n"
    "User-Agent: Boto3/1.26.27 md/Botocore#1.29.27 ua/2.0 os/linux#6.1.0 md/arch#x86_64 "
    "lang/python#3.11.2 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.29.27\r\n"
    "X-Amz-Date: 20260101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 "
    "Credential=AKIDEXAMPLE/20260101/us-east-1/kinesis/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
    "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\r\n"
    "amz-sdk-invocation-id: 9f2bd3e5-7c35-4d5b-8f3b-0a8a3c7e0f11\r\namz-sdk-request: attempt=1\r\n"
    "Content-Length: 91500\r\n\r\n";

void parse_boto3_head(benchmark::State& state) {
  RequestHead head;
  Http1RequestParser parser;
  for (auto _ : state) {
    benchmark::DoNotOptimize(parser.parse(as_bytes(boto3_head), head));
    benchmark::DoNotOptimize(head);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * boto3_head.size()));
}
BENCHMARK(parse_boto3_head);

void parse_and_look_up_four_headers(benchmark::State& state) {
  RequestHead head;
  Http1RequestParser parser;
  for (auto _ : state) {
    benchmark::DoNotOptimize(parser.parse(as_bytes(boto3_head), head));
    for (const std::string_view name :
         {"x-amz-target", "content-type", "authorization", "x-amz-date"})
      benchmark::DoNotOptimize(head.header(name));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * boto3_head.size()));
}
BENCHMARK(parse_and_look_up_four_headers);

}  // namespace
}  // namespace levada::wire
