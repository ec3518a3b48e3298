#pragma once
// Reactor: one thread, pinned to a core, that runs coroutines and owns partitions for life. What
// lives on a reactor is touched by its thread only; others send it values through `post` or `call`.
// Nothing but `post` may be called from another thread.

#include <coroutine>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/id.h"
#include "base/task.h"
#include "base/time.h"
#include "io/clock.h"

namespace levada::io {

using ReactorIndex = Id<struct ReactorIndexTag, std::uint32_t>;

// A piece of work on its way to a reactor. Intrusive: whoever posts it keeps it alive until it ran.
struct Posted {
  Posted* next = nullptr;
  void (*run)(Posted&) = nullptr;
};

// A moment at which something happens. Intrusive; disarmed by whoever armed it, or by firing.
struct Timer {
  MonotonicNanos at;
  void (*fire)(Timer&) = nullptr;
  std::uint32_t heap_index = not_armed;  // the reactor's own
  static constexpr std::uint32_t not_armed = ~0u;
  bool armed() const { return heap_index != not_armed; }
};

class Reactor {
 public:
  virtual ~Reactor() = default;
  virtual ReactorIndex index() const = 0;
  virtual Clock& clock() = 0;
  // Runs `work` on this reactor soon, in the order posted by one thread. Any thread.
  virtual void post(Posted& work) noexcept = 0;
  virtual void arm(Timer& timer) = 0;
  virtual void disarm(Timer& timer) noexcept = 0;  // no-op when it is not armed
};

// Ends at the given moment.
Task<Unit> sleep_until(Reactor& reactor, Deadline moment);
Task<Unit> sleep_for(Reactor& reactor, Nanos duration);

// Lets everything else that is ready run first. Long loops in background work await this.
Task<Unit> yield(Reactor& reactor);

namespace reactor_detail {

template <class T, class Make>
struct Call : Posted {
  Reactor& home;
  Reactor& target;
  Make make;
  std::optional<Result<T>> result;
  std::coroutine_handle<> caller;

  Call(Reactor& from, Reactor& to, Make m) : home(from), target(to), make(std::move(m)) {}
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> self) {
    caller = self;
    run = [](Posted& posted) {
      auto& call = static_cast<Call&>(posted);
      start(call.make(), [&call](Result<T> r) {
        call.result.emplace(std::move(r));
        call.run = [](Posted& back) { static_cast<Call&>(back).caller.resume(); };
        call.home.post(call);
      });
    };
    target.post(*this);
  }
  Result<T> await_resume() { return std::move(*result); }
};

template <class T>
struct TaskValue;
template <class T>
struct TaskValue<Task<T>> {
  using type = T;
};

}  // namespace reactor_detail

// Runs the task that `make` makes on `target` and brings its Result home. `make` is a plain
// callable (not a coroutine); what it refers to must live until the call ends. On the same reactor
// it is an ordinary await.
template <class Make,
          class T = typename reactor_detail::TaskValue<std::invoke_result_t<Make&>>::type>
Task<T> call(Reactor& home, Reactor& target, Make make) {
  if (&home == &target) co_return co_await outcome(make());
  reactor_detail::Call<T, Make> message(home, target, std::move(make));
  co_return co_await message;
}

}  // namespace levada::io
