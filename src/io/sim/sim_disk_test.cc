#include "io/sim/sim_disk.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>

#include "io/gate.h"
#include "io/sim/sim_world.h"

namespace levada::io {
namespace {

constexpr int seeds = 60;  // enough for each rare outcome of a crash to come up
const std::string path = "/data/file";

Task<std::unique_ptr<File>> make_file(Disk& disk) {
  co_await disk.make_directory("/data");
  OpenOptions options{.create = true};
  std::unique_ptr<File> file = co_await disk.open(path, options);
  co_await disk.sync_directory("/data");
  co_return file;
}

std::string filled(std::size_t size, char with) { return std::string(size, with); }

Task<Unit> write(File& file, std::uint64_t offset, std::string content, Durable durable) {
  co_return co_await outcome(file.write(offset, as_bytes(content), durable));
}

Task<std::string> content_of(Disk& disk) {
  Buffer content = co_await read_file(disk, path, 1_MiB);
  co_return std::string(as_text(content));
}

File& file_on(SimWorld& world) { return world.own(std::move(*world.run(make_file(world.disk())))); }

std::string content_on(SimWorld& world) { return *world.run(content_of(world.disk())); }

TEST(SimDisk, reads_what_was_written_across_pages) {
  SimWorld world(1);
  File& file = file_on(world);
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(i) + " ";
  ASSERT_TRUE(world.run(write(file, 100, text, Durable::later)));
  std::string content = content_on(world);
  EXPECT_EQ(content.substr(0, 100), std::string(100, '\0'));
  EXPECT_EQ(content.substr(100), text);
}

TEST(SimDisk, keeps_what_was_synced_through_every_crash) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SimWorld world(seed);
    File& file = file_on(world);
    ASSERT_TRUE(world.run(write(file, 0, filled(10'000, 'a'), Durable::later)));
    ASSERT_TRUE(world.run(file.sync()));
    ASSERT_TRUE(world.run(write(file, 10'000, filled(10'000, 'b'), Durable::now)));
    world.crash();
    EXPECT_EQ(content_on(world), filled(10'000, 'a') + filled(10'000, 'b')) << "seed " << seed;
  }
}

TEST(SimDisk, loses_and_keeps_unsynced_pages_each_for_itself) {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SimWorld world(seed);
    File& file = file_on(world);
    ASSERT_TRUE(world.run(write(file, 0, filled(3 * 4096, 'a'), Durable::now)));
    ASSERT_TRUE(world.run(write(file, 0, filled(3 * 4096, 'b'), Durable::later)));
    world.crash();
    std::string content = content_on(world);
    ASSERT_EQ(content.size(), 3u * 4096);
    std::string pages;
    for (int page = 0; page < 3; ++page) {
      std::string one = content.substr(page * 4096, 4096);
      EXPECT_EQ(one, filled(4096, one[0]));
      pages += one[0];
    }
    outcomes.insert(pages);
  }
  EXPECT_TRUE(outcomes.contains("aaa"));
  EXPECT_TRUE(outcomes.contains("bbb"));
  EXPECT_GE(outcomes.size(), 5u);
}

TEST(SimDisk, a_write_in_flight_is_done_or_not_or_torn_between_sectors) {
  bool torn_inside_a_page = false;
  bool done = false;
  bool not_done = false;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SimWorld world(seed);
    File& file = file_on(world);
    ASSERT_TRUE(world.run(write(file, 0, filled(8192, 'a'), Durable::now)));
    world.spawn(write(file, 0, filled(8192, 'b'), Durable::now));
    world.crash();
    std::string content = content_on(world);
    done |= content == filled(8192, 'b');
    not_done |= content == filled(8192, 'a');
    for (std::size_t sector = 0; sector < 16; ++sector) {
      std::string one = content.substr(sector * 512, 512);
      EXPECT_EQ(one, filled(512, one[0]));
      if (sector % 8 != 0 && content[sector * 512] != content[sector * 512 - 1])
        torn_inside_a_page = true;
    }
  }
  EXPECT_TRUE(torn_inside_a_page && done && not_done);
}

TEST(SimDisk, an_unsynced_size_is_the_old_or_the_new_one) {
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SimWorld world(seed);
    File& file = file_on(world);
    ASSERT_TRUE(world.run(write(file, 0, filled(4096, 'a'), Durable::now)));
    ASSERT_TRUE(world.run(write(file, 4096, filled(4096, 'b'), Durable::later)));
    world.crash();
    sizes.insert(content_on(world).size());
  }
  EXPECT_EQ(sizes, (std::set<std::size_t>{4096, 8192}));
}

TEST(SimDisk, a_truncation_comes_back_whole_or_not_at_all) {
  std::set<std::string> contents;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SimWorld world(seed);
    File& file = file_on(world);
    ASSERT_TRUE(world.run(write(file, 0, filled(10'000, 'a'), Durable::now)));
    ASSERT_TRUE(world.run(file.truncate(4096_B)));
    world.crash();
    contents.insert(content_on(world));
  }
  EXPECT_EQ(contents, (std::set<std::string>{filled(4096, 'a'), filled(10'000, 'a')}));
}

Task<Unit> replace(Disk& disk, std::string content) {
  co_return co_await outcome(replace_file(disk, path, as_bytes(content)));
}

TEST(SimDisk, replace_file_leaves_the_old_or_the_new_content_whole) {
  std::set<std::string> contents;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SimWorld world(seed);
    file_on(world);
    ASSERT_TRUE(world.run(replace(world.disk(), filled(9000, 'a'))));
    world.spawn(replace(world.disk(), filled(5000, 'b')));
    world.run_steps(world.dice().below(16));
    world.crash();
    contents.insert(content_on(world));
  }
  EXPECT_EQ(contents, (std::set<std::string>{filled(9000, 'a'), filled(5000, 'b')}));
}

Task<Unit> open_new(Disk& disk, std::string name) {
  OpenOptions options{.create = true};
  std::unique_ptr<File> file = co_await disk.open(name, options);
  co_return Unit{};
}

TEST(SimDisk, a_name_without_sync_directory_may_be_lost) {
  std::set<std::size_t> counts;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SimWorld world(seed);
    file_on(world);
    ASSERT_TRUE(world.run(open_new(world.disk(), "/data/new")));
    world.crash();
    counts.insert(world.storage().paths().size());
  }
  EXPECT_EQ(counts, (std::set<std::size_t>{1, 2}));
}

TEST(SimDisk, a_failed_sync_is_not_mended_by_the_next) {
  bool lost = false;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SimWorld world(seed);
    File& file = file_on(world);
    ASSERT_TRUE(world.run(write(file, 0, filled(4096, 'a'), Durable::now)));
    ASSERT_TRUE(world.run(write(file, 0, filled(4096, 'b'), Durable::later)));
    world.storage().inject({.deed = SimFileDeed::sync, .path_part = "file"});
    EXPECT_FALSE(world.run(file.sync()));
    EXPECT_TRUE(world.run(file.sync()));
    world.crash();
    if (content_on(world) == filled(4096, 'a')) lost = true;
  }
  EXPECT_TRUE(lost);
}

TEST(SimDisk, an_injected_fault_strikes_once_and_where_it_should) {
  SimWorld world(1);
  File& file = file_on(world);
  world.storage().inject({.deed = SimFileDeed::write, .path_part = "file", .after = 1});
  world.storage().inject({.deed = SimFileDeed::write, .path_part = "another"});
  EXPECT_TRUE(world.run(write(file, 0, "x", Durable::later)));
  Result<Unit> struck = world.run(write(file, 0, "x", Durable::later));
  EXPECT_EQ(struck.error().kind, ErrorKind::io);
  EXPECT_TRUE(world.run(write(file, 0, "x", Durable::later)));
}

TEST(SimDisk, a_full_disk_takes_nothing_but_rewrites) {
  SimWorld world(1);
  File& file = file_on(world);
  world.storage().set_capacity(Bytes{2 * 4096});
  EXPECT_TRUE(world.run(file.preallocate(8_KiB)));
  EXPECT_TRUE(world.run(write(file, 0, filled(8192, 'a'), Durable::later)));
  Result<Unit> full = world.run(write(file, 8192, "x", Durable::later));
  EXPECT_EQ(full.error().kind, ErrorKind::disk_full);
  EXPECT_EQ(content_on(world), filled(8192, 'a'));
}

TEST(SimDisk, flips_the_bit_it_is_told_to) {
  SimWorld world(1);
  File& file = file_on(world);
  ASSERT_TRUE(world.run(write(file, 0, "aaa", Durable::now)));
  EXPECT_TRUE(world.storage().flip_bit(path, 1, 1));
  EXPECT_EQ(content_on(world), "aca");
  EXPECT_FALSE(world.storage().flip_bit(path, 3, 1));
}

Task<Unit> write_unaligned(Disk& disk) {
  OpenOptions options{.create = true, .direct = true};
  std::unique_ptr<File> file = co_await disk.open(path, options);
  std::string text = "x";
  co_return co_await outcome(file->write(0, as_bytes(text), Durable::later));
}

TEST(SimDisk, refuses_unaligned_direct_access) {
  SimWorld world(1);
  file_on(world);
  Result<Unit> refused = world.run(write_unaligned(world.disk()));
  EXPECT_EQ(refused.error().message, "write /data/file: Invalid argument");
}

Task<Unit> write_slot(File& file, int slot, std::vector<int>& order) {
  std::string text = "x";
  co_await file.write(slot * 4096, as_bytes(text), Durable::now);
  order.push_back(slot);
  co_return Unit{};
}

TEST(SimDisk, ends_writes_in_flight_in_any_order) {
  SimWorld world(1);
  File& file = file_on(world);
  std::vector<int> order;
  for (int slot = 0; slot < 8; ++slot) world.spawn(write_slot(file, slot, order));
  world.run_until_idle();
  EXPECT_EQ(order.size(), 8u);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
}

}  // namespace
}  // namespace levada::io
