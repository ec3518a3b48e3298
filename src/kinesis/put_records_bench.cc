// What Kinesis itself costs a record: routing, limits, encoding, sequence numbers; over a log in
// memory and without MD5, which the face computes side by side.
#include <benchmark/benchmark.h>

#include "kinesis/test_service.h"

namespace levada::kinesis {
namespace {

void put_500_records(benchmark::State& state) {
  TestService k(TestService::quiet(), 1);
  k.create("s", static_cast<std::uint32_t>(state.range(0)));
  const std::string data(100, 'x');
  std::vector<PutEntry> entries(500, PutEntry{as_bytes(data), "partition", {}, false});
  std::vector<Uint128> hashes;
  for (int n = 0; n < 500; ++n) hashes.push_back(Uint128{k.world.dice().next()} << 64);
  PutRecords command{.stream = {"s", {}}, .records = entries, .hashes = hashes};
  for (auto _ : state) {
    const auto answer = k.world.run(k.data().put_records(k.caller, command));
    benchmark::DoNotOptimize(answer->outcomes.data());
  }
  state.SetItemsProcessed(state.iterations() * 500);
}
BENCHMARK(put_500_records)->Arg(1)->Arg(4)->Arg(1000)->Iterations(2000);

}  // namespace
}  // namespace levada::kinesis
