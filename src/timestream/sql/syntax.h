#pragma once
// The syntax tree of a query, as the parser makes it: nothing is resolved, every node knows its
// place in the text.

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
  literal,    // value, type
  column,     // text, qualifier
  call,       // text = function in lower case; children
  unary,      // text = "-", "not"
  binary,     // text = the sign or "and", "or"
  between,    // child, low, high
  in_list,    // child, items
  in_query,   // child; query
  exists,     // query
  scalar,     // query
  is_null,    // child
  like,       // child, pattern[, escape]
  cast,       // child; type; text = "cast" or "try_cast"
  condition,  // CASE: [operand,] when, then, …, [else]; see `has_operand`, `has_else`
  array,      // children
  row,        // children
  subscript,  // child, index
  field,      // child; text = the member's name
  lambda,     // names; child
  parameter,  // text
};

struct OrderItem {
  NodePointer node;
  bool descending = false;
  std::optional<bool> nulls_first = {};
};

enum class FrameEnd : std::uint8_t { unbounded, preceding, current, following };
struct Window {
  std::vector<NodePointer> partition;
  std::vector<OrderItem> order;
  bool rows = false;  // otherwise RANGE
  FrameEnd first = FrameEnd::unbounded, last = FrameEnd::current;
  std::int64_t first_offset = 0, last_offset = 0;
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
  NodePointer filter = {};  // of aggregates
  int height = 0;           // of the tree below, as far as it was asked for
  bool negated = false, distinct = false, star = false, has_operand = false, has_else = false;
};

// Levels of the tree, this one included.
int height_of(Node& node);

// The same text for nodes that mean the same.
std::string signature_of(const Node& node);

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
  std::vector<NodePointer> arguments;  // of UNNEST
  bool ordinality = false;
};

struct Select {
  Place place;
  bool distinct = false;
  std::vector<SelectItem> items;
  std::unique_ptr<Source> from;  // null: one row without columns
  NodePointer where, having;
  std::vector<NodePointer> group_by;
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
  std::optional<std::string> like;
  Place place;
};

}  // namespace levada::timestream::sql
