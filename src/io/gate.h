#pragma once
// Gate: spawned work that a stop waits for. Every coroutine that nobody awaits was spawned through
// the gate of its owner; the owner closes the gate before it goes away.

#include <coroutine>
#include <cstddef>
#include <functional>

#include "base/task.h"

namespace levada::io {

class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();  // CHECKs that nothing is inside

  // Starts the task now. Its error, if any, goes to `on_error` (may be empty: ignored).
  void spawn(Task<Unit> task, std::function<void(const Error&)> on_error = {});

  // Asks what is inside to end; loops look at it between steps. Waits are ended by their owners.
  void stop() { stopping_ = true; }
  bool stopping() const { return stopping_; }
  std::size_t inside() const { return inside_; }

  // stop(), then waits until everything spawned has ended. At most one closer.
  Task<Unit> close();

 private:
  void leave();
  std::size_t inside_ = 0;
  bool stopping_ = false;
  std::coroutine_handle<> closer_;
};

}  // namespace levada::io
