#pragma once
// WriteTurns: how many large writes of one reactor are on their way at once. What is being sent
// lies in the kernel until its receiver has taken it; where a hundred receivers of one machine are
// sent a megabyte each at once, it falls out of every cache before. A few at a time make a fan-out
// a sixth faster (bench/RESULTS.md). A turn ends by itself after a while: a client that takes
// nothing delays nobody.

#include <array>
#include <deque>
#include <optional>
#include <utility>

#include "io/reactor.h"
#include "io/signal.h"

namespace levada::http {

inline constexpr std::size_t large_write = 256 << 10;  // what waits for its turn

class WriteTurns {
 public:
  static constexpr std::size_t at_once = 4;
  // A megabyte takes half of one on an idle machine.
  static constexpr Nanos turn_max = std::chrono::milliseconds(5);

  explicit WriteTurns(io::Reactor& reactor) : reactor_(reactor) {}

  // One turn, given back by its destructor.
  class Held {
   public:
    Held(WriteTurns& turns, std::size_t place, MonotonicNanos until)
        : turns_(&turns), place_(place), until_(until) {}
    Held(Held&& other) noexcept
        : turns_(std::exchange(other.turns_, nullptr)),
          place_(other.place_),
          until_(other.until_) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (turns_ != nullptr) turns_->give_back(*this);
    }

   private:
    friend class WriteTurns;
    WriteTurns* turns_;
    std::size_t place_;
    MonotonicNanos until_;
  };

  // In the order of asking.
  Task<Held> take();

 private:
  struct Waiting {
    explicit Waiting(io::Reactor& reactor) : woken(reactor) {}
    io::Signal woken;
    std::optional<Held> turn;
  };

  std::optional<Held> free_turn();
  void admit();
  void give_back(const Held& turn);

  io::Reactor& reactor_;
  std::array<MonotonicNanos, at_once> until_{};  // the turn of each place ends
  std::deque<Waiting*> waiting_;
};

}  // namespace levada::http
