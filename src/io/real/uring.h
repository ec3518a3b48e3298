#pragma once
// Uring: one io_uring of one reactor. Operations are prepared while coroutines run and handed over
// together, by one system call a turn, which also fetches what has completed.

#include <liburing.h>

#include <memory>

#include "base/result.h"
#include "io/reactor.h"
#include "io/real/kernel.h"

namespace levada::io {

class Uring final : public Kernel {
 public:
  // To be called on the thread that will run it. Fails with unsupported where io_uring is refused.
  static Result<std::unique_ptr<Uring>> open();
  ~Uring() override;

  bool turn(Nanos wait_max) override;
  void wake() noexcept override;

  // An empty entry to be filled by io_uring_prep_…; its completions then go to `operation`, see
  // `aim`. Only valid until the next one is taken.
  io_uring_sqe* take_entry();
  static void aim(io_uring_sqe* entry, KernelOperation& operation) {
    io_uring_sqe_set_data(entry, &operation);
  }
  // Asks for an early end; the operation still completes, with -ECANCELED or with its outcome.
  void cancel(KernelOperation& operation);

 private:
  Uring() = default;
  Result<Unit> set_up();
  void watch_wake_ups();
  bool nothing_to_hand_over() const;
  bool reap();

  struct WakeUp : KernelOperation {
    Uring* uring = nullptr;
  };

  io_uring ring_{};
  bool ring_open_ = false;
  bool tells_of_task_work_ = false;  // in a flag that is read without a call
  int wake_descriptor_ = -1;
  WakeUp wake_up_;
};

// One completion that one coroutine waits for. The entry is prepared before the co_await.
struct UringWait : KernelOperation {
  std::coroutine_handle<> waiter;
  std::int32_t result = 0;

  UringWait() {
    complete = [](KernelOperation& operation, std::int32_t outcome, std::uint32_t) {
      auto& self = static_cast<UringWait&>(operation);
      self.result = outcome;
      self.waiter.resume();
    };
  }
  UringWait(const UringWait&) = delete;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> self) { waiter = self; }
  std::int32_t await_resume() const { return result; }
};

// Cancels an operation when its deadline passes first.
class UringDeadline : Timer {
 public:
  UringDeadline(Reactor& reactor, Uring& uring, KernelOperation& operation, Deadline deadline);
  ~UringDeadline() { reactor_.disarm(*this); }
  bool passed() const { return passed_; }

 private:
  Reactor& reactor_;
  Uring& uring_;
  KernelOperation& operation_;
  bool passed_ = false;
};

// Files by io_uring, but for short durable writes, which go to `flushes`: a write that is to be
// durable ends in one of the kernel's worker threads, which waits for whoever computes on its core,
// up to 4 ms, while a thread of ours may ask to be let in at once.
class UringFileQueue final : public FileQueue {
 public:
  UringFileQueue(Uring& uring, FileQueue& flushes) : uring_(uring), flushes_(flushes) {}
  void submit(FileOperation& operation) override;

  // Larger ones take the disk's time, not the scheduler's, and go beside each other.
  static constexpr std::size_t short_write_max = 64 << 10;

 private:
  Uring& uring_;
  FileQueue& flushes_;
};

}  // namespace levada::io
