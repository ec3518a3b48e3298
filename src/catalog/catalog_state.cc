#include "catalog/catalog_state.h"

#include <algorithm>
#include <set>

namespace levada::catalog {
namespace {

Stream& take_attributes(Stream& stream, const PutAttributes& put) {
  Stream fresh = put.stream;
  fresh.shards = std::move(stream.shards);
  fresh.open_shards = std::move(stream.open_shards);
  fresh.consumers = std::move(stream.consumers);
  return stream = std::move(fresh);
}

void put_shard(std::vector<Shard>& shards, const Shard& shard) {
  if (shards.empty() || shards.back().index < shard.index) {
    shards.push_back(shard);
    return;
  }
  const auto at = std::lower_bound(shards.begin(), shards.end(), shard.index,
                                   [](const Shard& s, ShardIndex i) { return s.index < i; });
  if (at->index == shard.index)
    *at = shard;
  else
    shards.insert(at, shard);
}

// The versions under construction while one decision is applied.
class Draft {
 public:
  explicit Draft(const CatalogState& state) : state_(state) {}

  Stream& of(StreamId id) {
    const auto [at, fresh] = streams_.try_emplace(id);
    if (fresh)
      if (const StreamSnapshot now = state_.find(id)) at->second = *now;
    return at->second;
  }
  void remove(StreamId id) { removed_.insert(id); }
  bool removed(StreamId id) const { return removed_.contains(id); }
  std::map<StreamId, Stream>& streams() { return streams_; }
  const std::set<StreamId>& removed() const { return removed_; }

 private:
  const CatalogState& state_;
  std::map<StreamId, Stream> streams_;
  std::set<StreamId> removed_;
};

}  // namespace

StreamSnapshot CatalogState::find(const StreamKey& key) const {
  const auto at = streams_.find(key);
  return at == streams_.end() ? nullptr : at->second;
}

StreamSnapshot CatalogState::find(StreamId id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : at->second;
}

AccountSettings CatalogState::account(const AccountKey& key) const {
  const auto at = accounts_.find(key);
  return at == accounts_.end() ? AccountSettings{} : at->second;
}

AccountTotals CatalogState::totals(const AccountKey& key) const {
  const auto at = totals_.find(key);
  return at == totals_.end() ? AccountTotals{} : at->second;
}

void CatalogState::count(const StreamStep& step) {
  const StreamKey& key = (step.after != nullptr ? step.after : step.before)->key;
  AccountTotals& totals = totals_[{key.account, key.region}];
  if (step.before != nullptr) {
    --totals.streams;
    totals.open_shards -= step.before->open_shards.size();
    totals.on_demand_streams -= step.before->mode == StreamMode::on_demand;
  }
  if (step.after != nullptr) {
    ++totals.streams;
    totals.open_shards += step.after->open_shards.size();
    totals.on_demand_streams += step.after->mode == StreamMode::on_demand;
  }
}

Result<Unit> CatalogState::apply(ByteView decision) {
  const std::vector<Change> changes = TRY(decode_changes(decision));
  steps_.clear();
  Draft draft(*this);
  for (const Change& change : changes) {
    if (const auto* c = std::get_if<PutAttributes>(&change))
      take_attributes(draft.of(c->stream.id), *c);
    else if (const auto* removed = std::get_if<RemoveStream>(&change))
      draft.remove(removed->stream);
    else if (const auto* put = std::get_if<PutShards>(&change)) {
      Stream& stream = draft.of(put->stream);
      for (const Shard& shard : put->shards) put_shard(stream.shards, shard);
    } else if (const auto* gone = std::get_if<RemoveShards>(&change)) {
      std::erase_if(draft.of(gone->stream).shards, [&](const Shard& s) {
        return std::find(gone->shards.begin(), gone->shards.end(), s.index) != gone->shards.end();
      });
    } else if (const auto* consumer = std::get_if<PutConsumer>(&change))
      draft.of(consumer->stream)
          .consumers.insert_or_assign(consumer->consumer.name, consumer->consumer);
    else if (const auto* left = std::get_if<RemoveConsumer>(&change))
      draft.of(left->stream).consumers.erase(left->name);
    else if (const auto* account = std::get_if<PutAccount>(&change))
      accounts_.insert_or_assign(account->key, account->settings);
    else if (const auto* counters = std::get_if<PutCounters>(&change)) {
      next_stream_ = counters->next_stream;
      next_partition_ = counters->next_partition;
    }
  }
  for (auto& [id, stream] : draft.streams()) {
    if (draft.removed(id)) continue;
    if (stream.id != id)
      return fail(ErrorKind::corrupt, "a change of a stream that does not exist");
    stream.index_shards();
    auto after = std::make_shared<const Stream>(std::move(stream));
    steps_.push_back({find(id), after});
    count(steps_.back());
    streams_.insert_or_assign(after->key, after);
    by_id_.insert_or_assign(id, after);
  }
  for (const StreamId id : draft.removed()) {
    const StreamSnapshot before = find(id);
    if (before == nullptr) continue;
    steps_.push_back({before, nullptr});
    count(steps_.back());
    streams_.erase(before->key);
    by_id_.erase(id);
  }
  return Unit{};
}

// A checkpoint is one large decision that makes everything from nothing.
Buffer CatalogState::checkpoint() const {
  Decision all;
  all.put(PutCounters{next_stream_, next_partition_});
  for (const auto& [key, settings] : accounts_) all.put(key, settings);
  for (const auto& [key, stream] : streams_) all.put(nullptr, *stream);
  return all.encode();
}

Result<Unit> CatalogState::restore(ByteView checkpoint) {
  streams_.clear();
  by_id_.clear();
  accounts_.clear();
  totals_.clear();
  return apply(checkpoint);
}

}  // namespace levada::catalog
