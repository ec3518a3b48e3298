#include "http/acceptor.h"

namespace levada::http {
namespace {

// After a failed accept (out of descriptors, say): connections wait in the kernel meanwhile.
constexpr Nanos accept_pause = std::chrono::milliseconds(50);

Task<Unit> hand_over(Acceptor::Target target, io::Accepted& accepted) {
  target.server.serve(target.network.adopt(std::move(accepted)));
  co_return Unit{};
}

}  // namespace

Acceptor::Acceptor(io::Reactor& home, io::Network& network, std::vector<Target> targets)
    : home_(home), network_(network), targets_(std::move(targets)) {}

Task<io::Address> Acceptor::listen(io::Address address) {
  listener_ = co_await network_.listen(std::move(address));
  co_return listener_->local();
}

void Acceptor::start() { gate_.spawn(accept_all()); }

Task<Unit> Acceptor::stop() {
  gate_.stop();
  listener_->close();
  return gate_.close();
}

Task<Unit> Acceptor::accept_all() {
  for (std::size_t turn = 0; !gate_.stopping(); ++turn) {
    Result<io::Accepted> accepted = co_await outcome(listener_->accept());
    if (!accepted) {
      if (accepted.error().kind == ErrorKind::closed) break;
      co_await io::sleep_for(home_, accept_pause);
      continue;
    }
    const Target target = targets_[turn % targets_.size()];
    co_await io::call(home_, target.reactor, [&] { return hand_over(target, *accepted); });
  }
  co_return Unit{};
}

}  // namespace levada::http
