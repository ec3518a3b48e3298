#include "timestream/sql/rows.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "timestream/sql/lexer.h"

namespace levada::timestream::sql {
namespace {

void add_names(const Query& query, std::set<std::string>& names);

void add_names(const QueryBody* body, std::set<std::string>& names) {
  if (body == nullptr) return;
  if (body->select) add_names(*body->select, names);
  add_names(body->left.get(), names);
  add_names(body->right.get(), names);
  if (body->nested) add_names(*body->nested, names);
}

void add_names(const Query& query, std::set<std::string>& names) {
  for (const Query::Common& common : query.with) add_names(*common.query, names);
  add_names(query.body.get(), names);
  for (const OrderItem& item : query.order) sql::add_names(item.node.get(), names);
}

// The order of rows by their places; alike ones keep theirs.
struct RowOrder {
  const std::vector<std::vector<Value>>& rows;
  const std::vector<OrderItem>& order;
  const std::vector<std::size_t>& keys;
  bool operator()(std::size_t a, std::size_t b) const {
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (const int c = compare_for_order(rows[a][keys[i]], rows[b][keys[i]], order[i]); c != 0)
        return c < 0;
    return a < b;
  }
};

std::vector<std::size_t> places_of(const std::vector<std::vector<Value>>& rows) {
  std::vector<std::size_t> places(rows.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  return places;
}

std::vector<std::vector<Value>> rows_at(const std::vector<std::size_t>& places,
                                        std::vector<std::vector<Value>>& rows) {
  std::vector<std::vector<Value>> sorted(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) sorted[i] = std::move(rows[places[i]]);
  return sorted;
}

}  // namespace

int compare_for_order(const Value& a, const Value& b, const OrderItem& item) {
  if (a.null() || b.null()) {
    if (a.null() && b.null()) return 0;
    return a.null() == item.nulls_first.value_or(false) ? -1 : 1;
  }
  const int order = compare(a, b);
  return item.descending ? -order : order;
}

void sort_rows(std::vector<std::vector<Value>>& rows, const std::vector<OrderItem>& order,
               const std::vector<std::size_t>& keys) {
  std::vector<std::size_t> places = places_of(rows);
  std::ranges::sort(places, RowOrder{rows, order, keys});
  rows = rows_at(places, rows);
}

Task<Unit> sort_rows(std::vector<std::vector<Value>>& rows, const std::vector<OrderItem>& order,
                     const std::vector<std::size_t>& keys, Pause pause) {
  std::vector<std::size_t> places = places_of(rows);
  const RowOrder less{rows, order, keys};
  co_await sort_pausing(places, less, std::move(pause));
  rows = rows_at(places, rows);
  co_return Unit{};
}

Task<Unit> distinct_rows(std::vector<std::vector<Value>>& rows, Pause pause) {
  std::unordered_set<std::vector<Value>, RowHash, RowEqual> seen;
  std::vector<std::vector<Value>> kept;
  std::size_t count = 0;
  for (auto& row : rows) {
    if (seen.insert(row).second) kept.push_back(std::move(row));
    if (++count % sorted_at_once == 0) co_await pause();
  }
  rows = std::move(kept);
  co_return Unit{};
}

void conjuncts_of(const Node* node, std::vector<const Node*>& all) {
  if (node == nullptr) return;
  if (node->kind == NodeKind::binary && node->text == "and") {
    conjuncts_of(node->children[0].get(), all);
    conjuncts_of(node->children[1].get(), all);
  } else {
    all.push_back(node);
  }
}

void add_names(const Node* node, std::set<std::string>& names) {
  if (node == nullptr) return;
  if (node->kind == NodeKind::column) {
    names.insert(lower(node->text));
    names.insert(lower(node->qualifier));
  }
  if (node->query) add_names(*node->query, names);
  each_part(*node, [&](const Node& part) { add_names(&part, names); });
}

void add_names(const Source* source, std::set<std::string>& names) {
  if (source == nullptr) return;
  add_names(source->condition.get(), names);
  for (const std::string& name : source->using_columns) names.insert(lower(name));
  for (const NodePointer& argument : source->arguments) add_names(argument.get(), names);
  // Of plain derived tables nothing is seen from outside; a subquery in them may look out.
  if (source->query) add_names(*source->query, names);
  add_names(source->left.get(), names);
  add_names(source->right.get(), names);
}

void add_names(const Select& select, std::set<std::string>& names) {
  for (const SelectItem& item : select.items) add_names(item.node.get(), names);
  add_names(select.where.get(), names);
  add_names(select.having.get(), names);
  for (const NodePointer& key : select.group_by) add_names(key.get(), names);
  for (const auto& row : select.values)
    for (const NodePointer& value : row) add_names(value.get(), names);
  add_names(select.from.get(), names);
}

bool joins_naturally(const Source& source) {
  return source.natural || (source.left && joins_naturally(*source.left)) ||
         (source.right && joins_naturally(*source.right));
}

}  // namespace levada::timestream::sql
