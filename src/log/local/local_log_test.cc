#include "log/local/local_log.h"

#include <gtest/gtest.h>

#include <cstring>

#include "io/sim/sim_world.h"

namespace levada::log::local {
namespace {

LocalLogOptions small_options() {
  LocalLogOptions options;
  options.segment_size = 256_KiB;
  options.first_segment_size = 256_KiB;
  options.tail_cache_max = 64_KiB;
  options.reclaim_interval = Millis(5);
  return options;
}

class LocalLogTest : public testing::Test {
 protected:
  LocalLog& open() {
    auto log = world.run(LocalLog::open(world.reactor(), world.disk(), events(), place, options));
    EXPECT_TRUE(log) << log.error().message;
    CHECK(log.has_value());
    return world.own(std::move(*log));
  }
  ErrorKind refused() {
    auto log = world.run(LocalLog::open(world.reactor(), world.disk(), events(), place, options));
    EXPECT_FALSE(log.has_value());
    message = log ? "" : log.error().message;
    return log ? ErrorKind::invalid : log.error().kind;
  }
  io::EventLog& events() { return world.own(std::make_unique<io::KeptEventLog>()); }
  void close(LocalLog& log) {
    ASSERT_TRUE(world.run(log.close()));
    world.shut_down();
  }

  static Task<Appended> append_text(LocalLog& log, PartitionId partition, std::string text,
                                    std::uint32_t count) {
    auto encode = [&text](MutableByteView into) {
      std::memcpy(into.data(), text.data(), into.size());
    };
    Entry entry{partition, count, static_cast<std::uint32_t>(text.size()), PayloadEncoder(encode)};
    std::span<const Entry> entries(&entry, 1);
    std::vector<Appended> appended = co_await log.append(entries);
    co_return appended[0];
  }
  Result<Appended> append(LocalLog& log, PartitionId partition, std::string text,
                          std::uint32_t count = 1) {
    return world.run(append_text(log, partition, std::move(text), count));
  }
  std::vector<std::string> read_all(LocalLog& log, PartitionId partition, Position from = {}) {
    std::vector<std::string> texts;
    for (;;) {
      auto read = world.run(log.read(partition, from, 64_KiB));
      EXPECT_TRUE(read) << read.error().message;
      if (!read || read->batches.empty()) return texts;
      for (const Batch& batch : read->batches) texts.emplace_back(as_text(batch.payload));
      from = read->next;
    }
  }

  LocalLogOptions options = small_options();
  LocalLogPlace place{"/data", JournalIndex(0)};
  io::SimWorld world{1};
  std::string message;
  const PartitionId one{1};
  const PartitionId two{2};
};

TEST_F(LocalLogTest, reads_what_was_appended_in_order) {
  LocalLog& log = open();
  auto first = append(log, one, "a", 3);
  auto second = append(log, one, "b");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->first, first->first.plus(3));
  EXPECT_EQ(read_all(log, one), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read_all(log, one, second->first), (std::vector<std::string>{"b"}));
  EXPECT_EQ(log.bounds(one).end, second->first.plus(1));
  EXPECT_TRUE(read_all(log, two).empty());
  close(log);
}

TEST_F(LocalLogTest, an_encoder_is_told_where_its_records_stand) {
  LocalLog& log = open();
  std::vector<Appended> told;
  const auto encode = [&told](MutableByteView into, const Appended& at) {
    std::memset(into.data(), 'x', into.size());
    told.push_back(at);
  };
  const Entry entries[] = {{one, 3, 10, encode}, {two, 1, 20, encode}, {one, 2, 30, encode}};
  const auto appended = world.run(log.append(entries));
  ASSERT_TRUE(appended);
  ASSERT_EQ(told.size(), 3u);
  for (std::size_t n = 0; n < told.size(); ++n) {
    EXPECT_EQ(told[n].first, (*appended)[n].first);
    EXPECT_EQ(told[n].arrival, (*appended)[n].arrival);
  }
  EXPECT_EQ(told[2].first, told[0].first.plus(3));
  close(log);
}

TEST_F(LocalLogTest, keeps_everything_over_an_orderly_restart) {
  LocalLog* log = &open();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(append(*log, one, std::to_string(i)));
  Bounds before = log->bounds(one);
  close(*log);
  log = &open();
  EXPECT_EQ(log->bounds(one).end, before.end);
  EXPECT_GE(log->stored_segments(), 1u);
  EXPECT_EQ(read_all(*log, one).size(), 100u);
  auto after = append(*log, one, "after");
  EXPECT_GT(after->first, before.end);
  EXPECT_EQ(read_all(*log, one, before.end), (std::vector<std::string>{"after"}));
  close(*log);
}

TEST_F(LocalLogTest, keeps_everything_over_a_crash) {
  LocalLog* log = &open();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(append(*log, one, std::to_string(i)));
  world.crash();
  log = &open();
  EXPECT_EQ(read_all(*log, one).size(), 100u);
  close(*log);
}

// Reads beside the journal's writes cost those more than half their rate.
TEST_F(LocalLogTest, what_is_not_stored_yet_is_stored_from_memory) {
  LocalLog& log = open();
  world.storage().inject({.deed = io::SimFileDeed::read, .path_part = "/data/journal-0/journal-"});
  const MonotonicNanos begin = world.reactor().clock().monotonic();
  int done = 0;
  for (int i = 0; i < 100; ++i)  // all at once: the store cannot keep up
    start(append_text(log, one, std::string(5000, 'x'), 1), [&](Result<Appended>) { ++done; });
  world.run_until([&] { return done == 100; });
  ASSERT_TRUE(world.run(log.settle()));
  EXPECT_GE(log.stored_segments(), 1u);
  EXPECT_LT(world.reactor().clock().monotonic() - begin, options.retry_after);  // no read failed
  world.storage().clear_faults();
  EXPECT_EQ(read_all(log, one).size(), 100u);
  close(log);
}

TEST_F(LocalLogTest, reads_stored_and_evicted_data_of_many_partitions) {
  LocalLog* log = &open();
  std::map<PartitionId, std::vector<std::string>> expected;
  for (int i = 0; i < 600; ++i) {
    PartitionId partition(i % 7);
    std::string text = std::to_string(i) + std::string(5000, 'x');
    ASSERT_TRUE(append(*log, partition, text));
    expected[partition].push_back(text);
    if (i % 100 != 50) continue;
    for (auto& [id, texts] : expected) EXPECT_EQ(read_all(*log, id), texts);
  }
  ASSERT_TRUE(world.run(log->settle()));
  EXPECT_GE(log->stored_segments(), 10u);
  for (auto& [id, texts] : expected) EXPECT_EQ(read_all(*log, id), texts);
  close(*log);
  log = &open();
  for (auto& [id, texts] : expected) EXPECT_EQ(read_all(*log, id), texts);
  close(*log);
}

TEST_F(LocalLogTest, finds_records_by_time) {
  LocalLog& log = open();
  std::vector<Appended> appended;
  for (int i = 0; i < 300; ++i) {
    appended.push_back(*append(log, one, std::string(3000, 'x')));
    world.run_for(Millis(3));
  }
  for (const Appended& each : appended) {
    EXPECT_EQ(*world.run(log.seek(one, each.arrival)), each.first);
    EXPECT_EQ(*world.run(log.seek(one, each.arrival - Millis(1))), each.first);
  }
  EXPECT_EQ(*world.run(log.seek(one, appended.back().arrival + Millis(1))), log.bounds(one).end);
  close(log);
}

TEST_F(LocalLogTest, trimmed_data_is_gone_at_once_and_its_files_later) {
  LocalLog* log = &open();
  Position middle;
  for (int i = 0; i < 300; ++i) {
    auto appended = append(*log, one, std::string(3000, 'x'));
    if (i == 250) middle = appended->first;
  }
  ASSERT_TRUE(world.run(log->settle()));
  std::size_t before = log->stored_segments();
  ASSERT_TRUE(world.run(log->trim(one, middle)));
  EXPECT_EQ(read_all(*log, one).size(), 50u);
  ASSERT_TRUE(world.run(log->settle()));
  EXPECT_LT(log->stored_segments(), before);
  world.crash();
  log = &open();
  EXPECT_EQ(read_all(*log, one).size(), 50u);
  ASSERT_TRUE(world.run(log->trim(one, Position::end())));
  EXPECT_EQ(log->bounds(one).end, Position{});
  close(*log);
  EXPECT_TRUE(read_all(open(), one).empty());
}

TEST_F(LocalLogTest, a_sealed_partition_takes_nothing_any_more) {
  LocalLog* log = &open();
  ASSERT_TRUE(append(*log, one, "a"));
  ASSERT_TRUE(world.run(log->seal(one)));
  ASSERT_TRUE(world.run(log->seal(one)));
  EXPECT_EQ(append(*log, one, "b").error().kind, ErrorKind::conflict);
  close(*log);
  log = &open();
  EXPECT_TRUE(log->bounds(one).sealed);
  EXPECT_EQ(append(*log, one, "b").error().kind, ErrorKind::conflict);
  close(*log);
}

Task<Unit> note_wait(LocalLog& log, PartitionId partition, Position beyond, Deadline deadline,
                     std::optional<Bounds>& seen) {
  Bounds bounds = co_await log.wait(partition, beyond, deadline);
  seen = bounds;
  co_return Unit{};
}

TEST_F(LocalLogTest, a_waiting_reader_wakes_with_the_commit_or_at_its_deadline) {
  LocalLog& log = open();
  std::optional<Bounds> seen;
  world.spawn(note_wait(log, one, Position{}, no_deadline, seen));
  world.run_for(Millis(10));
  EXPECT_FALSE(seen);
  auto appended = append(log, one, "a");
  world.run_for(Millis(1));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->end, appended->first.plus(1));
  seen.reset();
  Deadline soon = world.clock().monotonic() + Millis(5);
  world.spawn(note_wait(log, one, log.bounds(one).end, soon, seen));
  world.run_for(Millis(10));
  EXPECT_TRUE(seen);
  close(log);
}

TEST_F(LocalLogTest, a_failed_write_stops_the_log_and_says_so) {
  LocalLog& log = open();
  ASSERT_TRUE(append(log, one, "a"));
  world.storage().inject({.deed = io::SimFileDeed::write, .path_part = "journal-0000"});
  EXPECT_EQ(append(log, one, "b").error().kind, ErrorKind::unknown);
  EXPECT_FALSE(log.healthy());
  EXPECT_EQ(append(log, one, "c").error().kind, ErrorKind::io);
  close(log);
}

TEST_F(LocalLogTest, a_full_disk_refuses_and_serves_again_when_there_is_room) {
  LocalLog& log = open();
  world.storage().set_capacity(Bytes{count(world.storage().used()) + (100 << 10)});
  std::optional<ErrorKind> refused_with;
  int taken = 0;
  for (int i = 0; i < 400 && !refused_with; ++i) {
    auto appended = append(log, one, std::string(5000, 'x'));
    if (appended)
      ++taken;
    else
      refused_with = appended.error().kind;
  }
  EXPECT_EQ(refused_with, ErrorKind::disk_full);
  EXPECT_TRUE(log.healthy());
  EXPECT_EQ(read_all(log, one).size(), static_cast<std::size_t>(taken));
  world.storage().set_capacity(1_GiB);
  EXPECT_TRUE(append(log, one, "after"));
  EXPECT_EQ(read_all(log, one).size(), static_cast<std::size_t>(taken) + 1);
  close(log);
}

TEST_F(LocalLogTest, on_a_full_disk_it_opens_for_reading_and_takes_appends_when_there_is_room) {
  LocalLog* log = &open();
  // Less than a quarter of a segment: no second one is made, which would be room for the appends.
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(append(*log, one, std::string(5000, 'x')));
  world.crash();
  world.storage().set_capacity(world.storage().used());
  log = &open();
  EXPECT_TRUE(log->healthy());
  EXPECT_EQ(read_all(*log, one).size(), 7u);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(append(*log, one, "no room").error().kind, ErrorKind::disk_full);
  EXPECT_EQ(world.run(log->seal(two)).error().kind, ErrorKind::disk_full);
  world.crash();  // nothing was claimed, nothing is lost

  log = &open();
  EXPECT_EQ(read_all(*log, one).size(), 7u);
  world.storage().set_capacity(1_GiB);
  EXPECT_TRUE(append(*log, one, "after"));
  world.run(log->settle());
  world.crash();
  log = &open();
  EXPECT_EQ(read_all(*log, one).size(), 8u);
  close(*log);
}

// Survives the process: what the simulated machine's page cache holds is lost with the machine.
class PageCacheTest : public LocalLogTest {
 protected:
  PageCacheTest() { options.acknowledge = Acknowledge::page_cache; }
};

TEST_F(PageCacheTest, a_failed_sync_stops_the_log) {
  LocalLog& log = open();
  ASSERT_TRUE(append(log, one, "a"));
  world.storage().inject({.deed = io::SimFileDeed::sync, .path_part = "journal-0000"});
  world.run_for(options.sync_interval + Millis(100));
  EXPECT_FALSE(log.healthy());
  EXPECT_EQ(append(log, one, "b").error().kind, ErrorKind::io);
  close(log);
}

// Pages come back in any choice after a power loss: the start never refuses, finds a first part of
// what was acknowledged without a hole, and in it what is a second old or lies before something of
// the catalog.
TEST_F(PageCacheTest, a_power_loss_costs_what_was_acknowledged_in_the_last_second_at_most) {
  std::size_t lost = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    io::SimWorld machine(seed);
    std::size_t written = 0;
    std::size_t safe = 0;
    for (int life = 0; life < 3; ++life) {
      auto& told = machine.own(std::make_unique<io::KeptEventLog>());
      auto opened =
          machine.run(LocalLog::open(machine.reactor(), machine.disk(), told, place, options));
      ASSERT_TRUE(opened) << "seed " << seed << ": " << opened.error().message;
      LocalLog& log = machine.own(std::move(*opened));
      std::vector<std::string> there;
      for (Position from;;) {
        auto read = machine.run(log.read(one, from, 64_KiB));
        ASSERT_TRUE(read) << "seed " << seed << ": " << read.error().message;
        if (read->batches.empty()) break;
        for (const Batch& batch : read->batches) there.emplace_back(as_text(batch.payload));
        from = read->next;
      }
      ASSERT_GE(there.size(), safe) << "seed " << seed;
      ASSERT_LE(there.size(), written) << "seed " << seed;
      lost += written - there.size();
      for (std::size_t i = 0; i < there.size(); ++i)
        ASSERT_EQ(there[i].substr(0, there[i].find(' ')), std::to_string(i)) << "seed " << seed;
      written = safe = there.size();
      std::uint64_t steps = 1 + machine.dice().below(150);
      for (std::uint64_t i = 0; i < steps; ++i) {
        std::string text =
            std::to_string(written) + ' ' + std::string(machine.dice().below(9000), 'x');
        ASSERT_TRUE(machine.run(append_text(log, one, std::move(text), 1)));
        ++written;
        if (!machine.dice().chance(0.02)) continue;
        if (machine.dice().chance(0.5))
          machine.run_for(options.sync_interval + Millis(100));
        else
          ASSERT_TRUE(machine.run(append_text(log, catalog_partition, "a stream", 1)));
        safe = written;
      }
      machine.crash();
    }
  }
  EXPECT_GT(lost, 100u);  // or nothing would be gained
}

TEST_F(LocalLogTest, too_much_waiting_is_throttled) {
  options.waiting_max = 64_KiB;
  LocalLog& log = open();
  int throttled = 0;
  int done = 0;
  for (int i = 0; i < 30; ++i)
    start(append_text(log, one, std::string(5000, 'x'), 1), [&](Result<Appended> result) {
      ++done;
      if (!result && result.error().kind == ErrorKind::throttled) ++throttled;
    });
  world.run_until([&] { return done == 30; });
  EXPECT_GT(throttled, 10);
  EXPECT_LT(throttled, 20);
  close(log);
}

TEST_F(LocalLogTest, senders_that_came_together_are_waited_for) {
  LocalLog& log = open();
  int done = 0;
  const auto send = [&] {
    start(append_text(log, one, "x", 1), [&done](const Result<Appended>& result) {
      ASSERT_TRUE(result);
      ++done;
    });
  };
  for (int i = 0; i < 16; ++i) send();
  world.run_until([&] { return done == 16; });
  std::uint64_t before = log.work_done();
  for (int i = 0; i < 8; ++i) {
    send();
    world.run_for(Nanos(100));
  }
  world.run_until([&] { return done == 24; });
  EXPECT_EQ(log.work_done() - before, 1u);  // one block, not one and then another

  before = log.work_done();
  send();  // alone: not for long
  world.run_for(Millis(5));
  EXPECT_EQ(done, 25);
  EXPECT_EQ(log.work_done() - before, 1u);
  close(log);
}

TEST_F(LocalLogTest, a_flipped_byte_of_the_journal_is_refused_by_name) {
  LocalLog& log = open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(append(log, one, std::string(1000, 'x')));
  world.run_for(Millis(100));
  world.crash();
  std::string path = "/data/journal-0/journal-00000000";
  world.storage().flip_bit(path, 9 * 4096 + 500, 3);
  EXPECT_EQ(refused(), ErrorKind::corrupt);
  EXPECT_NE(message.find(path + " at offset 36864"), std::string::npos) << message;
}

TEST_F(LocalLogTest, a_flipped_byte_of_a_stored_segment_is_never_served) {
  LocalLog* log = &open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(append(*log, one, std::string(1000, 'x')));
  close(*log);
  std::string path = "/data/journal-0/segment-000000000001";
  ASSERT_TRUE(world.storage().flip_bit(path, 5000, 3));
  log = &open();
  auto read = world.run(log->read(one, Position{}, 64_KiB));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::corrupt);
  EXPECT_NE(read.error().message.find(path + " at offset 0"), std::string::npos)
      << read.error().message;
  close(*log);
}

TEST_F(LocalLogTest, the_number_of_journals_is_that_of_the_folder) {
  EXPECT_EQ(*world.run(open_data_folder(world.disk(), "/data", 3)), 3u);
  EXPECT_EQ(*world.run(open_data_folder(world.disk(), "/data", 2)), 3u);
  ASSERT_TRUE(world.storage().flip_bit("/data/log", 8, 0));
  EXPECT_EQ(world.run(open_data_folder(world.disk(), "/data", 2)).error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace levada::log::local
