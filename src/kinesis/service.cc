#include "kinesis/service.h"

#include "kinesis/local_data_plane.h"
#include "kinesis/subscription_desk.h"

namespace levada::kinesis {
namespace {

constexpr Nanos metrics_interval = std::chrono::seconds(1);

}  // namespace

struct Service::Room {
  Room(const ReactorDoors& d, const log::Journals& journals, const ShardLimits& limits,
       MetricsRegistry& metrics)
      : doors(d),
        cipher(d.reactor.clock(), d.random),
        host(d.reactor, journals, table, cipher, limits, metrics) {}
  ReactorDoors doors;
  catalog::StreamTable table;
  RecordCipher cipher;
  ShardHost host;
  std::unique_ptr<SubscriptionDesk> desk;
  std::unique_ptr<LocalDataPlane> data;
  std::unique_ptr<LocalControlPlane> control;
  io::Gate gate;
};

Service::Service(std::vector<ReactorDoors> reactors, const log::Journals& journals, io::Disk& disk,
                 ServiceOptions options)
    : journals_(journals),
      disk_(disk),
      random_(reactors[journals.of(log::catalog_partition).reactor.index().value()].random),
      options_(std::move(options)) {
  MetricsRegistry& metrics = options_.metrics != nullptr ? *options_.metrics : unread_.emplace();
  std::vector<catalog::TableHost> tables;
  for (const ReactorDoors& doors : reactors) {
    rooms_.push_back(std::make_unique<Room>(doors, journals_, options_.limits, metrics));
    tables.push_back({doors.reactor, rooms_.back()->table});
  }
  std::vector<ShardHost*> hosts;
  for (std::size_t journal = 0; journal < journals_.size(); ++journal)
    hosts.push_back(&rooms_[journals_.at(journal).reactor.index().value()]->host);
  neighbours_ = std::make_unique<Neighbours>(journals_, std::move(hosts));
  catalog_ = std::make_unique<catalog::Catalog>(
      journals_, disk_, options_.directory + "/catalog.checkpoint", std::move(tables));
  lifecycle_ = std::make_unique<Lifecycle>(*catalog_, *neighbours_);
  std::vector<CipherHost> ciphers;
  for (const auto& room : rooms_) ciphers.push_back({room->doors.reactor, room->cipher});
  const std::string key_store =
      options_.key_store.empty() ? options_.directory + "/keys" : options_.key_store;
  keeper_ = std::make_unique<KeyKeeper>(*catalog_, disk_, random_, key_store, std::move(ciphers));
  on_demand_ = std::make_unique<OnDemand>(*catalog_, *neighbours_, options_.limits,
                                          options_.control.shard_limit);
}

Service::~Service() = default;

Task<Unit> Service::open() {
  const TokenKey key = co_await load_token_key(disk_, random_, options_.directory + "/token.key");
  co_await catalog_->open();
  catalog_->set_witness(*lifecycle_);
  for (const auto& room : rooms_) {
    const auto there = [this, &room, key] { return open_room(*room, key); };
    co_await io::call(catalog_->reactor(), room->doors.reactor, there);
  }
  co_await keeper_->open();
  co_await lifecycle_->resume();
  co_return Unit{};
}

Task<Unit> Service::open_room(Room& room, TokenKey key) {
  io::Reactor& reactor = room.doors.reactor;
  io::Random& random = room.doors.random;
  room.desk =
      std::make_unique<SubscriptionDesk>(reactor, room.table, *neighbours_, options_.limits);
  room.data = std::make_unique<LocalDataPlane>(reactor, room.table, *neighbours_, *room.desk,
                                               room.cipher, key, random);
  room.control = std::make_unique<LocalControlPlane>(reactor, room.table, *catalog_, *lifecycle_,
                                                     *keeper_, options_.control, key, random);
  room.gate.spawn(keep_retention(room));
  if (&reactor == &catalog_->reactor()) room.gate.spawn(keep_keys(room));
  if (&reactor == &catalog_->reactor()) room.gate.spawn(keep_scaling(room));
  if (options_.metrics != nullptr) room.gate.spawn(keep_metrics(room));
  co_return Unit{};
}

Task<Unit> Service::keep_retention(Room& room) {
  const bool has_catalog = &room.doors.reactor == &catalog_->reactor();
  while (co_await room.gate.pause(room.doors.reactor, options_.retention_interval)) {
    (void)co_await outcome(room.host.trim_expired());
    if (has_catalog) (void)co_await outcome(lifecycle_->expire_shards());
  }
  co_return Unit{};
}

Task<Unit> Service::keep_metrics(Room& room) {
  ShardMetrics metrics(*options_.metrics);
  while (co_await room.gate.pause(room.doors.reactor, metrics_interval))
    (void)co_await outcome(room.host.show(metrics));
  co_return Unit{};
}

Task<Unit> Service::keep_scaling(Room& room) {
  io::Reactor& reactor = room.doors.reactor;
  const io::Clock& clock = reactor.clock();
  MonotonicNanos last = clock.monotonic();
  while (co_await room.gate.pause(reactor, options_.on_demand_window)) {
    const Nanos window = clock.monotonic() - last;
    last = clock.monotonic();
    (void)co_await outcome(on_demand_->look(window));
  }
  co_return Unit{};
}

// Errors leave the keys that were read last; the next look may find the file whole.
Task<Unit> Service::keep_keys(Room& room) {
  io::Reactor& reactor = room.doors.reactor;
  while (co_await room.gate.pause(reactor, options_.key_interval))
    (void)co_await outcome(keeper_->refresh());
  co_return Unit{};
}

Task<Unit> Service::stop() {
  co_await lifecycle_->stop();
  for (const auto& room : rooms_) {
    const auto there = [&room] { return room->gate.close(); };
    co_await io::call(catalog_->reactor(), room->doors.reactor, there);
  }
  co_return co_await outcome(catalog_->checkpoint());
}

Task<Unit> Service::make_own_key() {
  co_return co_await outcome(keeper_->prepare(std::string(keys::managed_alias)));
}

DataPlane& Service::data(io::ReactorIndex reactor) { return *rooms_[reactor.value()]->data; }
ControlPlane& Service::control(io::ReactorIndex reactor) {
  return *rooms_[reactor.value()]->control;
}

}  // namespace levada::kinesis
