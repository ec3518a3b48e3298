#include "server/build_faces.h"

namespace levada::server {

HttpFace::HttpFace(io::Reactors& reactors, std::vector<http::Handler*> handlers,
                   http::Limits limits, MetricsRegistry& metrics, std::string_view name,
                   const tls::TlsContext* tls)
    : reactors_(reactors) {
  std::vector<http::Acceptor::Target> targets;
  for (std::uint32_t n = 0; n < handlers.size(); ++n) {
    const io::ReactorIndex index(n);
    servers_.push_back(std::make_unique<http::Server>(reactors.at(index), *handlers[n], limits,
                                                      metrics, name, tls));
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

AwsFace::AwsFace(const Configuration& configuration, IoFloor& ground, ProductFloor& products,
                 const aws::Credentials* credentials, aws::AuditLog* audit,
                 MetricsRegistry& metrics, const tls::TlsContext* tls)
    : threads_(*ground.reactors) {
  aws::Pipeline::Options options{
      .home = {.account = configuration.account.digits, .region = configuration.region},
      .credentials = credentials,
      .audit = audit};
  const std::optional<aws::FaultPlan>& faults = configuration.faults;
  const std::uint64_t seed =
      faults ? faults->seed.value_or(ground.reactors->random(io::ReactorIndex(0)).next()) : 0;
  const aws::FaultRule* puts = faults ? faults->find("PutRecords") : nullptr;
  std::vector<http::Handler*> handlers;
  for (std::uint32_t n = 0; n < ground.size(); ++n) {
    const io::ReactorIndex index(n);
    OnReactor& here = reactors_.emplace_back();
    kinesis::DataPlane* data = &products.data(index);
    if (faults) {
      here.faults =
          std::make_unique<aws::FaultInjection>(ground.reactors->at(index), *faults, seed, metrics);
      options.faults = here.faults.get();
    }
    if (puts != nullptr && puts->partial > 0) {
      here.partial_puts = std::make_unique<kinesis::PartialPuts>(*data, puts->partial, seed + n);
      data = here.partial_puts.get();
    }
    here.kinesis = std::make_unique<aws::KinesisFace>(*data, products.control(index));
    here.timestream_write = std::make_unique<aws::TimestreamWriteFace>(
        ground.reactors->at(index), products.timestream(), tls != nullptr ? "https" : "http");
    here.timestream_query = std::make_unique<aws::TimestreamQueryFace>(
        ground.reactors->at(index), products.timestream(), products.timestream_queries(),
        products.timestream_scheduler());
    here.pipeline = std::make_unique<aws::Pipeline>(
        ground.reactors->at(index).clock(), ground.reactors->random(index), metrics,
        std::vector<aws::ServiceFace*>{here.kinesis.get(), here.timestream_write.get(),
                                       here.timestream_query.get()},
        options);
    handlers.push_back(here.pipeline.get());
  }
  http::Limits limits;
  limits.connections = configuration.connections_max;
  http_ = std::make_unique<HttpFace>(*ground.reactors, std::move(handlers), limits, metrics, "aws",
                                     tls);
}

void AwsFace::close() {
  if (std::exchange(closed_, true)) return;
  http_->close();
  for (std::uint32_t n = 0; n < reactors_.size(); ++n)
    (void)threads_.run(io::ReactorIndex(n), [&] { return reactors_[n].timestream_query->stop(); });
}

}  // namespace levada::server
