// One request as boto3 sends it, 136 bytes of body: presence and truth, with and without a kept
// key; and signing it.
#include "wire/sigv4.h"

#include <benchmark/benchmark.h>

#include "wire/sigv4_signer.h"

namespace levada::wire {
namespace {

const SigV4Identity identity{.access_key = "AKIDEXAMPLE",
                             .secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                             .session_token = "",
                             .region = "us-east-1",
                             .service = "kinesis"};

struct Exchange {
  std::string body = std::string(136, 'b');
  std::vector<HeaderField> headers = {
      {"Host", "127.0.0.1:4567"},
      {"Accept-Encoding", "identity"},
      {"X-Amz-Target", "Kinesis_20131202.PutRecord"},
      {"Content-Type", "application/x-amz-json-1.1"},
      {"User-Agent", "Boto3/1.26.27 Python/3.11.2 Linux/6.1.0 Botocore/1.29.27"},
      {"Content-Length", "136"}};
  SigV4Signer signer{identity};
  SigV4Stamp stamp;

  SigV4Request request() const {
    return {.method = "POST",
            .path = "/",
            .headers = headers,
            .body = as_bytes(body),
            .now = UnixMillis(1440938160'000)};
  }
  Exchange() {
    stamp = signer.sign(request());
    headers.push_back({"X-Amz-Date", view(stamp.date)});
    headers.push_back({"Authorization", stamp.authorization});
  }
};

void verify(benchmark::State& state) {
  const Exchange exchange;
  const SigV4Request request = exchange.request();
  const SigV4Credentials credentials{.secret_key = identity.secret_key};
  SigningKeyCache kept;
  for (auto _ : state) {
    SigningKeyCache fresh(state.range(0) == 0 ? 1 : 0);
    const auto claimed = parse_authentication(request);
    const auto verified = verify_signature(request, *claimed, &credentials, "kinesis",
                                           state.range(0) == 0 ? fresh : kept);
    if (!verified) state.SkipWithError(verified.error().message.c_str());
  }
}
BENCHMARK(verify)->ArgName("key_kept")->Arg(1)->Arg(0);

void presence_only(benchmark::State& state) {
  const Exchange exchange;
  const SigV4Request request = exchange.request();
  for (auto _ : state) benchmark::DoNotOptimize(parse_authentication(request));
}
BENCHMARK(presence_only);

void sign(benchmark::State& state) {
  Exchange exchange;
  exchange.headers.resize(exchange.headers.size() - 2);
  const SigV4Request request = exchange.request();
  for (auto _ : state) benchmark::DoNotOptimize(exchange.signer.sign(request));
}
BENCHMARK(sign);

}  // namespace
}  // namespace levada::wire
