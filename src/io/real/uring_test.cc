#include "io/real/uring.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

namespace levada::io {
namespace {

struct Remembering final : FileQueue {
  std::vector<FileOperation*> taken;
  void submit(FileOperation& operation) override { taken.push_back(&operation); }
};

TEST(UringFileQueue, short_durable_writes_go_to_the_flushes_and_all_else_to_the_ring) {
  auto uring = Uring::open();
  if (!uring) GTEST_SKIP() << uring.error().message;
  Remembering flushes;
  UringFileQueue files(**uring, flushes);
  constexpr int nowhere = -1;
  std::vector<std::byte> bytes(UringFileQueue::short_write_max + 1);
  using Kind = FileOperation::Kind;

  FileOperation flush(Kind::write_durably, nowhere, 0, bytes.data(), bytes.size() - 1);
  files.submit(flush);
  ASSERT_EQ(flushes.taken, std::vector<FileOperation*>{&flush});

  FileOperation large(Kind::write_durably, nowhere, 0, bytes.data(), bytes.size());
  FileOperation later(Kind::write, nowhere, 0, bytes.data(), 1);
  large.waiter = later.waiter = std::noop_coroutine();
  files.submit(large);
  files.submit(later);
  EXPECT_EQ(flushes.taken.size(), 1u);
  for (int turns = 0; turns < 10 && (large.result == 0 || later.result == 0); ++turns)
    (*uring)->turn(std::chrono::seconds(1));
  EXPECT_EQ(large.result, -EBADF);
  EXPECT_EQ(later.result, -EBADF);
}

}  // namespace
}  // namespace levada::io
