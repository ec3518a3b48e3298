#include "connect/sink_lanes.h"

#include <algorithm>

#include "base/check.h"
#include "wire/md5.h"

namespace levada::connect {
namespace {

// How far a lane looks past entries whose keys must wait: a bound on the work of one call.
constexpr std::size_t look_ahead_max = 10'000;

std::uint64_t size_of(const SinkRecord& record) {
  return record.partition_key.size() + record.data.size();
}

}  // namespace

Result<Unit> SinkLanes::set_shards(const std::vector<ShardInfo>& shards) {
  CHECK(!any_busy());
  std::vector<Lane> lanes;
  for (const ShardInfo& shard : shards)
    if (shard.open) lanes.push_back({shard.id, shard.first_hash_key, shard.last_hash_key, {}, {}});
  std::sort(lanes.begin(), lanes.end(),
            [](const Lane& a, const Lane& b) { return a.first < b.first; });
  Uint128 next = 0;
  for (const Lane& lane : lanes) {
    if (lane.first != next) return fail(ErrorKind::invalid, "the open shards leave a gap");
    next = lane.last + 1;
  }
  if (lanes.empty() || next != 0) return fail(ErrorKind::invalid, "the open shards leave a gap");

  Entries all;
  for (Lane& lane : lanes_)
    all.merge(lane.queue, [](const Entry& a, const Entry& b) { return a.number < b.number; });
  lanes_ = std::move(lanes);
  while (!all.empty()) {
    Entries& queue = lanes_[lane_of(all.front().hash_key)].queue;
    queue.splice(queue.end(), all, all.begin());
  }
  return Unit{};
}

std::size_t SinkLanes::lane_of(Uint128 hash_key) const {
  const auto after =
      std::upper_bound(lanes_.begin(), lanes_.end(), hash_key,
                       [](Uint128 key, const Lane& lane) { return key < lane.first; });
  return static_cast<std::size_t>(after - lanes_.begin()) - 1;
}

void SinkLanes::add(std::uint64_t epoch, SinkRecord record) {
  CHECK(!lanes_.empty());
  if (rules_.replace) {
    const auto known = keys_.find(record.key);
    if (known != keys_.end() && !known->second.last->sent) {
      Entry& waiting = *known->second.last;
      if (waiting.record.partition_key == record.partition_key) {
        if (--epochs_[waiting.epoch] == 0) epochs_.erase(waiting.epoch);
        ++epochs_[epoch];
        pending_bytes_ += size_of(record) - size_of(waiting.record);
        waiting.epoch = epoch;
        waiting.record = std::move(record);
        return;
      }
    }
  }
  const Uint128 hash_key = wire::as_number(wire::md5(record.partition_key));
  Lane& lane = lanes_[lane_of(hash_key)];
  ++pending_;
  ++epochs_[epoch];
  pending_bytes_ += size_of(record);
  lane.queue.push_back({epoch, next_number_++, std::move(record), hash_key});
  Entry& entry = lane.queue.back();
  if (!rules_.key_order) return;
  entry.key = &*keys_.try_emplace(entry.record.key).first;
  Key& key = entry.key->second;
  (key.last == nullptr ? key.first : key.last->next_of_key) = &entry;
  key.last = &entry;
}

std::vector<PutEntry> SinkLanes::take(std::size_t number, std::size_t entries_max) {
  Lane& lane = lanes_[number];
  std::vector<PutEntry> batch;
  if (!lane.sent.empty()) return batch;
  std::uint64_t bytes = 0;
  std::size_t looked = 0;
  for (auto entry = lane.queue.begin();
       entry != lane.queue.end() && batch.size() < entries_max && looked < look_ahead_max;
       ++entry, ++looked) {
    if (rules_.key_order && entry->key->second.first != &*entry) continue;
    const std::uint64_t size = size_of(entry->record);
    // A record over the limit of a call goes alone.
    if (!batch.empty() && bytes + size > count(put_bytes_max)) break;
    bytes += size;
    entry->sent = true;
    lane.sent.push_back(entry);
    batch.push_back({entry->record.partition_key, as_bytes(entry->record.data)});
  }
  return batch;
}

bool SinkLanes::any_busy() const {
  return std::any_of(lanes_.begin(), lanes_.end(),
                     [](const Lane& lane) { return !lane.sent.empty(); });
}

void SinkLanes::forget(Lane& lane, Entries::iterator entry) {
  if (rules_.key_order) {
    Key& key = entry->key->second;
    CHECK(key.first == &*entry, "entries of a key leave in their order");
    key.first = entry->next_of_key;
    if (key.first == nullptr) keys_.erase(entry->key->first);
  }
  if (--epochs_[entry->epoch] == 0) epochs_.erase(entry->epoch);
  pending_bytes_ -= size_of(entry->record);
  --pending_;
  lane.queue.erase(entry);
}

SinkLanes::Settled SinkLanes::settle(std::size_t number, const std::vector<PutOutcome>& outcomes) {
  Lane& lane = lanes_[number];
  CHECK(outcomes.size() == lane.sent.size());
  Settled settled;
  for (std::size_t n = 0; n < outcomes.size(); ++n) {
    const Entries::iterator entry = lane.sent[n];
    if (!outcomes[n].taken) {
      entry->sent = false;
      ++settled.failed;
      continue;
    }
    ++settled.taken;
    settled.taken_bytes += size_of(entry->record);
    settled.moved |= outcomes[n].shard != lane.shard;
    forget(lane, entry);
  }
  lane.sent.clear();
  return settled;
}

void SinkLanes::put_back(std::size_t number) {
  for (const Entries::iterator entry : lanes_[number].sent) entry->sent = false;
  lanes_[number].sent.clear();
}

std::vector<EpochRecord> SinkLanes::take_all() {
  CHECK(!any_busy());
  Entries all;
  for (Lane& lane : lanes_)
    all.merge(lane.queue, [](const Entry& a, const Entry& b) { return a.number < b.number; });
  keys_.clear();
  epochs_.clear();
  pending_ = pending_bytes_ = 0;
  std::vector<EpochRecord> records;
  records.reserve(all.size());
  for (Entry& entry : all) records.emplace_back(entry.epoch, std::move(entry.record));
  return records;
}

void SinkLanes::drop(std::size_t number) {
  Lane& lane = lanes_[number];
  CHECK(lane.sent.size() == 1);
  forget(lane, lane.sent.front());
  lane.sent.clear();
}

std::optional<std::uint64_t> SinkLanes::oldest() const {
  if (epochs_.empty()) return std::nullopt;
  return epochs_.begin()->first;
}

}  // namespace levada::connect
