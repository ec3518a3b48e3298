#pragma once
// RowStore: the rows of a table (by its key, one row a key) or of a materialized view (a bag: rows
// with weights). Grows without pauses.

#include <functional>
#include <span>
#include <vector>

#include "query/bag.h"
#include "query/delta.h"
#include "query/growing_map.h"
#include "query/state_codec.h"
#include "query/value.h"

namespace levada::streaming {

// By key: what a table has.
class KeyedStore {
 public:
  explicit KeyedStore(std::vector<std::size_t> key) : key_(std::move(key)) {}

  std::size_t size() const { return map_.size(); }
  const std::vector<std::size_t>& key() const { return key_; }
  // The row that has the same key as this one (a row of the relation); nullptr: there is none.
  const query::Row* find(const query::Row& row) const;
  // Puts the row in, and out of its key's place the one that was there. Returns what was.
  query::Row put(const query::Row& row);
  query::Row take(const query::Row& row);
  // Where the row of that key stands; a new place has no row and must get this one.
  query::Row& place(const query::Row& row);
  query::Delta all() const;

  void save(query::StateWriter& out) const;
  // Into an empty store; false: the rows are not `columns` wide.
  bool restore(query::StateReader& in, std::size_t columns);

 private:
  struct Entry {
    std::uint64_t hash = 0;
    query::Row row;
  };
  std::uint64_t hash_of(const query::Row& row) const;
  Entry* entry(std::uint64_t hash, const query::Row& row) const;

  std::vector<std::size_t> key_;
  query::GrowingMap<Entry> map_;
};

// Rows with weights: what a view has. Found by its key, if it has one.
class BagStore {
 public:
  explicit BagStore(std::vector<std::size_t> key) : key_(std::move(key)) {}

  std::size_t size() const { return map_.size(); }
  const std::vector<std::size_t>& key() const { return key_; }
  void apply(std::span<const query::Change> changes);
  query::Delta all() const;
  void save(query::StateWriter& out) const;
  bool restore(query::StateReader& in, std::size_t columns);
  // The rows that have the same key as this one.
  query::Delta find(const query::Row& row) const;

 private:
  struct Entry {
    std::uint64_t hash = 0;
    query::Row row;
    std::int64_t weight = 0;
  };
  std::uint64_t hash_of(const query::Row& row) const;

  std::vector<std::size_t> key_;  // empty: the whole row
  query::GrowingMap<Entry> map_;
};

// CREATE INDEX: the rows of a relation by some of its columns.
class RowIndex {
 public:
  explicit RowIndex(std::vector<std::size_t> columns) : index_(std::move(columns)) {}

  const std::vector<std::size_t>& columns() const { return index_.columns(); }
  void apply(std::span<const query::Change> changes);
  query::Delta find(const query::Row& row) const;

 private:
  query::Index index_;
};

}  // namespace levada::streaming
