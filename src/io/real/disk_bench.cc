// What a durable append costs through the door: O_DIRECT and RWF_DSYNC into preallocated space, so
// many writes in flight, as the journal does. us is the time of one write from call to resumption;
// it is mostly the disk's own flush, so look at bare pwritev2 with RWF_DSYNC in the same minute.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/check.h"
#include "io/gate.h"
#include "io/real/reactors.h"

namespace levada::io {
namespace {

constexpr Bytes file_size = 64_MiB;

Task<std::unique_ptr<File>> make_journal(Disk& disk, std::string path) {
  OpenOptions options{.create = true, .direct = true};
  std::unique_ptr<File> file = co_await disk.open(path, options);
  co_await file->preallocate(file_size);
  co_return file;
}

Task<Unit> append(File& file, std::uint64_t& offset, int& left, std::size_t size) {
  AlignedBuffer buffer(Bytes{size});
  while (left > 0) {
    --left;
    std::uint64_t at = offset;
    offset = (offset + size) % count(file_size);
    co_await file.write(at, buffer.bytes(), Durable::now);
  }
  co_return Unit{};
}

Task<Unit> append_all(File& file, int depth, int writes, std::size_t size) {
  Gate gate;
  std::uint64_t offset = 0;
  for (int i = 0; i < depth; ++i)
    gate.spawn(append(file, offset, writes, size),
               [](const Error& error) { CHECK(false, error.message); });
  co_await gate.close();
  co_return Unit{};
}

void durable_write(benchmark::State& state, IoBackend backend) {
  char directory[] = "/var/tmp/levada_disk_bench_XXXXXX";
  CHECK(mkdtemp(directory) != nullptr);
  ReactorsOptions options{.backend = backend};
  std::unique_ptr<Reactors> reactors = std::move(*Reactors::start(options));
  ReactorIndex zero(0);
  std::string path = std::string(directory) + "/journal";
  std::unique_ptr<File> file =
      std::move(*reactors->run(zero, [&] { return make_journal(reactors->disk(zero), path); }));
  auto size = static_cast<std::size_t>(state.range(0)) << 10;
  auto depth = static_cast<int>(state.range(1));
  constexpr int writes = 500;
  for (auto _ : state) {
    Result<Unit> done = reactors->run(zero, [&] { return append_all(*file, depth, writes, size); });
    CHECK(done.has_value());
  }
  state.SetBytesProcessed(state.iterations() * writes * static_cast<std::int64_t>(size));
  state.counters["us"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * writes / depth / 1e6,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  std::filesystem::remove_all(directory);
}

void shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({4, 1})->Args({64, 1})->Args({64, 2})->Args({64, 4})->Args({1024, 1});
  benchmark->ArgNames({"KiB", "in_flight"})->UseRealTime();
}

BENCHMARK_CAPTURE(durable_write, uring, IoBackend::uring)->Apply(shapes);
BENCHMARK_CAPTURE(durable_write, epoll, IoBackend::epoll)->Apply(shapes);

// There and back between two reactors.
Task<int> answer() { co_return 1; }
Task<Unit> ask(Reactor& home, Reactor& target, int times) {
  for (int i = 0; i < times; ++i) (void)co_await call(home, target, answer);
  co_return Unit{};
}

void call_across(benchmark::State& state) {
  ReactorsOptions options{.count = 2};
  std::unique_ptr<Reactors> reactors = std::move(*Reactors::start(options));
  ReactorIndex zero(0);
  auto many = [&] { return ask(reactors->at(zero), reactors->at(ReactorIndex(1)), 1000); };
  for (auto _ : state) CHECK(reactors->run(zero, many).has_value());
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(call_across)->UseRealTime();

}  // namespace
}  // namespace levada::io
