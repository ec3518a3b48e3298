// Tables on a machine that loses power while memtables become segments, segments become one, and
// points expire: after every crash each acknowledged point is there once, with the version that was
// acknowledged or a later one that was sent. Usage: timestream_crash_sim FIRST_SEED COUNT

#include <cstdio>
#include <cstdlib>

#include "io/sim/seeds.h"
#include "timestream/test_machine.h"

namespace levada::timestream {
namespace {

constexpr int crashes = 3, writers = 3, hosts = 3;
constexpr std::int64_t hour = 3'600'000, day = 24 * hour;  // milliseconds
constexpr std::int64_t kept_days = 10;

// What the world outside knows. Survives the machine.
struct Witnessed {
  SeenPoints acknowledged;
  std::map<std::pair<std::string, std::int64_t>, std::map<std::int64_t, Seen>> sent;  // by version
  std::int64_t next = 1;
};

Task<Unit> write_some(io::SimWorld& world, Service& service, Witnessed& seen) {
  const std::int64_t now = world.clock().now().count();
  std::vector<TestPoint> points;
  for (std::uint64_t n = 1 + world.dice().below(8); n > 0; --n) {
    TestPoint point;
    point.host = std::string(1, static_cast<char>('a' + world.dice().below(hosts)));
    // Few times, so that versions meet; some of them late by days.
    const auto back = static_cast<std::int64_t>(world.dice().below(4)) * 2 * day;
    point.time = now / hour * hour - back - static_cast<std::int64_t>(world.dice().below(40));
    point.is.version = seen.next++;
    point.is.value = static_cast<double>(point.is.version) / 4;
    if (world.dice().below(3) == 0) point.is.text = "note " + std::to_string(point.is.version % 5);
    seen.sent[{point.host, point.time}][point.is.version] = point.is;
    points.push_back(point);
  }
  const WriteAnswer answer = co_await write_points(service, points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool rejected =
        std::ranges::any_of(answer.rejected, [&](const Rejection& r) { return r.record == i; });
    if (rejected) continue;
    Seen& there = seen.acknowledged[{points[i].host, points[i].time}];
    if (there.version < points[i].is.version) there = points[i].is;
  }
  co_return Unit{};
}

Task<Unit> write_for_ever(io::SimWorld& world, Service& service, Witnessed& seen) {
  for (;;) {
    (void)co_await outcome(write_some(world, service, seen));
    const Nanos pause = std::chrono::microseconds(50 + world.dice().below(900));
    co_await io::sleep_for(world.reactor(), pause);
  }
}

Task<Unit> flush_for_ever(io::SimWorld& world, Service& service) {
  for (;;) {
    const Nanos pause = std::chrono::milliseconds(1 + world.dice().below(20));
    co_await io::sleep_for(world.reactor(), pause);
    (void)co_await outcome(service.flush());
  }
}

void check(io::SimWorld& world, Service& service, TableId table, const Witnessed& seen) {
  const std::int64_t shown_from = world.clock().now().count() - (kept_days + 2) * day;
  const SeenPoints acknowledged = seen.acknowledged;  // others go on writing while this reads
  const Result<SeenPoints> read = world.run(read_table(service, table, shown_from * 1'000'000));
  if (!read) std::fprintf(stderr, "%s\n", read.error().message.c_str());
  CHECK(read.has_value(), "what is there can be read");
  for (const auto& [key, point] : acknowledged) {
    if (key.second < world.clock().now().count() - (kept_days - 1) * day) continue;  // may be gone
    const auto found = read->find(key);
    CHECK(found != read->end(), "what was acknowledged is there");
    CHECK(found->second.version >= point.version, "no version goes back");
    CHECK(found->second == seen.sent.at(key).at(found->second.version), "as it was sent");
  }
  for (const auto& [key, point] : *read)
    CHECK(seen.sent.contains(key), "nothing is there that was not sent");
}

void run(std::uint64_t seed) {
  io::SimWorld world(seed);
  Witnessed seen;
  ServiceOptions options;
  options.expiry_interval = std::chrono::milliseconds(60);
  options.memory_max = 64_KiB;
  for (int round = 0; round <= crashes; ++round) {
    TestMachine& machine = world.own(std::make_unique<TestMachine>());
    const Result<Unit> booted = world.run(boot(world, machine, options));
    if (!booted) std::fprintf(stderr, "%s\n", booted.error().message.c_str());
    CHECK(booted.has_value(), "the machine starts after every crash");
    const Result<TableId> table = world.run(make_table(*machine.service, Retention{24, kept_days}));
    CHECK(table.has_value(), "the table is there");
    check(world, *machine.service, *table, seen);
    for (int n = 0; n < writers; ++n) world.spawn(write_for_ever(world, *machine.service, seen));
    world.spawn(flush_for_ever(world, *machine.service));
    world.run_for(std::chrono::milliseconds(20 + world.dice().below(100)));
    check(world, *machine.service, *table, seen);
    world.crash();
  }
  if (std::getenv("VERBOSE") != nullptr)
    std::printf("seed %llu: %zu points\n", static_cast<unsigned long long>(seed),
                seen.acknowledged.size());
}

}  // namespace
}  // namespace levada::timestream

int main(int argc, char** argv) {
  return levada::io::run_seeds(argc, argv, &levada::timestream::run);
}
