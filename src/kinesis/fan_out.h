#pragma once
// FanOut: several tasks at once, awaited together. On one reactor; its tasks come home to it.

#include <coroutine>
#include <optional>

#include "base/task.h"

namespace levada::kinesis {

class FanOut {
 public:
  FanOut() = default;
  FanOut(const FanOut&) = delete;
  FanOut& operator=(const FanOut&) = delete;
  ~FanOut() { CHECK(running_ == 0, "what was started is awaited"); }

  void add(Task<Unit> task) {
    ++running_;
    start(std::move(task), [this](Result<Unit> result) {
      if (!result && !error_) error_ = std::move(result).error();
      if (--running_ == 0 && waiting_) std::exchange(waiting_, nullptr).resume();
    });
  }

  // Ends when all have ended; with the first error if there was one.
  Task<Unit> all() {
    co_await Idle{*this};
    if (error_) co_return tl::unexpected<Error>(*std::move(error_));
    co_return Unit{};
  }

 private:
  struct Idle {
    FanOut& out;
    bool await_ready() const { return out.running_ == 0; }
    void await_suspend(std::coroutine_handle<> self) { out.waiting_ = self; }
    void await_resume() const {}
  };
  std::size_t running_ = 0;
  std::coroutine_handle<> waiting_;
  std::optional<Error> error_;
};

}  // namespace levada::kinesis
