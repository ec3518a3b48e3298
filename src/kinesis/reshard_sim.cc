// Writers of a stream whose shards split and merge without a pause, on two reactors with a journal
// each and a disk that stands still now and then: no put is refused, and none waits for longer than
// what the disk has to do for the shards' change. Usage: reshard_sim FIRST_SEED COUNT

#include <cstdio>
#include <cstdlib>

#include "io/event_log.h"
#include "io/sim/seeds.h"
#include "io/sim/sim_world.h"
#include "kinesis/service.h"
#include "log/local/local_log.h"

namespace levada::kinesis {
namespace {

constexpr Caller caller{"000000000000", "us-east-1"};
constexpr std::uint32_t reactors = 2, writers = 4;
constexpr Nanos stall_max = std::chrono::milliseconds(50);
// A flush under way, one for the decision and one for the seals, each with a stall or two.
constexpr Nanos patience = 5 * stall_max;

struct Machine {
  io::SilentEventLog events;
  std::vector<std::unique_ptr<log::local::LocalLog>> logs;
  std::unique_ptr<Service> service;
};

struct Seen {
  std::uint64_t puts = 0, reshardings = 0;
  Nanos longest{0};
};

Task<Unit> boot(io::SimWorld& world, Machine& machine) {
  io::Disk& disk = world.disk();
  const std::string directory = "/data";
  co_await log::local::open_data_folder(disk, directory, reactors);
  std::vector<log::Journal> journals;
  std::vector<ReactorDoors> doors;
  for (std::uint32_t n = 0; n < reactors; ++n) {
    io::Reactor& reactor = world.reactor(io::ReactorIndex(n));
    const log::local::LocalLogPlace place{directory, log::local::JournalIndex(n)};
    log::local::LocalLogOptions small;
    small.segment_size = small.first_segment_size = 1_MiB;
    machine.logs.push_back(
        co_await log::local::LocalLog::open(reactor, disk, machine.events, place, small));
    journals.push_back({reactor, *machine.logs.back(), *machine.logs.back()});
    doors.push_back({reactor, world.random()});
  }
  ServiceOptions options;
  options.directory = directory;
  options.limits = ShardLimits::off();
  options.control.rolling_limits = false;
  machine.service = std::make_unique<Service>(std::move(doors), log::Journals(journals), disk,
                                              std::move(options));
  co_await machine.service->open();
  const CreateStream command{.name = "stream", .shard_count = 2};
  co_return co_await outcome(
      machine.service->control(io::ReactorIndex(0)).create_stream(caller, command));
}

Task<Unit> write(io::SimWorld& world, Service& service, io::ReactorIndex home, Seen& seen) {
  for (;;) {
    const std::string key = std::to_string(world.dice().next());
    const Buffer data(1 + world.dice().below(20'000));
    PutRecord command;
    command.stream.name = "stream";
    command.record = {data, key, {}, false};
    const MonotonicNanos begun = world.clock().monotonic();
    const Result<PutRecordAnswer> put =
        co_await outcome(service.data(home).put_record(caller, command));
    const Nanos took = world.clock().monotonic() - begun;
    if (!put) std::fprintf(stderr, "put: %s\n", put.error().message.c_str());
    CHECK(put.has_value(), "a put waits for its new shard");
    if (took > seen.longest) seen.longest = took;
    ++seen.puts;
    const Nanos pause = std::chrono::microseconds(world.dice().below(2000));
    co_await io::sleep_for(world.reactor(home), pause);
  }
}

Task<Unit> reshard(io::SimWorld& world, Service& service, Seen& seen) {
  ControlPlane& control = service.control(io::ReactorIndex(0));
  for (;;) {
    UpdateShardCount command{.stream = {"stream", {}}, .target = 0};
    command.target = static_cast<std::uint32_t>(1 + world.dice().below(6));
    const Result<UpdateShardCountAnswer> done =
        co_await outcome(control.update_shard_count(caller, command));
    if (done) ++seen.reshardings;
    const Nanos pause = std::chrono::milliseconds(1 + world.dice().below(40));
    co_await io::sleep_for(world.reactor(), pause);
  }
}

void run(std::uint64_t seed) {
  io::SimOptions options{.reactors = reactors};
  options.disk.stall_chance = 0.01;
  options.disk.stall_max = stall_max;
  io::SimWorld world(seed, options);
  Machine& machine = world.own(std::make_unique<Machine>());
  CHECK(world.run(boot(world, machine)).has_value(), "the machine starts");
  Seen seen;
  for (std::uint32_t n = 0; n < reactors; ++n)
    for (std::uint32_t writer = 0; writer < writers; ++writer)
      world.spawn(write(world, *machine.service, io::ReactorIndex(n), seen));
  world.spawn(reshard(world, *machine.service, seen));
  world.run_for(std::chrono::milliseconds(200));
  if (std::getenv("VERBOSE") != nullptr)
    std::printf("seed %llu: %llu puts, %llu reshardings, longest %.1f ms\n",
                static_cast<unsigned long long>(seed), static_cast<unsigned long long>(seen.puts),
                static_cast<unsigned long long>(seen.reshardings),
                static_cast<double>(seen.longest.count()) / 1e6);
  CHECK(seen.puts > 0 && seen.reshardings > 0);
  CHECK(seen.longest < patience, "nobody forgot to wake a put");
  world.crash();
}

}  // namespace
}  // namespace levada::kinesis

int main(int argc, char** argv) { return levada::io::run_seeds(argc, argv, &levada::kinesis::run); }
