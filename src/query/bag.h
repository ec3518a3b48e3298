#pragma once
// Bag: the rows of one key, each with its weight and a counter for its operator's use. Small bags
// are scanned, large ones have an index, so that taking one row out of many stays cheap. Index:
// bags by key, the state of joins and of keyed operators.

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "query/delta.h"
#include "query/growing_map.h"
#include "query/state_codec.h"

namespace levada::query {

struct BagItem {
  Row row;
  std::int64_t weight = 0;
  std::int64_t matches = 0;  // of an outer or semi join: how many rows of the other side

  auto fields() { return std::tie(row, weight, matches); }
};

class Bag {
 public:
  Bag() = default;
  Bag(const Bag&) = delete;
  Bag& operator=(const Bag&) = delete;
  ~Bag() { count_memory(-counted_); }

  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  std::vector<BagItem>& items() { return items_; }
  const std::vector<BagItem>& items() const { return items_; }

  // Adds the weight to the row's item, which is made or taken away as needed. Returns the item, or
  // nullptr if it is gone (then `gone` has what it was).
  BagItem* add(const Row& row, std::int64_t weight, BagItem* gone = nullptr);
  BagItem* find(const Row& row);
  // A row that no other need be put together with, since none is ever taken out.
  BagItem* append(const Row& row, std::int64_t weight);

  void save(StateWriter& out) const { out.put(items_); }
  void restore(StateReader& in);  // into an empty bag; the items keep their order
  void swap(Bag& other) noexcept;

 private:
  static constexpr std::size_t scan_max = 16;
  std::size_t position(const Row& row) const;  // size() if it is not there
  void recount();
  void index();

  std::vector<BagItem> items_;
  std::unique_ptr<std::unordered_multimap<std::uint64_t, std::size_t>> positions_;
  std::int64_t counted_ = 0;
};

struct KeyedBag {
  std::uint64_t hash = 0;
  Bag bag;
  std::int64_t total = 0;  // of the weights, kept by the operator
};

class Index {
 public:
  explicit Index(std::vector<std::size_t> columns) : columns_(std::move(columns)) {}

  const std::vector<std::size_t>& columns() const { return columns_; }
  std::uint64_t hash_of(const Row& row, const std::vector<std::size_t>& columns) const;
  // The bag whose key equals those columns of a row (of this or of another relation); or nullptr.
  KeyedBag* find(std::uint64_t hash, const Row& row, const std::vector<std::size_t>& columns) const;
  KeyedBag& at(std::uint64_t hash, const Row& row);  // made if need be
  void erase(KeyedBag* entry) { map_.erase(entry); }
  std::size_t keys() const { return map_.size(); }
  // Before find() or at(), in two steps: the hash's place, then what stands there.
  void prefetch_place(std::uint64_t hash) const { map_.prefetch_place(hash); }
  void prefetch_entry(std::uint64_t hash) const { map_.prefetch_entry(hash); }
  void save(StateWriter& out) const;
  // Into an empty index; `made` is told of each bag.
  bool restore(StateReader& in, const std::function<void(KeyedBag&)>& made);
  template <class Visit>
  void each(const Visit& visit) const {
    map_.each(visit);
  }

 private:
  std::vector<std::size_t> columns_;
  GrowingMap<KeyedBag> map_;
};

}  // namespace levada::query
