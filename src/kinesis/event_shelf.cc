#include "kinesis/event_shelf.h"

#include <algorithm>

namespace levada::kinesis {
namespace {

constexpr Bytes event_bytes_max = 1_MiB;  // well below the clients' 2 MiB
constexpr std::uint32_t event_records_max = 10'000;
// Sixteen shards' worth of two events each; encoded they take two and a half times as much.
constexpr std::size_t shelf_bytes_max = count(32_MiB);
// MillisBehindLatest is part of what is shared, so nothing may lie here for long.
constexpr Nanos shelf_life = std::chrono::seconds(1);

}  // namespace

Task<ShelfRead> EventShelf::read(catalog::StreamSnapshot stream, catalog::ShardIndex shard,
                                 log::Position from) {
  clear_old();
  const Key key{stream->find(shard)->partition, from};
  if (const auto at = places_.find(key); at != places_.end()) {
    const std::shared_ptr<Place> place = at->second;
    while (place->reading) (void)co_await outcome(place->filled.wait());
    if (place->read.event != nullptr) co_return place->read;
    co_return co_await outcome(fetch(std::move(stream), shard, from));
  }
  const auto place = std::make_shared<Place>(reactor_);
  places_.emplace(key, place);
  Result<ShelfRead> read = co_await outcome(fetch(std::move(stream), shard, from));
  place->reading = false;
  if (read) place->read = *read;
  place->filled.notify_all();
  if (!read || read->event == nullptr || subscribers_ == 0) {
    places_.erase(key);
    co_return std::move(read);
  }
  by_age_.push_back({key, reactor_.clock().monotonic(), read->bytes});
  bytes_ += read->bytes;
  while (bytes_ > shelf_bytes_max && by_age_.size() > 1) drop_oldest();
  co_return std::move(read);
}

Task<ShelfRead> EventShelf::fetch(catalog::StreamSnapshot stream, catalog::ShardIndex index,
                                  log::Position from) {
  const catalog::Shard& shard = *stream->find(index);
  const ReadAsk ask{.stream = stream->id,
                    .shard = index,
                    .position = from,
                    .records_max = event_records_max,
                    .bytes_max = event_bytes_max,
                    .polling = false};
  const auto look = [ask](ShardHost& host) { return host.read(ask); };
  ReadResult found = co_await neighbours_.at(reactor_, shard.partition, look);
  ShelfRead read{
      .event = nullptr, .next = found.next, .at_tip = found.at_tip, .bytes = found.bytes};
  if (found.records.empty()) co_return read;
  SubscriptionEvent event;
  if (!found.at_tip)
    event.behind_latest = std::max(reactor_.clock().now() - found.last_arrival, Millis(0));
  // The children come in an event of their own: lifion-kinesis drops the records of one that cannot
  // be continued.
  event.continuation = found.records.back().sequence;
  event.records = std::move(found.records);
  event.keepers = std::move(found.keepers);
  read.event = std::make_shared<const SubscriptionEvent>(std::move(event));
  co_return read;
}

void EventShelf::leave() {
  if (--subscribers_ > 0) return;
  while (!by_age_.empty()) drop_oldest();
}

void EventShelf::clear_old() {
  const MonotonicNanos now = reactor_.clock().monotonic();
  while (!by_age_.empty() && now - by_age_.front().since > shelf_life) drop_oldest();
}

void EventShelf::drop_oldest() {
  bytes_ -= by_age_.front().bytes;
  places_.erase(by_age_.front().key);
  by_age_.pop_front();
}

}  // namespace levada::kinesis
