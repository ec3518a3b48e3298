#pragma once
// FarPort: a stream whose calls are made on other reactors than the one that asks for them, in
// turn. A sink decides what is sent on the reactor of the SQL engine; encoding, signing and waiting
// for answers need not take that reactor's time.

#include <memory>
#include <vector>

#include "connect/kinesis_port.h"
#include "io/reactor.h"

namespace levada::connect {

class FarPort final : public KinesisPort {
 public:
  // A port that belongs to a reactor. It is made wherever, then used and destroyed there only.
  struct Place {
    io::Reactor& reactor;
    std::shared_ptr<KinesisPort> port;
  };
  // At least one place. `home`: whose calls these are.
  FarPort(io::Reactor& home, std::vector<Place> places);
  ~FarPort() override;

  Task<std::vector<ShardInfo>> list_shards() override;
  Task<PutOutcomes> put_records(std::span<const PutEntry> entries) override;
  Task<std::string> shard_iterator(std::string shard, IteratorStart start) override;
  Task<ReadPage> get_records(std::string iterator, std::uint32_t limit) override;
  void shutdown() noexcept override;

 private:
  const Place& next() { return places_[turn_++ % places_.size()]; }

  io::Reactor& home_;
  std::vector<Place> places_;
  std::size_t turn_ = 0;
};

// Opens such ports.
class FarPorts final : public KinesisPorts {
 public:
  struct Place {
    io::Reactor& reactor;
    std::unique_ptr<KinesisPorts> ports;  // whose ports live on that reactor
  };
  FarPorts(io::Reactor& home, std::vector<Place> places)
      : home_(home), places_(std::move(places)) {}
  Result<std::unique_ptr<KinesisPort>> open(const KinesisOptions& options) override;

 private:
  io::Reactor& home_;
  std::vector<Place> places_;
};

}  // namespace levada::connect
