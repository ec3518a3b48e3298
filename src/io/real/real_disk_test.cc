#include "io/real/real_disk.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <string>

#include "io/gate.h"
#include "io/real/test_reactors.h"

namespace levada::io {
namespace {

class RealDiskTest : public testing::TestWithParam<IoBackend> {
 protected:
  void SetUp() override {
    char name[] = "/var/tmp/levada_io_test_XXXXXX";  // a real file system: tmpfs has no O_DIRECT
    ASSERT_NE(mkdtemp(name), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  template <class Make>
  void run(Make make) {
    Result<Unit> result = reactors_->run(ReactorIndex(0), make);
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
  }

  std::string directory_;
  std::unique_ptr<Reactors> reactors_ = start_reactors(GetParam(), 1);
  Disk& disk_ = reactors_->disk(ReactorIndex(0));
};

Task<Unit> write_and_read(Disk& disk, std::string path, bool direct, Durable durable) {
  OpenOptions options{.create = true, .direct = direct};
  std::unique_ptr<File> file = co_await disk.open(path, options);
  AlignedBuffer out(64_KiB);
  for (std::size_t i = 0; i < out.size(); ++i) out.data()[i] = static_cast<std::byte>(i * 31);
  co_await file->write(8192, out.bytes(), durable);
  co_await file->sync();
  Bytes size = co_await file->size();
  EXPECT_EQ(size, Bytes{8192 + 65536});
  AlignedBuffer in(128_KiB);
  std::size_t got = co_await file->read(8192, in.bytes());
  EXPECT_EQ(got, out.size());
  EXPECT_EQ(std::memcmp(in.data(), out.data(), out.size()), 0);
  std::size_t beyond = co_await file->read(1 << 20, in.bytes());
  EXPECT_EQ(beyond, 0u);
  co_return Unit{};
}

TEST_P(RealDiskTest, reads_what_was_written) {
  int number = 0;
  for (bool direct : {false, true})
    for (Durable durable : {Durable::later, Durable::now}) {
      std::string path = directory_ + "/file" + std::to_string(number++);
      run([&] { return write_and_read(disk_, path, direct, durable); });
    }
}

Task<Unit> preallocate_twice(Disk& disk, std::string path) {
  OpenOptions options{.create = true, .direct = true};
  std::unique_ptr<File> file = co_await disk.open(path, options);
  AlignedBuffer page(4_KiB);
  std::memset(page.data(), 7, page.size());
  co_await file->write(0, page.bytes(), Durable::now);
  co_await file->preallocate(1_MiB);
  Bytes size = co_await file->size();
  EXPECT_EQ(size, 1_MiB);
  co_await file->preallocate(64_KiB);  // smaller: nothing to do
  size = co_await file->size();
  EXPECT_EQ(size, 1_MiB);
  AlignedBuffer in(1_MiB);
  std::size_t got = co_await file->read(0, in.bytes());
  EXPECT_EQ(got, in.size());
  EXPECT_EQ(std::memcmp(in.data(), page.data(), page.size()), 0);
  EXPECT_EQ(in.data()[4096], std::byte{0});
  EXPECT_EQ(in.data()[in.size() - 1], std::byte{0});
  co_return Unit{};
}

TEST_P(RealDiskTest, preallocates_zeros_behind_what_is_there) {
  run([&] { return preallocate_twice(disk_, directory_ + "/journal"); });
}

Task<Unit> write_page(File& file, std::uint64_t offset, AlignedBuffer& from) {
  co_await file.write(offset, from.bytes(), Durable::now);
  co_return Unit{};
}

Task<Unit> write_many_at_once(Disk& disk, std::string path) {
  OpenOptions options{.create = true, .direct = true};
  std::unique_ptr<File> file = co_await disk.open(path, options);
  std::vector<AlignedBuffer> pages;
  Gate gate;
  for (int i = 0; i < 16; ++i) {
    AlignedBuffer& page = pages.emplace_back(4_KiB);
    std::memset(page.data(), i + 1, page.size());
  }
  int errors = 0;
  for (std::size_t i = 0; i < pages.size(); ++i)
    gate.spawn(write_page(*file, i * 4096, pages[i]), [&](const Error&) { ++errors; });
  co_await gate.close();
  EXPECT_EQ(errors, 0);
  AlignedBuffer in(64_KiB);
  co_await file->read(0, in.bytes());
  for (std::size_t i = 0; i < pages.size(); ++i)
    EXPECT_EQ(in.data()[i * 4096], static_cast<std::byte>(i + 1));
  co_return Unit{};
}

TEST_P(RealDiskTest, takes_several_writes_in_flight) {
  run([&] { return write_many_at_once(disk_, directory_ + "/many"); });
}

Task<Unit> read_one(File& file, std::byte& into) {
  co_await file.read(4095, MutableByteView(&into, 1));
  co_return Unit{};
}

Task<Unit> read_very_many_at_once(Disk& disk, std::string path) {
  OpenOptions options{.create = true};
  std::unique_ptr<File> file = co_await disk.open(path, options);
  std::vector<std::byte> page(4096, std::byte{9});
  co_await file->write(0, page, Durable::later);
  std::vector<std::byte> got(20'000);  // far more than either queue of the ring has entries
  Gate gate;
  for (std::byte& one : got) gate.spawn(read_one(*file, one));
  co_await gate.close();
  EXPECT_EQ(got, std::vector<std::byte>(got.size(), std::byte{9}));
  co_return Unit{};
}

TEST_P(RealDiskTest, takes_more_operations_than_the_ring_has_entries) {
  run([&] { return read_very_many_at_once(disk_, directory_ + "/wide"); });
}

Task<Unit> expect_names(Disk& disk, std::string directory) {
  std::string deep = directory + "/a/b/c";
  co_await disk.make_directory(deep);
  co_await disk.make_directory(deep);  // there already
  std::string text = "first";
  co_await replace_file(disk, deep + "/state", as_bytes(text));
  text = "2nd";
  co_await replace_file(disk, deep + "/state", as_bytes(text));
  Buffer content = co_await read_file(disk, deep + "/state", 1_KiB);
  EXPECT_EQ(as_text(content), "2nd");
  Result<Buffer> large = co_await outcome(read_file(disk, deep + "/state", 2_B));
  EXPECT_EQ(large.error().kind, ErrorKind::too_large);
  std::vector<std::string> names = co_await disk.list(deep);
  EXPECT_EQ(names, std::vector<std::string>{"state"});

  Result<Unit> file_in_the_way = co_await outcome(disk.make_directory(deep + "/state"));
  EXPECT_EQ(file_in_the_way.error().kind, ErrorKind::exists);
  co_await disk.remove(deep + "/state");
  Result<Unit> gone = co_await outcome(disk.remove(deep + "/state"));
  EXPECT_EQ(gone.error().kind, ErrorKind::not_found);
  EXPECT_EQ(gone.error().message, "remove " + deep + "/state: No such file or directory");
  Bytes free = co_await disk.free_space(deep);
  EXPECT_GT(free, 1_MiB);
  co_return Unit{};
}

TEST_P(RealDiskTest, names_are_made_replaced_listed_and_removed) {
  run([&] { return expect_names(disk_, directory_); });
}

Task<Unit> expect_exclusive(Disk& disk, std::string path) {
  OpenOptions options{.create = true, .exclusive = true};
  std::unique_ptr<File> file = co_await disk.open(path, options);
  Result<std::unique_ptr<File>> again = co_await outcome(disk.open(path, options));
  EXPECT_EQ(again.error().kind, ErrorKind::exists);
  OpenOptions existing{};
  Result<std::unique_ptr<File>> absent = co_await outcome(disk.open(path + "x", existing));
  EXPECT_EQ(absent.error().kind, ErrorKind::not_found);
  co_await file->truncate(5_B);
  Bytes size = co_await file->size();
  EXPECT_EQ(size, 5_B);
  co_return Unit{};
}

TEST_P(RealDiskTest, opens_exclusively_and_truncates) {
  run([&] { return expect_exclusive(disk_, directory_ + "/lock"); });
}

Task<Unit> write_to_a_full_disk(Disk& disk) {
  std::string path = "/dev/full";
  OpenOptions options{};
  std::unique_ptr<File> file = co_await disk.open(path, options);
  std::string text = "x";
  Result<Unit> full = co_await outcome(file->write(0, as_bytes(text), Durable::later));
  EXPECT_EQ(full.error().kind, ErrorKind::disk_full);
  EXPECT_EQ(full.error().message, "write /dev/full: No space left on device");
  co_return Unit{};
}

TEST_P(RealDiskTest, says_when_the_disk_is_full) {
  run([&] { return write_to_a_full_disk(disk_); });
}

INSTANTIATE_TEST_SUITE_P(Backends, RealDiskTest, testing::ValuesIn(backends), backend_name);

}  // namespace
}  // namespace levada::io
