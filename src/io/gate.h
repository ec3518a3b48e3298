#pragma once
// Gate: spawned work that a stop waits for. Every coroutine that nobody awaits was spawned through
// the gate of its owner; the owner closes the gate before it goes away.

#include <coroutine>
#include <cstddef>
#include <functional>
#include <optional>

#include "base/task.h"
#include "io/reactor.h"
#include "io/signal.h"

namespace levada::io {

class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();  // CHECKs that nothing is inside

  // Starts the task now. Its error, if any, goes to `on_error` (may be empty: ignored).
  void spawn(Task<Unit> task, std::function<void(const Error&)> on_error = {});

  // Asks what is inside to end; loops look at it between steps. Ends every pause; other waits are
  // ended by their owners.
  void stop();
  bool stopping() const { return stopping_; }

  // The sleep of what is inside: ends after `duration`, at a stop or when somebody hurries. The
  // value: whether to go on (false: the gate is stopping). A chore that repeats is a loop
  // `while (co_await gate.pause(reactor, interval))`, and costs nothing between its rounds.
  Task<bool> pause(Reactor& reactor, Nanos duration);
  void hurry();  // every pause ends now, because there is something to do

  std::size_t inside() const { return inside_; }

  // stop(), then waits until everything spawned has ended. At most one closer.
  Task<Unit> close();

 private:
  void leave();
  std::size_t inside_ = 0;
  bool stopping_ = false;
  std::optional<Signal> pauses_;  // made by the first pause, of the reactor that all of them are on
  std::coroutine_handle<> closer_;
};

}  // namespace levada::io
