#include "connect/far_port.h"

#include <gtest/gtest.h>

#include <thread>

#include "io/real/test_reactors.h"

namespace levada::connect {
namespace {

// Remembers on which thread what happened.
struct Witness {
  std::vector<std::thread::id> asked, shut, gone;
};

class WitnessPort final : public KinesisPort {
 public:
  WitnessPort(io::Reactor& reactor, Witness& witness) : reactor_(reactor), witness_(witness) {}
  ~WitnessPort() override { witness_.gone.push_back(std::this_thread::get_id()); }

  Task<std::vector<ShardInfo>> list_shards() override {
    co_await io::sleep_for(reactor_, std::chrono::milliseconds(1));
    co_return fail(ErrorKind::not_found, "no stream");
  }
  Task<PutOutcomes> put_records(std::span<const PutEntry> entries) override {
    witness_.asked.push_back(std::this_thread::get_id());
    co_await io::sleep_for(reactor_, std::chrono::milliseconds(1));
    PutOutcomes outcomes;
    const auto shard =
        std::make_shared<const std::string>("shard of " + std::to_string(entries.size()));
    outcomes.each.assign(entries.size(), {true, *shard, "1", {}, {}});
    outcomes.texts = shard;
    co_return outcomes;
  }
  Task<std::string> shard_iterator(std::string shard, IteratorStart start) override {
    co_return shard + '@' + start.sequence_number;
  }
  Task<ReadPage> get_records(std::string iterator, std::uint32_t limit) override {
    ReadPage page;
    page.next_iterator = iterator + '+' + std::to_string(limit);
    co_return page;
  }
  void shutdown() noexcept override { witness_.shut.push_back(std::this_thread::get_id()); }

 private:
  io::Reactor& reactor_;
  Witness& witness_;
};

Task<std::thread::id> whoami() { co_return std::this_thread::get_id(); }

class FarPortTest : public testing::TestWithParam<io::IoBackend> {};

INSTANTIATE_TEST_SUITE_P(Backends, FarPortTest, testing::ValuesIn(io::backends), io::backend_name);

TEST_P(FarPortTest, CallsAreMadeOnTheOtherReactorsInTurnAndComeHome) {
  Witness witnesses[2];
  {
    const auto reactors = io::start_reactors(GetParam(), 3);
    const auto at = [&](std::uint32_t n) -> io::Reactor& {
      return reactors->at(io::ReactorIndex(n));
    };
    const io::ReactorIndex home(0);
    std::thread::id threads[3];
    for (std::uint32_t n = 0; n < 3; ++n)
      threads[n] = *reactors->run(io::ReactorIndex(n), [] { return whoami(); });
    std::vector<FarPort::Place> places;
    for (std::uint32_t n : {1u, 2u})
      places.push_back({at(n), std::make_shared<WitnessPort>(at(n), witnesses[n - 1])});
    auto port = std::make_unique<FarPort>(at(0), std::move(places));

    const std::vector<PutEntry> entries(3);
    for (int call = 0; call < 4; ++call) {
      const auto outcomes = reactors->run(home, [&] { return port->put_records(entries); });
      ASSERT_TRUE(outcomes) << outcomes.error().message;
      ASSERT_EQ(outcomes->each.size(), 3u);
      EXPECT_EQ(outcomes->each[2].shard, "shard of 3");
    }
    EXPECT_EQ(reactors->run(home, [&] { return port->list_shards(); }).error().kind,
              ErrorKind::not_found);
    EXPECT_EQ(reactors->run(home, [&] { return port->get_records("i", 7); })->next_iterator, "i+7");
    IteratorStart start;
    start.sequence_number = "4";
    EXPECT_EQ(*reactors->run(home, [&] { return port->shard_iterator("s", start); }), "s@4");

    const auto leave = [](std::unique_ptr<FarPort> leaving) -> Task<Unit> {
      leaving->shutdown();
      co_return Unit{};
    };
    ASSERT_TRUE(reactors->run(home, [&] { return leave(std::move(port)); }));
    for (std::uint32_t n : {1u, 2u}) {
      // Behind what was said to the port.
      ASSERT_TRUE(reactors->run(io::ReactorIndex(n), [] { return whoami(); }));
      const std::vector<std::thread::id> once = {threads[n]}, twice = {threads[n], threads[n]};
      EXPECT_EQ(witnesses[n - 1].asked, twice);
      EXPECT_EQ(witnesses[n - 1].shut, once);
      EXPECT_EQ(witnesses[n - 1].gone, once);
    }
  }
}

}  // namespace
}  // namespace levada::connect
