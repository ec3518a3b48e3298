#include "server/upkeep.h"

namespace levada::server {

Task<Unit> Upkeep::stop() {
  gate_.stop();
  stopped_.notify_all();
  return gate_.close();
}

Task<Unit> Upkeep::repeat() {
  while (!gate_.stopping()) {
    const Deadline next = reactor_.clock().monotonic() + interval_;
    (void)co_await outcome(stopped_.wait(next));
    if (gate_.stopping()) break;
    (void)co_await outcome(chore_());
  }
  co_return Unit{};
}

}  // namespace levada::server
