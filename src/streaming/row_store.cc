#include "streaming/row_store.h"

namespace levada::streaming {

using query::Delta;
using query::Row;

namespace {

std::uint64_t hash_of_columns(const Row& row, const std::vector<std::size_t>& columns) {
  std::uint64_t state = columns.size();
  for (const std::size_t column : columns)
    state = (state ^ query::hash(row[column])) * 0x9e3779b97f4a7c15 + (state >> 31);
  return state ^ (state >> 32);
}

bool equal_columns(const Row& a, const Row& b, const std::vector<std::size_t>& columns) {
  for (const std::size_t column : columns)
    if (!query::equal(a[column], b[column])) return false;
  return true;
}

}  // namespace

std::uint64_t KeyedStore::hash_of(const Row& row) const { return hash_of_columns(row, key_); }

KeyedStore::Entry* KeyedStore::entry(std::uint64_t hash, const Row& row) const {
  return map_.find(hash, [&](const Entry& entry) { return equal_columns(entry.row, row, key_); });
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

Row& KeyedStore::place(const Row& row) {
  const std::uint64_t hash = hash_of(row);
  Entry* found = entry(hash, row);
  return found != nullptr ? found->row : map_.insert(hash).row;
}

void KeyedStore::save(query::StateWriter& out) const {
  out.put(map_.size());
  map_.each([&](const Entry& entry) { out.put(entry.row); });
}

bool KeyedStore::restore(query::StateReader& in, std::size_t columns) {
  const auto count = in.taken<std::size_t>();
  if (in.good()) map_.reserve(count);
  for (std::size_t i = 0; i < count && in.good(); ++i) {
    Row row = in.taken<Row>();
    if (row.size() != columns) return false;
    map_.insert(hash_of(row)).row = std::move(row);
  }
  return in.good();
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

std::uint64_t BagStore::hash_of(const Row& row) const {
  return key_.empty() ? query::hash(row.span()) : hash_of_columns(row, key_);
}

void BagStore::apply(std::span<const query::Change> changes) {
  for (const query::Change& change : changes) {
    const std::uint64_t hash = hash_of(change.row);
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

void BagStore::save(query::StateWriter& out) const {
  out.put(map_.size());
  map_.each([&](const Entry& entry) { out.put(entry.row, entry.weight); });
}

bool BagStore::restore(query::StateReader& in, std::size_t columns) {
  const auto count = in.taken<std::size_t>();
  if (in.good()) map_.reserve(count);
  for (std::size_t i = 0; i < count && in.good(); ++i) {
    Row row = in.taken<Row>();
    if (row.size() != columns) return false;
    Entry& entry = map_.insert(hash_of(row));
    entry.row = std::move(row);
    in.take(entry.weight);
  }
  return in.good();
}

Delta BagStore::find(const Row& row) const {
  Delta delta;
  map_.each_of(hash_of(row), [&](const Entry& entry) {
    if (equal_columns(entry.row, row, key_)) delta.push_back({entry.row, entry.weight});
  });
  return delta;
}

void RowIndex::apply(std::span<const query::Change> changes) {
  for (const query::Change& change : changes) {
    query::KeyedBag& entry = index_.at(index_.hash_of(change.row, columns()), change.row);
    entry.bag.add(change.row, change.weight);
    if (entry.bag.empty()) index_.erase(&entry);
  }
}

Delta RowIndex::find(const Row& row) const {
  Delta delta;
  const query::KeyedBag* found = index_.find(index_.hash_of(row, columns()), row, columns());
  if (found == nullptr) return delta;
  for (const query::BagItem& item : found->bag.items()) delta.push_back({item.row, item.weight});
  return delta;
}

}  // namespace levada::streaming
