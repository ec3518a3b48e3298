// What the log makes of the disk: appends of 64 and 256 KiB with some outstanding, one small append
// at a time, catch-up reads, and 4 against 1,000 partitions written at once; beside each the raw
// disk in the same run. LEVADA_BENCH_DIR chooses the folder.
//   local_log_bench --benchmark_counters_tabular=true

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "io/real/reactors.h"
#include "log/local/local_log.h"

namespace levada::log::local {
namespace {

const io::ReactorIndex home{0};

std::string bench_directory() {
  const char* chosen = std::getenv("LEVADA_BENCH_DIR");
  return std::string(chosen ? chosen : ".") + "/levada-log-bench-" + std::to_string(getpid());
}

// A reactor and a log on it, in a folder of its own.
class Place {
 public:
  Place() : directory_(bench_directory()) {
    std::filesystem::remove_all(directory_);
    io::ReactorsOptions options;
    reactors_ = std::move(io::Reactors::start(options)).value();
    auto open = [this] {
      LocalLogPlace place{directory_, JournalIndex(0)};
      return LocalLog::open(reactors_->at(home), reactors_->disk(home), events_, place);
    };
    log_ = std::move(reactors_->run(home, open)).value();
  }
  ~Place() {
    CHECK(reactors_->run(home, [this] { return log_->close(); }).has_value());
    auto drop = [this]() -> Task<Unit> {
      log_.reset();
      co_return Unit{};
    };
    CHECK(reactors_->run(home, drop).has_value());
    reactors_.reset();
    std::filesystem::remove_all(directory_);
  }
  template <class Make>
  void run(Make make) {
    auto result = reactors_->run(home, make);
    CHECK(result.has_value(), "the benchmark failed");
  }
  LocalLog& log() { return *log_; }
  io::Reactor& reactor() { return reactors_->at(home); }
  io::Disk& disk() { return reactors_->disk(home); }
  const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
  io::SilentEventLog events_;
  std::unique_ptr<io::Reactors> reactors_;
  std::unique_ptr<LocalLog> log_;
};

Task<Unit> append_one(LocalLog& log, PartitionId partition, std::uint32_t size) {
  auto encode = [](MutableByteView into) { std::memset(into.data(), 7, into.size()); };
  Entry entry{partition, 1, size, PayloadEncoder(encode)};
  std::span<const Entry> entries(&entry, 1);
  co_await log.append(entries);
  co_return Unit{};
}

Task<Unit> append_many(LocalLog& log, std::uint32_t size, std::uint64_t first, std::uint64_t amount,
                       std::uint64_t partitions) {
  for (std::uint64_t i = 0; i < amount; ++i)
    co_await append_one(log, PartitionId((first + i) % partitions), size);
  co_return Unit{};
}

Task<Unit> append_all(Place& place, std::uint32_t size, std::uint64_t amount,
                      std::uint64_t outstanding, std::uint64_t partitions) {
  io::Gate gate;
  std::uint64_t each = amount / outstanding;
  for (std::uint64_t i = 0; i < outstanding; ++i)
    gate.spawn(append_many(place.log(), size, i * each, each, partitions));
  co_return co_await outcome(gate.close());
}

// The disk alone: as many writes in flight, into space written before.
Task<Unit> write_many(io::File& file, ByteView bytes, std::uint64_t first, std::uint64_t step,
                      std::uint64_t amount) {
  for (std::uint64_t i = first; i < amount; i += step)
    co_await file.write(i * bytes.size() % (64 << 20), bytes, io::Durable::now);
  co_return Unit{};
}

Task<double> raw_megabytes(Place& place, std::uint64_t size, std::uint64_t in_flight) {
  std::string path = place.directory() + "/raw";
  io::OpenOptions options{.create = true, .direct = true};
  std::unique_ptr<io::File> file = co_await place.disk().open(path, options);
  co_await file->preallocate(64_MiB);
  io::AlignedBuffer bytes(Bytes{size});
  std::uint64_t amount = (std::uint64_t{32} << 20) / size;
  MonotonicNanos begin = place.reactor().clock().monotonic();
  io::Gate gate;
  for (std::uint64_t i = 0; i < in_flight; ++i)
    gate.spawn(write_many(*file, bytes.bytes(), i, in_flight, amount));
  co_await gate.close();
  Nanos time = place.reactor().clock().monotonic() - begin;
  co_return 32.0 * (1 << 20) / 1e6 / (static_cast<double>(time.count()) / 1e9);
}

void append(benchmark::State& state) {
  auto size = static_cast<std::uint32_t>(state.range(0) << 10);
  auto outstanding = static_cast<std::uint64_t>(state.range(1));
  auto partitions = static_cast<std::uint64_t>(state.range(2));
  Place place;
  std::uint64_t amount = std::max<std::uint64_t>((std::uint64_t{64} << 20) / size, outstanding);
  double raw = 0;
  auto measure_raw = [&]() -> Task<Unit> {
    raw = co_await raw_megabytes(place, std::max<std::uint64_t>(size, 4096),
                                 std::min<std::uint64_t>(outstanding, 3));
    co_return Unit{};
  };
  place.run(measure_raw);
  Nanos time{};
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    MonotonicNanos begin = place.reactor().clock().monotonic();
    place.run([&] { return append_all(place, size, amount, outstanding, partitions); });
    time += place.reactor().clock().monotonic() - begin;
    bytes += amount / outstanding * outstanding * size;
  }
  double rate = static_cast<double>(bytes) / 1e6 / (static_cast<double>(time.count()) / 1e9);
  state.counters["MB/s"] = rate;
  state.counters["raw MB/s"] = raw;
  state.counters["ratio"] = rate / raw;
}
BENCHMARK(append)
    ->ArgNames({"KiB", "outstanding", "partitions"})
    ->Args({64, 1, 1})
    ->Args({64, 4, 4})
    ->Args({64, 64, 4})
    ->Args({256, 1, 1})
    ->Args({256, 8, 4})
    ->Args({1, 1000, 4})
    ->Args({1, 1000, 1000})
    ->Iterations(1)
    ->UseRealTime();

void small_append_latency(benchmark::State& state) {
  Place place;
  std::vector<std::int64_t> latencies;
  auto measure = [&]() -> Task<Unit> {
    for (int i = 0; i < 300; ++i) {
      MonotonicNanos begin = place.reactor().clock().monotonic();
      co_await append_one(place.log(), PartitionId(1), 100);
      latencies.push_back((place.reactor().clock().monotonic() - begin).count());
    }
    co_return Unit{};
  };
  for (auto _ : state) place.run(measure);
  std::sort(latencies.begin(), latencies.end());
  state.counters["p50 µs"] = static_cast<double>(latencies[latencies.size() / 2]) / 1e3;
  state.counters["p99 µs"] = static_cast<double>(latencies[latencies.size() * 99 / 100]) / 1e3;
}
BENCHMARK(small_append_latency)->Iterations(1)->UseRealTime();

void catch_up(benchmark::State& state) {
  Place place;
  auto partitions = static_cast<std::uint64_t>(state.range(0));
  place.run([&] { return append_all(place, 16 << 10, 16 << 10, 512, partitions); });  // 256 MiB
  place.run([&] { return place.log().settle(); });
  std::uint64_t bytes = 0;
  Nanos time{};
  auto read_all = [&]() -> Task<Unit> {
    MonotonicNanos begin = place.reactor().clock().monotonic();
    for (std::uint64_t p = 0; p < std::min<std::uint64_t>(partitions, 100); ++p) {
      Position from;
      for (;;) {
        Batches batches = co_await place.log().read(PartitionId(p), from, 4_MiB);
        if (batches.batches.empty()) break;
        for (const Batch& batch : batches.batches) bytes += batch.payload.size();
        from = batches.next;
      }
    }
    time += place.reactor().clock().monotonic() - begin;
    co_return Unit{};
  };
  for (auto _ : state) place.run(read_all);
  state.counters["MB/s"] =
      static_cast<double>(bytes) / 1e6 / (static_cast<double>(time.count()) / 1e9);
  state.counters["stored segments"] = static_cast<double>(place.log().stored_segments());
}
BENCHMARK(catch_up)
    ->ArgName("partitions")
    ->Arg(1)
    ->Arg(64)
    ->Arg(1000)
    ->Iterations(1)
    ->UseRealTime();

}  // namespace
}  // namespace levada::log::local
