#include "timestream/sql/pausing_sort.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace levada::timestream::sql {
namespace {

TEST(PausingSort, sorts_and_pauses_however_many_there_are) {
  std::mt19937 random(2);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, sorted_at_once, sorted_at_once + 1,
                                 2 * sorted_at_once, 5 * sorted_at_once + 17, 8 * sorted_at_once}) {
    std::vector<std::size_t> items(size);
    std::iota(items.begin(), items.end(), std::size_t{0});
    const std::vector<std::size_t> expected = items;
    std::shuffle(items.begin(), items.end(), random);
    std::size_t pauses = 0, ended = 0;
    const auto pause = [](std::size_t& count) -> Task<Unit> {
      ++count;
      co_return Unit{};
    };
    start(sort_pausing(items, std::less<>(), [&] { return pause(pauses); }),
          [&](const Result<Unit>& done) { ended += done.has_value() ? 1 : 0; });
    EXPECT_EQ(ended, 1u);
    EXPECT_EQ(items, expected);
    EXPECT_EQ(pauses > 0, size > sorted_at_once);
  }
}

TEST(PausingSort, ends_with_the_error_of_a_pause) {
  std::vector<int> items(3 * sorted_at_once);
  std::iota(items.rbegin(), items.rend(), 0);
  int pauses = 0;
  const auto pause = [](int& count) -> Task<Unit> {
    if (++count == 3) co_return fail(ErrorKind::unavailable, "cancelled");
    co_return Unit{};
  };
  std::string message;
  start(sort_pausing(items, std::less<>(), [&] { return pause(pauses); }),
        [&](const Result<Unit>& done) { message = done ? "" : done.error().message; });
  EXPECT_EQ(message, "cancelled");
  EXPECT_EQ(pauses, 3);
}

}  // namespace
}  // namespace levada::timestream::sql
