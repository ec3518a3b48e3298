#include "base/task.h"

#include <gtest/gtest.h>

#include <coroutine>
#include <memory>
#include <string>
#include <vector>

namespace levada {
namespace {

// A wait that the test ends by hand.
struct Door {
  std::coroutine_handle<> waiting;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> self) { waiting = self; }
  void await_resume() {}
  void open() { std::exchange(waiting, nullptr).resume(); }
};

struct Trace {
  std::vector<std::string>& lines;
  std::string name;
  ~Trace() { lines.push_back(name); }
};

Task<int> value(int n) { co_return n; }
Task<int> refuse(std::string why) { co_return fail(ErrorKind::invalid, why); }
Task<int> after(Door& door, int n) {
  co_await door;
  co_return n;
}
Task<int> refuse_after(Door& door) {
  co_await door;
  co_return fail(ErrorKind::closed, "late");
}
Task<std::string> twice(Task<int> inner, std::vector<std::string>& lines) {
  Trace trace{lines, "twice"};
  int n = co_await std::move(inner);
  lines.push_back("resumed");
  co_return std::to_string(2 * n);
}
Task<std::string> nested(Task<int> inner, std::vector<std::string>& lines) {
  Trace trace{lines, "nested"};
  co_return co_await twice(std::move(inner), lines) + "!";
}
Task<std::string> look(Task<int> inner) {
  Result<int> result = co_await outcome(std::move(inner));
  co_return result ? "value" : result.error().message;
}
Task<int> sum(int n) {
  int total = 0;
  for (int i = 0; i < n; ++i) total += co_await value(1);
  co_return total;
}
Task<int> unwrap(Result<int> result) { co_return 1 + co_await std::move(result); }

template <class T>
std::optional<Result<T>> run(Task<T> task) {
  std::optional<Result<T>> out;
  start(std::move(task), [&](Result<T> result) { out.emplace(std::move(result)); });
  return out;
}

TEST(Task, hands_a_value_up_without_waiting) {
  std::vector<std::string> lines;
  auto result = run(nested(value(21), lines));
  ASSERT_TRUE(result && *result);
  EXPECT_EQ(**result, "42!");
  EXPECT_EQ(lines, (std::vector<std::string>{"resumed", "twice", "nested"}));
}

TEST(Task, ends_every_awaiting_coroutine_with_the_error_and_destroys_their_locals) {
  std::vector<std::string> lines;
  auto result = run(nested(refuse("no"), lines));
  ASSERT_TRUE(result && !*result);
  EXPECT_EQ(result->error().message, "no");
  EXPECT_EQ(lines, (std::vector<std::string>{"twice", "nested"}));
}

TEST(Task, carries_a_late_value_and_a_late_error_up) {
  for (bool good : {true, false}) {
    Door door;
    std::vector<std::string> lines;
    std::optional<Result<std::string>> out;
    start(nested(good ? after(door, 4) : refuse_after(door), lines),
          [&](Result<std::string> result) { out.emplace(std::move(result)); });
    ASSERT_FALSE(out);
    door.open();
    ASSERT_TRUE(out);
    EXPECT_EQ(out->has_value(), good);
    EXPECT_EQ(lines.back(), "nested");
  }
}

TEST(Task, gives_the_whole_result_to_who_asks_for_the_outcome) {
  EXPECT_EQ(**run(look(refuse("no"))), "no");
  EXPECT_EQ(**run(look(value(1))), "value");
}

TEST(Task, unwraps_a_plain_result) {
  EXPECT_EQ(**run(unwrap(1)), 2);
  EXPECT_FALSE(*run(unwrap(fail(ErrorKind::invalid, "x"))));
}

TEST(Task, loops_without_growing_the_stack) { EXPECT_EQ(**run(sum(1'000'000)), 1'000'000); }

}  // namespace
}  // namespace levada
