#pragma once
// BlockingThread: runs calls that may block, one after the other, away from the reactor that waits
// for them. For what the kernel offers no other way (names, directories), and for all file access
// where io_uring is refused. The thread starts with the first call, and is pinned to no core.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "base/task.h"
#include "io/reactor.h"

namespace levada::io {

// A call on its way to the blocking thread and, as Posted, back.
struct BlockingCall : Posted {
  void (*execute)(BlockingCall&) = nullptr;
};

class BlockingThread {
 public:
  // `prompt`: its calls work little and wait often, and others wait for them.
  enum class Pace { usual, prompt };
  explicit BlockingThread(Reactor& home, Pace pace = Pace::usual) : home_(home), pace_(pace) {}
  BlockingThread(const BlockingThread&) = delete;
  BlockingThread& operator=(const BlockingThread&) = delete;
  ~BlockingThread();  // finishes what was submitted

  // Executes the call there, then posts it home.
  void submit(BlockingCall& call);

 private:
  void loop();

  Reactor& home_;
  Pace pace_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<BlockingCall*> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

// Awaits what `function` (returning a Result) returns on the blocking thread.
template <class Function>
class BlockingWait : BlockingCall {
 public:
  using Outcome = std::invoke_result_t<Function&>;

  BlockingWait(BlockingThread& thread, Function function)
      : thread_(thread), function_(std::move(function)) {
    execute = [](BlockingCall& call) {
      auto& self = static_cast<BlockingWait&>(call);
      self.outcome_.emplace(self.function_());
    };
    run = [](Posted& posted) { static_cast<BlockingWait&>(posted).waiter_.resume(); };
  }

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> self) {
    waiter_ = self;
    thread_.submit(*this);
  }
  Outcome await_resume() { return std::move(*outcome_); }

 private:
  BlockingThread& thread_;
  Function function_;
  std::optional<Outcome> outcome_;
  std::coroutine_handle<> waiter_;
};

}  // namespace levada::io
