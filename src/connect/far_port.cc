#include "connect/far_port.h"

#include "base/check.h"

namespace levada::connect {
namespace {

// A word to a port on its reactor that nobody waits for. It keeps the port alive, and when it is
// the last to do so, the port goes away there.
struct Word : io::Posted {
  std::shared_ptr<KinesisPort> port;
  bool shutdown = false;

  static void send(io::Reactor& to, std::shared_ptr<KinesisPort> port, bool shutdown) {
    auto* const word = new Word;
    word->port = std::move(port);
    word->shutdown = shutdown;
    word->run = [](io::Posted& posted) {
      const std::unique_ptr<Word> self(static_cast<Word*>(&posted));
      if (self->shutdown) self->port->shutdown();
    };
    to.post(*word);
  }
};

}  // namespace

FarPort::FarPort(io::Reactor& home, std::vector<Place> places)
    : home_(home), places_(std::move(places)) {
  CHECK(!places_.empty());
}

FarPort::~FarPort() {
  for (Place& place : places_) Word::send(place.reactor, std::move(place.port), false);
}

void FarPort::shutdown() noexcept {
  for (const Place& place : places_) Word::send(place.reactor, place.port, true);
}

// The caller keeps this, and so the port, until its call has ended; what `make` refers to as well.

Task<std::vector<ShardInfo>> FarPort::list_shards() {
  const Place& place = next();
  return io::call(home_, place.reactor, [port = place.port.get()] { return port->list_shards(); });
}

Task<PutOutcomes> FarPort::put_records(std::span<const PutEntry> entries) {
  const Place& place = next();
  return io::call(home_, place.reactor,
                  [port = place.port.get(), entries] { return port->put_records(entries); });
}

Task<std::string> FarPort::shard_iterator(std::string shard, IteratorStart start) {
  const Place& place = next();
  return io::call(home_, place.reactor,
                  [port = place.port.get(), shard = std::move(shard), start = std::move(start)] {
                    return port->shard_iterator(shard, start);
                  });
}

Task<ReadPage> FarPort::get_records(std::string iterator, std::uint32_t limit) {
  const Place& place = next();
  return io::call(home_, place.reactor,
                  [port = place.port.get(), iterator = std::move(iterator), limit] {
                    return port->get_records(iterator, limit);
                  });
}

Result<std::unique_ptr<KinesisPort>> FarPorts::open(const KinesisOptions& options) {
  std::vector<FarPort::Place> opened;
  for (const Place& place : places_)
    opened.push_back({place.reactor, TRY(place.ports->open(options))});
  return std::make_unique<FarPort>(home_, std::move(opened));
}

}  // namespace levada::connect
