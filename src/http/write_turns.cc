#include "http/write_turns.h"

namespace levada::http {

Task<WriteTurns::Held> WriteTurns::take() {
  if (waiting_.empty()) {
    if (std::optional<Held> turn = free_turn()) co_return *std::move(turn);
  }
  Waiting waiting(reactor_);
  waiting_.push_back(&waiting);
  while (!waiting.turn) {
    const Deadline deadline = reactor_.clock().monotonic() + turn_max;
    const Result<Unit> woken = co_await outcome(waiting.woken.wait(deadline));
    if (!woken) admit();  // somebody's turn has ended by itself
  }
  co_return *std::move(waiting.turn);
}

std::optional<WriteTurns::Held> WriteTurns::free_turn() {
  const MonotonicNanos now = reactor_.clock().monotonic();
  for (std::size_t place = 0; place < at_once; ++place) {
    if (until_[place] > now) continue;
    until_[place] = now + turn_max;
    return Held(*this, place, until_[place]);
  }
  return std::nullopt;
}

void WriteTurns::admit() {
  while (!waiting_.empty()) {
    std::optional<Held> turn = free_turn();
    if (!turn) return;
    Waiting& next = *waiting_.front();
    waiting_.pop_front();
    next.turn.emplace(*std::move(turn));
    next.woken.notify_all();
  }
}

// Unless it ended by itself and the place is another's.
void WriteTurns::give_back(const Held& turn) {
  if (until_[turn.place_] != turn.until_) return;
  until_[turn.place_] = {};
  admit();
}

}  // namespace levada::http
