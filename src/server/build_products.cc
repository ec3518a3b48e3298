#include "server/build_products.h"

namespace levada::server {
namespace {

// Readers honour retention at once; these only give space back.
constexpr Nanos retention_interval = std::chrono::seconds(30);
constexpr Nanos shard_expiry_interval = std::chrono::minutes(1);

kinesis::ShardLimits shard_limits(const Configuration& configuration) {
  if (!configuration.shard_limits) return kinesis::ShardLimits::off();
  if (*configuration.shard_limits == ShardLimits{}) return kinesis::ShardLimits::aws();
  return kinesis::ShardLimits::custom(configuration.shard_limits->records_in,
                                      count(configuration.shard_limits->bytes_in));
}

Task<Unit> begin(Upkeep& upkeep) {
  upkeep.start();
  co_return Unit{};
}

}  // namespace

Result<std::unique_ptr<ProductFloor>> ProductFloor::build(const Configuration& configuration,
                                                          IoFloor& ground, LogFloor& logs) {
  std::unique_ptr<ProductFloor> floor(new ProductFloor(configuration, ground, logs));
  TRY(floor->open(configuration));
  return floor;
}

ProductFloor::ProductFloor(const Configuration& configuration, IoFloor& ground, LogFloor& logs)
    : ground_(ground), logs_(logs) {
  control_options_.transition_delay = configuration.stream_transition_delay;
  control_options_.shard_limit = configuration.shard_limit;

  const log::Journals& journals = logs.journals();
  std::vector<catalog::TableHost> tables;
  for (std::uint32_t n = 0; n < ground.size(); ++n) {
    io::Reactor& reactor = ground.reactors->at(io::ReactorIndex(n));
    OnReactor& here = *reactors_.emplace_back(std::make_unique<OnReactor>());
    here.host = std::make_unique<kinesis::ShardHost>(reactor, journals, here.table,
                                                     shard_limits(configuration));
    tables.push_back({reactor, here.table});
  }
  std::vector<kinesis::ShardHost*> hosts;
  for (std::size_t journal = 0; journal < journals.size(); ++journal)
    hosts.push_back(here(logs.home(journal)).host.get());
  neighbours_ = std::make_unique<kinesis::Neighbours>(journals, std::move(hosts));
  catalog_ =
      std::make_unique<catalog::Catalog>(journals, ground.reactors->disk(catalog_home()),
                                         configuration.data_dir + "/catalog", std::move(tables));
  lifecycle_ = std::make_unique<kinesis::Lifecycle>(*catalog_, *neighbours_);
}

Result<Unit> ProductFloor::open(const Configuration& configuration) {
  io::Reactors& reactors = *ground_.reactors;
  const io::ReactorIndex home = catalog_home();
  const std::string key_path = configuration.data_dir + "/token-key";
  const kinesis::TokenKey key = TRY(reactors.run(home, [&] {
    return kinesis::load_token_key(reactors.disk(home), reactors.random(home), key_path);
  }));
  build_planes(key);
  TRY(reactors.run(home, [&] { return catalog_->open(); }));
  catalog_->set_witness(*lifecycle_);
  TRY(reactors.run(home, [&] { return lifecycle_->resume(); }));

  for (std::uint32_t n = 0; n < ground_.size(); ++n)
    TRY(reactors.run(io::ReactorIndex(n),
                     [&] { return begin(*here(io::ReactorIndex(n)).retention); }));
  return reactors.run(home, [&] { return begin(*shard_expiry_); });
}

void ProductFloor::build_planes(const kinesis::TokenKey& key) {
  for (std::uint32_t n = 0; n < ground_.size(); ++n) {
    const io::ReactorIndex index(n);
    io::Reactor& reactor = ground_.reactors->at(index);
    io::Random& random = ground_.reactors->random(index);
    OnReactor& on = here(index);
    on.desk = std::make_unique<kinesis::SubscriptionDesk>(reactor, on.table, *neighbours_);
    on.data = std::make_unique<kinesis::LocalDataPlane>(reactor, on.table, *neighbours_, *on.desk,
                                                        key, random);
    on.control = std::make_unique<kinesis::LocalControlPlane>(
        reactor, on.table, *catalog_, *lifecycle_, control_options_, key, random);
    on.retention = std::make_unique<Upkeep>(
        reactor, retention_interval, [host = on.host.get()] { return host->trim_expired(); });
  }
  shard_expiry_ = std::make_unique<Upkeep>(catalog_->reactor(), shard_expiry_interval,
                                           [this] { return lifecycle_->expire_shards(); });
}

void ProductFloor::close() {
  io::Reactors& reactors = *ground_.reactors;
  (void)reactors.run(catalog_home(), [&] { return shard_expiry_->stop(); });
  for (std::uint32_t n = 0; n < ground_.size(); ++n)
    (void)reactors.run(io::ReactorIndex(n),
                       [&] { return here(io::ReactorIndex(n)).retention->stop(); });
  (void)reactors.run(catalog_home(), [&] { return lifecycle_->stop(); });
  (void)reactors.run(catalog_home(), [&] { return catalog_->checkpoint(); });
}

}  // namespace levada::server
