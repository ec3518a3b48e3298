// Streams on a machine that loses power while they are resharded, encrypted, deleted: after every
// crash each acknowledged record is read again once, in order within its shard, the shards tile the
// key space, and no stream is stuck. Usage: crash_sim FIRST_SEED COUNT

#include <cstdio>
#include <cstdlib>
#include <set>

#include "io/event_log.h"
#include "io/sim/seeds.h"
#include "io/sim/sim_world.h"
#include "keys/key_text.h"
#include "kinesis/service.h"
#include "kinesis/shard_id.h"
#include "log/local/local_log.h"

namespace levada::kinesis {
namespace {

constexpr Caller caller{"000000000000", "us-east-1"};
constexpr int crashes = 4, writers = 3, names = 3;

// What the world outside knows. Survives the machine.
struct Witnessed {
  std::set<std::string> acknowledged;  // "stream incarnation/text"
  std::uint64_t next = 0;
};

struct Machine {
  io::SilentEventLog events;
  std::unique_ptr<log::local::LocalLog> log;
  std::unique_ptr<Service> service;
};

Task<Unit> boot(io::SimWorld& world, Machine& machine) {
  io::Disk& disk = world.disk();
  std::string directory = "/data";
  co_await log::local::open_data_folder(disk, directory, 1);
  log::local::LocalLogPlace place{directory, log::local::JournalIndex(0)};
  log::local::LocalLogOptions small;
  small.segment_size = small.first_segment_size = 1_MiB;
  machine.log =
      co_await log::local::LocalLog::open(world.reactor(), disk, machine.events, place, small);
  std::vector<log::Journal> journals;
  journals.push_back({world.reactor(), *machine.log, *machine.log});
  std::vector<ReactorDoors> doors;
  doors.push_back({world.reactor(), world.random()});
  ServiceOptions options;
  options.directory = directory;
  options.limits = ShardLimits::off();
  options.control.transition_delay = Millis(20);
  options.key_interval = std::chrono::milliseconds(10);
  machine.service = std::make_unique<Service>(std::move(doors), log::Journals(journals), disk,
                                              std::move(options));
  co_return co_await outcome(machine.service->open());
}

std::string name_of(std::uint64_t n) { return "stream" + std::to_string(n % names); }

Task<Unit> put_one(Service& service, Witnessed& seen, std::string name, std::string text) {
  PutRecord command;
  command.stream.name = name;
  command.record = {as_bytes(text), text, {}, false};
  const PutRecordAnswer answer =
      co_await service.data(io::ReactorIndex(0)).put_record(caller, command);
  seen.acknowledged.insert(std::to_string(answer.stream->id.value()) + "/" + text);
  co_return Unit{};
}

Task<Unit> write_for_ever(io::SimWorld& world, Service& service, Witnessed& seen) {
  for (;;) {
    std::string name = name_of(world.dice().next());
    std::string text = std::to_string(seen.next++);
    (void)co_await outcome(put_one(service, seen, name, text));
    const Nanos pause = std::chrono::microseconds(50 + world.dice().below(500));
    co_await io::sleep_for(world.reactor(), pause);
  }
}

// What `levada keys rotate` does to the file, while the server runs.
Task<Unit> rotate_keys(io::SimWorld& world) {
  std::string path = "/data/keys";
  const Buffer file = co_await io::read_file(world.disk(), path, keys::key_file_max);
  keys::KeyStore store = co_await keys::read_key_store(as_text(file));
  for (const keys::MasterKey& key : store.keys())
    keys::rotate(*store.by_id(key.id), world.clock().now(), world.random());
  const std::string text = keys::write_key_store(store);
  co_return co_await outcome(io::replace_file(world.disk(), path, as_bytes(text)));
}

Task<Unit> reshape_for_ever(io::SimWorld& world, Service& service) {
  ControlPlane& control = service.control(io::ReactorIndex(0));
  for (;;) {
    const std::string name = name_of(world.dice().next());
    const std::string arn = "arn:aws:kinesis:us-east-1:000000000000:stream/" + name;
    const std::string consumer = "consumer" + std::to_string(world.dice().below(3));
    const std::string shard =
        shard_id(catalog::ShardIndex(static_cast<std::uint32_t>(world.dice().below(12))));
    const std::string neighbour =
        shard_id(catalog::ShardIndex(static_cast<std::uint32_t>(world.dice().below(12))));
    const std::string key = std::to_string(world.dice().next()) + "0000000000000000000";
    switch (world.dice().below(14)) {
      case 0: {
        DeleteStream command{.stream = {name, {}}, .enforce_consumer_deletion = true};
        (void)co_await outcome(control.delete_stream(caller, command));
        break;
      }
      case 1:
      case 2: {
        CreateStream command{.name = name, .shard_count = 2};
        (void)co_await outcome(control.create_stream(caller, command));
        break;
      }
      case 3:
      case 4: {
        ChangeEncryption command{.stream = {name, {}}, .key_id = keys::managed_alias};
        command.start = world.dice().below(2) == 0;
        (void)co_await outcome(control.change_encryption(caller, command));
        break;
      }
      case 5:
        (void)co_await outcome(rotate_keys(world));
        break;
      case 6: {
        SplitShard command{.stream = {name, {}}, .shard_id = shard, .new_starting_hash_key = key};
        (void)co_await outcome(control.split_shard(caller, command));
        break;
      }
      case 7: {
        MergeShards command{
            .stream = {name, {}}, .shard_id = shard, .adjacent_shard_id = neighbour};
        (void)co_await outcome(control.merge_shards(caller, command));
        break;
      }
      case 8:
      case 9: {
        RegisterConsumer command{.stream_arn = arn, .name = consumer};
        (void)co_await outcome(control.register_consumer(caller, command));
        break;
      }
      case 10: {
        ConsumerRef command{.consumer_arn = {}, .stream_arn = arn, .name = consumer};
        (void)co_await outcome(control.deregister_consumer(caller, command));
        break;
      }
      default: {
        UpdateShardCount command{.stream = {name, {}}, .target = 0};
        command.target = static_cast<std::uint32_t>(1 + world.dice().below(5));
        (void)co_await outcome(control.update_shard_count(caller, command));
        break;
      }
    }
    const Nanos pause = std::chrono::milliseconds(1 + world.dice().below(15));
    co_await io::sleep_for(world.reactor(), pause);
  }
}

// Every record of a stream with its shard's order checked.
Task<std::vector<std::string>> read_stream(Service& service, catalog::StreamSnapshot stream) {
  DataPlane& data = service.data(io::ReactorIndex(0));
  std::vector<std::string> texts;
  for (const catalog::Shard& shard : stream->shards) {
    const std::string id = shard_id(shard.index);
    GetShardIterator command;
    command.stream.name = stream->key.name;
    command.shard_id = id;
    GetShardIteratorAnswer at = co_await data.get_shard_iterator(caller, command);
    std::optional<Token> next = std::move(at.iterator);
    Uint192 last;
    while (next) {
      GetRecords get;
      get.iterator = *next;
      GetRecordsAnswer answer = co_await data.get_records(caller, get);
      for (const ReadRecord& record : answer.records) {
        CHECK(last < record.sequence, "sequence numbers grow");
        last = record.sequence;
        texts.emplace_back(as_text(record.data));
      }
      if (answer.records.empty()) break;
      next = std::move(answer.next_iterator);
    }
  }
  co_return texts;
}

void check(io::SimWorld& world, Service& service, const Witnessed& seen) {
  world.run_for(std::chrono::seconds(1));  // whatever was due has ended by now
  ListStreamsAnswer streams = service.control(io::ReactorIndex(0)).list_streams(caller, {}).value();
  for (const catalog::StreamSnapshot& stream : streams.streams) {
    CHECK(stream->status == catalog::StreamStatus::active, "no stream is stuck");
    for (const auto& [name, consumer] : stream->consumers)
      CHECK(consumer.status == catalog::ConsumerStatus::active, "no consumer is stuck");
    Result<std::vector<std::string>> read = world.run(read_stream(service, stream));
    CHECK(read.has_value(), "what is there can be read");
    std::set<std::string> once;
    const std::string incarnation = std::to_string(stream->id.value()) + "/";
    for (const std::string& text : *read)
      CHECK(once.insert(incarnation + text).second, "no record twice");
    for (auto at = seen.acknowledged.lower_bound(incarnation);
         at != seen.acknowledged.end() && at->starts_with(incarnation); ++at)
      CHECK(once.contains(*at), "what was acknowledged is there");
  }
}

void run(std::uint64_t seed) {
  io::SimWorld world(seed);
  Witnessed seen;
  for (int round = 0; round <= crashes; ++round) {
    Machine& machine = world.own(std::make_unique<Machine>(Machine{{}, {}, {}}));
    Result<Unit> booted = world.run(boot(world, machine));
    if (!booted) std::fprintf(stderr, "%s\n", booted.error().message.c_str());
    CHECK(booted.has_value(), "the machine starts after every crash");
    check(world, *machine.service, seen);
    for (int n = 0; n < writers; ++n) world.spawn(write_for_ever(world, *machine.service, seen));
    world.spawn(reshape_for_ever(world, *machine.service));
    world.run_for(std::chrono::milliseconds(20 + world.dice().below(200)));
    world.crash();
  }
  if (std::getenv("VERBOSE") != nullptr)
    std::printf("seed %llu: %zu records\n", static_cast<unsigned long long>(seed),
                seen.acknowledged.size());
}

}  // namespace
}  // namespace levada::kinesis

int main(int argc, char** argv) { return levada::io::run_seeds(argc, argv, &levada::kinesis::run); }
