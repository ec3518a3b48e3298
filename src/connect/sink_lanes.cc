#include "connect/sink_lanes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "wire/md5.h"

namespace levada::connect {
namespace {

// How far a lane looks past entries whose keys must wait: a bound on the work of one call.
constexpr std::size_t look_ahead_max = 10'000;
constexpr std::size_t digests_at_once = 64;
constexpr std::size_t buckets_first = 4'096;
// Entries kept for use again, with the memory of small records.
constexpr std::size_t spare_max = 20'000;
constexpr std::size_t spare_data_max = 1'024;

std::uint64_t size_of(const SinkRecord& record) {
  return record.partition_key().size() + record.data_size();
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

void SinkLanes::add(std::uint64_t epoch, std::span<SinkRecord> records) {
  CHECK(!lanes_.empty());
  std::array<std::string_view, digests_at_once> keys;
  std::array<wire::Md5Digest, digests_at_once> digests;
  while (!records.empty()) {
    const std::span<SinkRecord> some = records.first(std::min(records.size(), digests_at_once));
    records = records.subspan(some.size());
    for (std::size_t n = 0; n < some.size(); ++n) keys[n] = some[n].partition_key();
    wire::md5_many(std::span(keys).first(some.size()), std::span(digests).first(some.size()));
    for (std::size_t n = 0; n < some.size(); ++n) add(epoch, some[n], wire::as_number(digests[n]));
  }
}

void SinkLanes::add(std::uint64_t epoch, SinkRecord& record, Uint128 hash_key) {
  const bool own_partition = !record.other_partition_key.empty();
  const std::uint64_t key_hash =
      own_partition ? std::hash<std::string>{}(record.key) : static_cast<std::uint64_t>(hash_key);
  Entry** newest = nullptr;
  if (rules_.key_order) {
    if (pending_ >= buckets_.size()) widen();
    newest = newest_of(key_hash, record.key);
    Entry* const waiting = *newest;
    if (rules_.replace && waiting != nullptr && !waiting->sent && waiting->hash_key == hash_key) {
      count_out(waiting->epoch);
      ++epochs_[epoch];
      pending_bytes_ += size_of(record) - size_of(waiting->record);
      waiting->epoch = epoch;
      std::swap(waiting->record, record);
      return;
    }
  }
  Lane& lane = lanes_[lane_of(hash_key)];
  ++pending_;
  ++epochs_[epoch];
  pending_bytes_ += size_of(record);
  if (spare_.empty()) spare_.emplace_back();
  lane.queue.splice(lane.queue.end(), spare_, spare_.begin());
  Entry& entry = lane.queue.back();
  entry.epoch = epoch;
  entry.number = next_number_++;
  std::swap(entry.record, record);
  entry.hash_key = hash_key;
  entry.sent = entry.follows = false;
  entry.next_of_key = nullptr;
  if (newest == nullptr) return;
  entry.key_hash = key_hash;
  if (Entry* const before = *newest; before != nullptr) {
    before->next_of_key = &entry;
    entry.follows = true;
    entry.next_in_bucket = before->next_in_bucket;
  } else {
    entry.next_in_bucket = nullptr;
  }
  *newest = &entry;
}

SinkLanes::Entry** SinkLanes::newest_of(std::uint64_t hash, std::string_view key) {
  Entry** at = &buckets_[hash & (buckets_.size() - 1)];
  while (*at != nullptr && ((*at)->key_hash != hash || (*at)->record.key != key))
    at = &(*at)->next_in_bucket;
  return at;
}

void SinkLanes::widen() {
  std::vector<Entry*> old = std::exchange(
      buckets_, std::vector<Entry*>(std::max(buckets_first, buckets_.size() * 2), nullptr));
  for (Entry* entry : old)
    while (entry != nullptr) {
      Entry*& bucket = buckets_[entry->key_hash & (buckets_.size() - 1)];
      entry = std::exchange(entry->next_in_bucket, std::exchange(bucket, entry));
    }
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
    if (entry->follows) continue;
    const std::uint64_t size = size_of(entry->record);
    // A record over the limit of a call goes alone.
    if (!batch.empty() && bytes + size > count(put_bytes_max)) break;
    bytes += size;
    entry->sent = true;
    lane.sent.push_back(entry);
    batch.push_back({entry->record.partition_key(), as_bytes(entry->record.data),
                     as_bytes(entry->record.data_end)});
  }
  return batch;
}

bool SinkLanes::any_busy() const {
  return std::any_of(lanes_.begin(), lanes_.end(),
                     [](const Lane& lane) { return !lane.sent.empty(); });
}

bool SinkLanes::any_empty() const {
  return std::any_of(lanes_.begin(), lanes_.end(),
                     [](const Lane& lane) { return lane.queue.empty(); });
}

void SinkLanes::count_out(std::uint64_t epoch) {
  const auto found = epochs_.find(epoch);
  if (--found->second == 0) epochs_.erase(found);
}

void SinkLanes::forget(Lane& lane, Entries::iterator entry) {
  CHECK(!entry->follows, "entries of a key leave in their order");
  if (entry->next_of_key != nullptr) {
    entry->next_of_key->follows = false;
  } else if (rules_.key_order) {
    Entry** const newest = newest_of(entry->key_hash, entry->record.key);
    CHECK(*newest == &*entry, "what nothing follows is the newest of its key");
    *newest = entry->next_in_bucket;
  }
  count_out(entry->epoch);
  pending_bytes_ -= size_of(entry->record);
  --pending_;
  if (spare_.size() < spare_max && entry->record.data.capacity() <= spare_data_max)
    spare_.splice(spare_.begin(), lane.queue, entry);
  else
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
  std::fill(buckets_.begin(), buckets_.end(), nullptr);
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
