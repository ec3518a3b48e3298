#include "server/build_faces.h"

namespace levada::server {

HttpFace::HttpFace(io::Reactors& reactors, std::vector<http::Handler*> handlers,
                   http::Limits limits, MetricsRegistry& metrics, std::string_view name)
    : reactors_(reactors) {
  std::vector<http::Acceptor::Target> targets;
  for (std::uint32_t n = 0; n < handlers.size(); ++n) {
    const io::ReactorIndex index(n);
    servers_.push_back(
        std::make_unique<http::Server>(reactors.at(index), *handlers[n], limits, metrics, name));
    targets.push_back({reactors.at(index), reactors.network(index), *servers_.back()});
  }
  const io::ReactorIndex first(0);
  acceptor_ = std::make_unique<http::Acceptor>(reactors.at(first), reactors.network(first),
                                               std::move(targets));
}

Result<io::Address> HttpFace::open(const io::Address& address) {
  const auto listen = [&]() -> Task<io::Address> { return acceptor_->listen(address); };
  Result<io::Address> bound = reactors_.run(io::ReactorIndex(0), listen);
  if (!bound) return bound;
  const auto begin = [](http::Acceptor& acceptor) -> Task<Unit> {
    acceptor.start();
    co_return Unit{};
  };
  TRY(reactors_.run(io::ReactorIndex(0), [&] { return begin(*acceptor_); }));
  open_ = true;
  return bound;
}

void HttpFace::close() {
  if (!std::exchange(open_, false)) return;
  (void)reactors_.run(io::ReactorIndex(0), [&] { return acceptor_->stop(); });
  for (std::uint32_t n = 0; n < servers_.size(); ++n)
    (void)reactors_.run(io::ReactorIndex(n), [&] { return servers_[n]->stop(); });
}

}  // namespace levada::server
