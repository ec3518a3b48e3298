#include "io/real/blocking_thread.h"

#include "io/real/scheduling.h"

namespace levada::io {

BlockingThread::~BlockingThread() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void BlockingThread::submit(BlockingCall& call) {
  if (!thread_.joinable()) thread_ = std::thread([this] { loop(); });
  {
    std::lock_guard lock(mutex_);
    waiting_.push_back(&call);
  }
  changed_.notify_one();
}

void BlockingThread::loop() {
  run_on_any_core();
  if (pace_ == Pace::prompt) ask_for_short_slices();
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    BlockingCall& call = *waiting_.front();
    waiting_.pop_front();
    lock.unlock();
    call.execute(call);
    home_.post(call);
    lock.lock();
  }
}

}  // namespace levada::io
