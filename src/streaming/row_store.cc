#include "streaming/row_store.h"

namespace levada::streaming {

using query::Change;
using query::Delta;
using query::Row;

std::uint64_t KeyedStore::hash_of(const Row& row) const {
  std::uint64_t state = key_.size();
  for (const std::size_t column : key_)
    state = (state ^ query::hash(row[column])) * 0x9e3779b97f4a7c15 + (state >> 31);
  return state ^ (state >> 32);
}

KeyedStore::Entry* KeyedStore::entry(std::uint64_t hash, const Row& row) const {
  return map_.find(hash, [&](const Entry& entry) {
    for (const std::size_t column : key_)
      if (!query::equal(entry.row[column], row[column])) return false;
    return true;
  });
}

const Row* KeyedStore::find(const Row& row) const {
  const Entry* found = entry(hash_of(row), row);
  return found == nullptr ? nullptr : &found->row;
}

Row KeyedStore::put(const Row& row) {
  const std::uint64_t hash = hash_of(row);
  if (Entry* found = entry(hash, row)) return std::exchange(found->row, row);
  map_.insert(hash).row = row;
  return {};
}

Row KeyedStore::take(const Row& row) {
  Entry* found = entry(hash_of(row), row);
  if (found == nullptr) return {};
  Row old = found->row;
  map_.erase(found);
  return old;
}

Delta KeyedStore::all() const {
  Delta delta;
  delta.reserve(map_.size());
  map_.each([&](const Entry& entry) { delta.push_back({entry.row, 1}); });
  return delta;
}

void BagStore::apply(std::span<const Change> changes) {
  for (const Change& change : changes) {
    const std::uint64_t hash = query::hash(change.row.span());
    Entry* entry = map_.find(hash, [&](const Entry& candidate) {
      return query::same_bytes(candidate.row.span(), change.row.span());
    });
    if (entry == nullptr) {
      entry = &map_.insert(hash);
      entry->row = change.row;
    }
    entry->weight += change.weight;
    if (entry->weight == 0) map_.erase(entry);
  }
}

Delta BagStore::all() const {
  Delta delta;
  delta.reserve(map_.size());
  map_.each([&](const Entry& entry) { delta.push_back({entry.row, entry.weight}); });
  return delta;
}

}  // namespace levada::streaming
