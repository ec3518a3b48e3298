#include "io/gate.h"

#include <utility>

#include "base/check.h"

namespace levada::io {

Gate::~Gate() { CHECK(inside_ == 0, "a gate went away with work inside"); }

void Gate::spawn(Task<Unit> task, std::function<void(const Error&)> on_error) {
  ++inside_;
  start(std::move(task), [this, on_error = std::move(on_error)](Result<Unit> result) {
    if (!result && on_error) on_error(result.error());
    leave();
  });
}

void Gate::leave() {
  CHECK(inside_ > 0);
  --inside_;
  if (inside_ == 0 && closer_) std::exchange(closer_, nullptr).resume();  // may destroy this gate
}

void Gate::stop() {
  stopping_ = true;
  hurry();
}

void Gate::hurry() {
  if (pauses_) pauses_->notify_all();
}

Task<bool> Gate::pause(Reactor& reactor, Nanos duration) {
  if (stopping_) co_return false;
  if (!pauses_) pauses_.emplace(reactor);
  const Deadline end = reactor.clock().monotonic() + duration;
  (void)co_await outcome(pauses_->wait(end));
  co_return !stopping_;
}

Task<Unit> Gate::close() {
  struct Empty {
    Gate& gate;
    bool await_ready() const { return gate.inside_ == 0; }
    void await_suspend(std::coroutine_handle<> self) { gate.closer_ = self; }
    void await_resume() {}
  };
  stop();
  CHECK(!closer_, "a gate has one closer");
  Empty empty{*this};
  co_await empty;
  co_return Unit{};
}

}  // namespace levada::io
