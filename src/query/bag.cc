#include "query/bag.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace levada::query {

namespace {

// What a row of an index costs besides the row.
constexpr std::int64_t item_bytes = sizeof(BagItem);
constexpr std::int64_t position_bytes = 40;

// Rows are told apart by their bytes, not by SQL's equality: 1.0 and 1.00 are two rows.
bool same_row(const Row& a, const Row& b) {
  return a.same_object(b) || same_bytes(a.span(), b.span());
}

}  // namespace

void consolidate(Delta& delta) {
  if (delta.size() < 2) {
    std::erase_if(delta, [](const Change& change) { return change.weight == 0; });
    return;
  }
  // Open addressing over the kept changes: place + 1, 0 is free.
  std::vector<std::uint32_t> slots(std::bit_ceil(delta.size() * 2), 0);
  std::vector<std::uint64_t> hashes;
  hashes.reserve(delta.size());
  for (std::size_t i = 0; i < delta.size(); ++i) {
    const std::uint64_t h = hash(delta[i].row.span());
    std::size_t slot = h & (slots.size() - 1);
    const auto same = [&](std::uint32_t place) {
      return hashes[place - 1] == h && same_row(delta[place - 1].row, delta[i].row);
    };
    while (slots[slot] != 0 && !same(slots[slot])) slot = (slot + 1) & (slots.size() - 1);
    if (slots[slot] != 0) {
      delta[slots[slot] - 1].weight += delta[i].weight;
      continue;
    }
    const std::size_t kept = hashes.size();
    if (kept != i) delta[kept] = std::move(delta[i]);
    hashes.push_back(h);
    slots[slot] = static_cast<std::uint32_t>(kept + 1);
  }
  delta.resize(hashes.size());
  std::erase_if(delta, [](const Change& change) { return change.weight == 0; });
}

std::size_t Bag::position(const Row& row) const {
  if (positions_ == nullptr) {
    const auto found = std::find_if(items_.begin(), items_.end(),
                                    [&](const BagItem& item) { return same_row(item.row, row); });
    return static_cast<std::size_t>(found - items_.begin());
  }
  const auto [begin, end] = positions_->equal_range(hash(row.span()));
  for (auto at = begin; at != end; ++at)
    if (same_row(items_[at->second].row, row)) return at->second;
  return items_.size();
}

BagItem* Bag::find(const Row& row) {
  const std::size_t at = position(row);
  return at == items_.size() ? nullptr : &items_[at];
}

BagItem* Bag::add(const Row& row, std::int64_t weight, BagItem* gone) {
  const std::size_t at = position(row);
  if (at < items_.size()) {
    BagItem& item = items_[at];
    item.weight += weight;
    if (item.weight != 0) return &item;
    if (gone != nullptr) *gone = item;
    const std::size_t last = items_.size() - 1;
    if (positions_ != nullptr) {
      const auto forget = [&](const Row& r, std::size_t index) {
        const auto [begin, end] = positions_->equal_range(hash(r.span()));
        return std::find_if(begin, end, [&](const auto& entry) { return entry.second == index; });
      };
      positions_->erase(forget(item.row, at));
      if (at != last) forget(items_[last].row, last)->second = at;
    }
    if (at != last) items_[at] = std::move(items_[last]);
    items_.pop_back();
    recount();
    return nullptr;
  }
  append(row, weight);
  if (positions_ == nullptr && items_.size() > scan_max) {
    index();
    recount();
  }
  return &items_.back();
}

BagItem* Bag::append(const Row& row, std::int64_t weight) {
  items_.push_back({row, weight, 0});
  if (positions_ != nullptr) positions_->emplace(hash(row.span()), items_.size() - 1);
  recount();
  return &items_.back();
}

void Bag::index() {
  positions_ = std::make_unique<std::unordered_multimap<std::uint64_t, std::size_t>>();
  for (std::size_t i = 0; i < items_.size(); ++i)
    positions_->emplace(hash(items_[i].row.span()), i);
}

void Bag::restore(StateReader& in) {
  in.take(items_);
  if (items_.size() > scan_max) index();
  recount();
}

void Bag::swap(Bag& other) noexcept {
  items_.swap(other.items_);
  positions_.swap(other.positions_);
  std::swap(counted_, other.counted_);
}

void Bag::recount() {
  const std::int64_t now = static_cast<std::int64_t>(items_.size()) *
                           (item_bytes + (positions_ == nullptr ? 0 : position_bytes));
  count_memory(now - std::exchange(counted_, now));
}

std::uint64_t Index::hash_of(const Row& row, const std::vector<std::size_t>& columns) const {
  std::uint64_t state = 0x51ed270b;
  for (const std::size_t index : columns)
    state = (state ^ hash(row[index])) * 0x9e3779b97f4a7c15 + (state >> 29);
  return state ^ (state >> 32);
}

KeyedBag* Index::find(std::uint64_t hash, const Row& row,
                      const std::vector<std::size_t>& columns) const {
  return map_.find(hash, [&](const KeyedBag& entry) {
    if (entry.bag.empty()) return false;
    const Row& first = entry.bag.items().front().row;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (!equal(first[columns_[i]], row[columns[i]])) return false;
    return true;
  });
}

void Index::save(StateWriter& out) const {
  out.put(map_.size());
  map_.each([&](const KeyedBag& entry) {
    out.put(entry.total);
    entry.bag.save(out);
  });
}

bool Index::restore(StateReader& in, const std::function<void(KeyedBag&)>& made) {
  const auto count = in.taken<std::size_t>();
  for (std::size_t i = 0; i < count && in.good(); ++i) {
    const auto total = in.taken<std::int64_t>();
    Bag bag;
    bag.restore(in);
    if (bag.empty()) return false;
    const Row& first = bag.items().front().row;
    const std::size_t width = first.size();
    for (const std::size_t column : columns_)
      if (column >= width) return false;
    KeyedBag& entry = map_.insert(hash_of(first, columns_));
    entry.bag.swap(bag);
    entry.total = total;
    made(entry);
  }
  return in.good();
}

KeyedBag& Index::at(std::uint64_t hash, const Row& row) {
  KeyedBag* found = find(hash, row, columns_);
  return found != nullptr ? *found : map_.insert(hash);
}

}  // namespace levada::query
