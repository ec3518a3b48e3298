#pragma once
// For tests: Kinesis on a simulated machine over logs in memory, and shorthand for its verbs.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "io/sim/sim_world.h"
#include "kinesis/sequence_number.h"
#include "kinesis/service.h"
#include "kinesis/shard_id.h"
#include "log/memory/memory_log.h"

namespace levada::kinesis {

class TestService {
 public:
  static constexpr Caller caller{"000000000000", "us-east-1"};

  explicit TestService(ServiceOptions options = quiet(), std::uint32_t reactors = 2,
                       std::uint64_t seed = 1)
      : world(seed, {.reactors = reactors}) {
    world.clock();
    std::vector<ReactorDoors> doors;
    for (std::uint32_t n = 0; n < reactors; ++n) {
      io::Reactor& reactor = world.reactor(io::ReactorIndex(n));
      logs.push_back(std::make_unique<log::MemoryLog>(reactor));
      journals.push_back({reactor, *logs.back(), *logs.back()});
      doors.push_back({reactor, world.random()});
    }
    auto made = world.run(make_directory());
    EXPECT_TRUE(made) << made.error().message;
    service = std::make_unique<Service>(std::move(doors), log::Journals(journals), world.disk(),
                                        std::move(options));
    auto opened = world.run(service->open());
    EXPECT_TRUE(opened) << opened.error().message;
  }
  ~TestService() {
    EXPECT_TRUE(world.run(service->stop()));
    service.reset();
  }

  // No limits and no delays, unless a test is about them.
  static ServiceOptions quiet() {
    ServiceOptions options;
    options.directory = "/kinesis";
    options.limits = ShardLimits::off();
    return options;
  }

  DataPlane& data(std::uint32_t n = 0) { return service->data(io::ReactorIndex(n)); }
  ControlPlane& control(std::uint32_t n = 0) { return service->control(io::ReactorIndex(n)); }

  void create(std::string name, std::uint32_t shards = 1) {
    CreateStream command{.name = name, .shard_count = shards};
    auto done = world.run(control().create_stream(caller, command));
    ASSERT_TRUE(done) << done.error().message;
  }
  catalog::StreamSnapshot stream(std::string_view name, std::uint32_t n = 0) {
    auto answer = control(n).describe_stream_summary(caller, {{name, {}}});
    EXPECT_TRUE(answer);
    return answer ? answer->stream : nullptr;
  }
  Result<PutRecordAnswer> put(std::string_view name, std::string_view key, std::string_view data,
                              std::uint32_t n = 0) {
    PutRecord command{.stream = {name, {}},
                      .record = {as_bytes(data), key, {}, false},
                      .sequence_number_for_ordering = {}};
    return world.run(this->data(n).put_record(caller, command));
  }
  Result<Token> iterator(GetShardIterator command, std::uint32_t n = 0) {
    auto answer = world.run(data(n).get_shard_iterator(caller, command));
    if (!answer) return tl::unexpected<Error>(answer.error());
    return answer->iterator;
  }
  Result<Token> iterator(std::string_view name, std::string_view shard,
                         StartType type = StartType::trim_horizon) {
    GetShardIterator command;
    command.stream = {name, {}};
    command.shard_id = shard;
    command.type = type;
    return iterator(command);
  }
  Result<GetRecordsAnswer> get(const Token& iterator, std::uint32_t limit = 10'000,
                               std::uint32_t n = 0) {
    GetRecords command;
    command.iterator = iterator;
    command.limit = limit;
    return world.run(data(n).get_records(caller, command));
  }
  std::vector<std::string> read_all(std::string_view name, std::string_view shard) {
    auto at = iterator(name, shard);
    EXPECT_TRUE(at) << at.error().message;
    std::vector<std::string> texts;
    for (std::optional<Token> next = *at; next;) {
      auto answer = get(*next);
      EXPECT_TRUE(answer) << answer.error().message;
      for (const ReadRecord& record : answer->records) texts.emplace_back(as_text(record.data));
      if (answer->records.empty()) break;
      next = answer->next_iterator;
    }
    return texts;
  }

  io::SimWorld world;
  std::vector<std::unique_ptr<log::MemoryLog>> logs;
  std::vector<log::Journal> journals;
  std::unique_ptr<Service> service;

 private:
  Task<Unit> make_directory() {
    co_return co_await outcome(world.disk().make_directory("/kinesis"));
  }
};

template <class T>
std::string message_of(const Result<T>& result) {
  return result ? "no error" : result.error().message;
}
template <class T>
Refusal refusal_in(const Result<T>& result) {
  return result ? Refusal::none : refusal_of(result.error());
}

}  // namespace levada::kinesis
