#include "streaming/transaction.h"

#include <algorithm>
#include <map>

namespace levada::streaming {

namespace {

using query::Row;

// The rows of one table that are not as they were, by key: what they are now; none: gone.
class Touched {
 public:
  explicit Touched(const std::vector<std::size_t>& key) : key_(key) {}

  // The row's entry, if its key was touched.
  Row* find(const Row& row) {
    const auto [begin, end] = rows_.equal_range(hash_of(row));
    for (auto at = begin; at != end; ++at)
      if (same_key(at->second.first, row)) return &at->second.second;
    return nullptr;
  }
  void put(const Row& row, Row now) {
    if (Row* known = find(row))
      *known = std::move(now);
    else
      rows_.emplace(hash_of(row), std::pair{row, std::move(now)});
  }
  template <class Visit>
  void each(const Visit& visit) const {
    for (const auto& [hash, entry] : rows_) visit(entry.second);
  }

 private:
  std::uint64_t hash_of(const Row& row) const { return query::hash(key_of(row).span()); }
  bool same_key(const Row& a, const Row& b) const {
    return query::equal(key_of(a).span(), key_of(b).span());
  }
  Row key_of(const Row& row) const {
    std::vector<query::Datum> key;
    for (const std::size_t column : key_) key.push_back(row[column]);
    return Row::of(key);
  }

  const std::vector<std::size_t>& key_;
  std::multimap<std::uint64_t, std::pair<Row, Row>> rows_;  // first: any row of the key
};

}  // namespace

void TransactionWrites::add(std::vector<Input> inputs) {
  for (Input& input : inputs)
    if (!input.changes.empty()) inputs_.push_back(std::move(input));
}

query::Delta TransactionWrites::rows_of(Engine& engine, const Relation& relation,
                                        const query::Equalities& wanted,
                                        std::string_view database) const {
  query::Delta rows = engine.rows_of(relation, wanted, database);
  const Object* object = engine.catalog().find(relation.id);
  if (object == nullptr || object->rows == nullptr) return rows;
  Touched touched(object->rows->key());
  bool any = false;
  for (const Input& input : inputs_) {
    if (input.relation != relation.id) continue;
    for (const query::Change& change : input.changes) {
      any = true;
      const Row* before = touched.find(change.row);
      const Row* stored = before == nullptr ? object->rows->find(change.row) : nullptr;
      const bool there = before != nullptr ? static_cast<bool>(*before) : stored != nullptr;
      if (change.weight > 0 && there && object->conflict == Conflict::ignore) continue;
      touched.put(change.row, change.weight > 0 ? change.row : Row());
    }
  }
  if (!any) return rows;
  std::erase_if(rows, [&](const query::Change& one) { return touched.find(one.row) != nullptr; });
  touched.each([&](const Row& now) {
    if (now) rows.push_back({now, 1});
  });
  return rows;
}

SqlResult<std::vector<Input>> TransactionWrites::decided(Engine& engine) const {
  std::map<RelationId, Touched> touched;
  for (const Input& input : inputs_) {
    const Object* object = engine.catalog().find(input.relation);
    if (object == nullptr || object->rows == nullptr)
      return query::refuse("40001", "a table of this transaction was dropped meanwhile");
    Touched& known = touched.try_emplace(input.relation, object->rows->key()).first->second;
    for (const query::Change& change : input.changes) {
      if (change.row.size() != object->relation->columns.size())
        return query::refuse("40001", "a table of this transaction was altered meanwhile");
      if (change.weight < 0 && known.find(change.row) == nullptr) {
        const Row* stored = object->rows->find(change.row);
        if (stored == nullptr || !query::same_bytes(stored->span(), change.row.span()))
          return query::refuse("40001", "could not serialize access due to concurrent update");
      }
      known.put(change.row, change.weight > 0 ? change.row : Row());
    }
  }
  return inputs_;
}

}  // namespace levada::streaming
