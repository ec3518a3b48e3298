#pragma once
// The syntax tree of a query, as the parser makes it: nothing is resolved, every node knows its
// place in the text.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "timestream/sql/lexer.h"
#include "timestream/sql/type.h"

namespace levada::timestream::sql {

struct Query;
struct Node;
using NodePointer = std::unique_ptr<Node>;

enum class NodeKind : std::uint8_t {
  literal,     // value, type
  column,      // text, qualifier
  call,        // text = function in lower case; children
  unary,       // text = "-", "not"
  binary,      // text = the sign or "and", "or"
  between,     // child, low, high
  in_list,     // child, items
  in_query,    // child; query
  exists,      // query
  scalar,      // query
  quantified,  // child, text = the sign; query; `every` for ALL, otherwise ANY
  is_null,     // child
  like,        // child, pattern[, escape]
  cast,        // child; type; text = "cast" or "try_cast"
  condition,   // CASE: [operand,] when, then, …, [else]; see `has_operand`, `has_else`
  array,       // children
  row,         // children
  subscript,   // child, index
  field,       // child; text = the member's name
  lambda,      // names; child
  parameter,   // text
};

struct OrderItem {
  NodePointer node;
  bool descending = false;
  std::optional<bool> nulls_first = {};
};

enum class FrameUnit : std::uint8_t { range, rows, groups };
struct FrameEnd {
  enum class Kind : std::uint8_t { unbounded, preceding, current, following } kind;
  NodePointer offset = {};  // of preceding and following
};
struct Window {
  std::vector<NodePointer> partition;
  std::vector<OrderItem> order;
  FrameUnit unit = FrameUnit::range;
  FrameEnd first{FrameEnd::Kind::unbounded}, last{FrameEnd::Kind::current};
};

struct Node {
  NodeKind kind;
  Place place;
  std::string text = {};
  std::string qualifier = {};
  Type type = {};
  Value value = {};
  std::vector<NodePointer> children = {};
  std::vector<std::string> names = {};
  std::unique_ptr<Query> query = {};
  std::unique_ptr<Window> window = {};
  NodePointer filter = {};            // of aggregates
  std::vector<OrderItem> order = {};  // of aggregates: array_agg(x ORDER BY y)
  int height = 0;                     // of the tree below, as far as it was asked for
  bool negated = false, distinct = false, star = false, has_operand = false, has_else = false;
  bool ignore_nulls = false, every = false;
};

// Levels of the tree, this one included.
int height_of(Node& node);

// The same text for nodes that mean the same.
// Columns are told by where `place_of` says that they are; where it knows nothing, by their name.
using PlaceOf = std::function<std::optional<std::size_t>(const Node& column)>;
std::string signature_of(const Node& node, const PlaceOf& place_of = {});

// Calls `visit` for every part that a node is made of, not for what lies in subqueries.
template <class Visit>
void each_part(const Node& node, const Visit& visit) {
  for (const NodePointer& child : node.children) visit(*child);
  if (node.filter) visit(*node.filter);
  for (const OrderItem& item : node.order) visit(*item.node);
  if (!node.window) return;
  for (const NodePointer& part : node.window->partition) visit(*part);
  for (const OrderItem& item : node.window->order) visit(*item.node);
}

struct SelectItem {
  NodePointer node;       // null: *
  std::string qualifier;  // of a star
  std::optional<std::string> alias;
  Place place;
};

enum class JoinKind : std::uint8_t { cross, inner, left, right, full };

struct Source {
  enum class Kind : std::uint8_t { table, query, join, unnest } kind;
  Place place;
  std::string database, name;
  std::string alias;
  std::vector<std::string> columns;
  std::unique_ptr<Query> query;
  JoinKind join = JoinKind::cross;
  std::unique_ptr<Source> left, right;
  NodePointer condition;
  std::vector<std::string> using_columns;
  bool natural = false;
  std::vector<NodePointer> arguments;  // of UNNEST
  bool ordinality = false;
  bool lateral = false;  // a query that sees the columns on its left
};

struct Select {
  Place place;
  bool distinct = false;
  std::vector<SelectItem> items;
  std::unique_ptr<Source> from;  // null: one row without columns
  NodePointer where, having;
  std::vector<NodePointer> group_by;
  // GROUPING SETS, ROLLUP and CUBE: of each set, which of `group_by` are in it. Empty: all, once.
  std::vector<std::vector<std::size_t>> grouping_sets;
  std::vector<std::vector<NodePointer>> values;  // VALUES instead of all that
};

struct QueryBody {
  std::unique_ptr<Select> select;  // or else
  std::string operation;           // "union", "intersect", "except"
  bool all = false;
  std::unique_ptr<QueryBody> left, right;
  std::unique_ptr<Query> nested;  // in parentheses
  Place place;
};

struct Query {
  struct Common {
    std::string name;
    std::vector<std::string> columns;
    std::shared_ptr<Query> query;
  };
  std::vector<Common> with;
  std::unique_ptr<QueryBody> body;
  std::vector<OrderItem> order;
  std::optional<std::uint64_t> limit;
};

struct Statement {
  enum class Kind : std::uint8_t {
    query,
    show_databases,
    show_tables,
    show_measures,
    describe,
    unload,
  } kind = Kind::query;
  std::unique_ptr<Query> query;
  std::string database, table;
  std::optional<std::string> like, escape;
  // Of UNLOAD: where to, and the options by name in lower case.
  std::string destination;
  struct Option {
    std::string name;
    std::vector<std::string> values;  // one, or those of an ARRAY
    bool list = false;
    Place place;
  };
  std::vector<Option> options;
  Place place;
};

}  // namespace levada::timestream::sql
