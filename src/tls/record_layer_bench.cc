// What a request of 700 bytes and a body of a megabyte cost in TLS 1.3, sealed at one end and
// opened at the other: by OpenSSL's records and by ours.

#include <benchmark/benchmark.h>

#include <algorithm>

#include "tls/test_ends.h"

namespace levada::tls {
namespace {

constexpr std::size_t input_max = 64 << 10;

void seal_and_open(benchmark::State& state, bool ours) {
  TestEnds ends;
  ends.server->ciphertext().to_send.clear();  // the ticket
  if (ours) {
    ends.server->take_over();
    ends.client->take_over();
  }
  const auto size = static_cast<std::size_t>(state.range(0));
  const Buffer plaintext(size, std::byte{7});
  Buffer opened(size);
  for (auto _ : state) {
    for (std::size_t at = 0; at < size;) {
      const std::size_t end = std::min(at + input_max, size);
      ends.client->write(ByteView(plaintext).subspan(at, end - at));
      ends.client->pass_to(*ends.server);
      while (at < end) {
        std::size_t got = 0;
        const MutableByteView room = MutableByteView(opened).subspan(at, end - at);
        CHECK(ends.server->read(room, got) == RecordLayer::Step::done);
        at += got;
      }
    }
  }
  CHECK(opened == plaintext);
  state.SetBytesProcessed(static_cast<std::int64_t>(size) * state.iterations());
}

BENCHMARK_CAPTURE(seal_and_open, openssl, false)->Arg(700)->Arg(1 << 20);
BENCHMARK_CAPTURE(seal_and_open, ours, true)->Arg(700)->Arg(1 << 20);

}  // namespace
}  // namespace levada::tls
