#pragma once
// Turn: coroutines of one reactor that must go one after the other. Whoever waits is served in the
// order of asking.
//
//   Turn::Held turn = co_await decisions_.take();   // given back by its destructor

#include <coroutine>
#include <utility>

#include "io/reactor.h"

namespace levada::state {

class Turn {
 public:
  explicit Turn(io::Reactor& reactor) : reactor_(reactor) {}
  ~Turn() { CHECK(!taken_, "nobody holds a turn that goes away"); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  class Held {
   public:
    explicit Held(Turn& turn) : turn_(&turn) {}
    Held(Held&& other) noexcept : turn_(std::exchange(other.turn_, nullptr)) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (turn_ != nullptr) turn_->give();
    }

   private:
    Turn* turn_;
  };

  struct Waiting : io::Posted {
    Turn& turn;
    std::coroutine_handle<> self;
    Waiting* behind = nullptr;
    explicit Waiting(Turn& t) : turn(t) {
      run = [](io::Posted& posted) { static_cast<Waiting&>(posted).self.resume(); };
    }
    bool await_ready() { return !std::exchange(turn.taken_, true); }
    void await_suspend(std::coroutine_handle<> handle) {
      self = handle;
      (turn.last_ == nullptr ? turn.first_ : turn.last_->behind) = this;
      turn.last_ = this;
    }
    Held await_resume() { return Held(turn); }
  };
  Waiting take() { return Waiting(*this); }

 private:
  void give() {
    if (first_ == nullptr) {
      taken_ = false;
      return;
    }
    Waiting* next = std::exchange(first_, first_->behind);
    if (first_ == nullptr) last_ = nullptr;
    reactor_.post(*next);  // not resumed here: a long queue would deepen the stack
  }

  io::Reactor& reactor_;
  bool taken_ = false;
  Waiting* first_ = nullptr;
  Waiting* last_ = nullptr;
};

}  // namespace levada::state
