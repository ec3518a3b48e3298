#pragma once
// EventShelf: what the subscribers of one reactor are pushed, read once for all of them. Whoever
// asks first for a shard's records from a position reads them; who comes within a second takes the
// same immutable event, and with it what the face encoded from it. Bounded in bytes and in time.

#include <deque>
#include <map>

#include "io/signal.h"
#include "kinesis/neighbours.h"
#include "kinesis/read.h"

namespace levada::kinesis {

// The records from a position on, as far as they fit into one event.
struct ShelfRead {
  std::shared_ptr<const SubscriptionEvent> event;  // null: nothing was there
  log::Position next;                              // where to read on
  bool at_tip = false;                             // nothing behind `next` then
  std::size_t bytes = 0;                           // data and keys
};

class EventShelf {
 public:
  EventShelf(io::Reactor& reactor, const Neighbours& neighbours)
      : reactor_(reactor), neighbours_(neighbours) {}
  EventShelf(const EventShelf&) = delete;
  EventShelf& operator=(const EventShelf&) = delete;

  // `shard` is one of `stream`. Errors: those of ShardHost::read.
  Task<ShelfRead> read(catalog::StreamSnapshot stream, catalog::ShardIndex shard,
                       log::Position from);

  // Subscribers join and leave; behind the last one the shelf is empty.
  void join() { ++subscribers_; }
  void leave();

 private:
  struct Key {
    log::PartitionId partition;
    log::Position from;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Place {
    explicit Place(io::Reactor& reactor) : filled(reactor) {}
    io::Signal filled;
    bool reading = true;
    ShelfRead read;  // without an event: nothing was found, or the reading failed
  };
  struct Dated {
    Key key;
    MonotonicNanos since;
    std::size_t bytes;
  };

  Task<ShelfRead> fetch(catalog::StreamSnapshot stream, catalog::ShardIndex shard,
                        log::Position from);
  void clear_old();
  void drop_oldest();

  io::Reactor& reactor_;
  const Neighbours& neighbours_;
  std::map<Key, std::shared_ptr<Place>> places_;
  std::deque<Dated> by_age_;  // the filled ones
  std::size_t bytes_ = 0;
  std::size_t subscribers_ = 0;
};

}  // namespace levada::kinesis
