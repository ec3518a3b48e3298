#include "catalog/stream_table.h"

namespace levada::catalog {
namespace {
const StreamSnapshot nothing;
}

std::size_t StreamTable::Hash::operator()(const StreamKeyView& key) const {
  const std::hash<std::string_view> hash;
  return (hash(key.account) * 31 + hash(key.region)) * 31 + hash(key.name);
}

const StreamSnapshot& StreamTable::find(const StreamKeyView& key) const {
  const auto at = by_key_.find(key);
  return at == by_key_.end() ? nothing : at->second;
}

const StreamSnapshot& StreamTable::find(StreamId id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? nothing : at->second;
}

std::vector<StreamSnapshot> StreamTable::list(std::string_view account, std::string_view region,
                                              std::string_view after, std::size_t limit) const {
  std::vector<StreamSnapshot> page;
  auto at = by_name_.upper_bound(StreamKeyView{account, region, after});
  for (; at != by_name_.end() && page.size() < limit; ++at) {
    if (at->first.account != account || at->first.region != region) break;
    page.push_back(at->second);
  }
  return page;
}

AccountSettings StreamTable::account(const AccountKey& key) const {
  const auto at = accounts_.find(key);
  return at == accounts_.end() ? AccountSettings{} : at->second;
}

void StreamTable::put(StreamSnapshot stream) {
  const StreamSnapshot& before = find(stream->id);
  with_policy_ -= before != nullptr && before->has_policy();
  with_policy_ += stream->has_policy();
  by_name_.erase(view(stream->key));  // its views look into the old snapshot
  by_name_.emplace(view(stream->key), stream);
  by_id_.insert_or_assign(stream->id, stream);
  by_key_.insert_or_assign(stream->key, std::move(stream));
}

void StreamTable::remove(const Stream& stream) {
  const StreamSnapshot& before = find(stream.id);
  with_policy_ -= before != nullptr && before->has_policy();
  by_id_.erase(stream.id);
  const auto at = by_key_.find(stream.key);
  if (at == by_key_.end() || at->second->id != stream.id) return;  // a newer incarnation has it
  by_name_.erase(view(stream.key));
  by_key_.erase(at);
}

}  // namespace levada::catalog
