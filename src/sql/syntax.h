#pragma once
// The tree that the parser makes of SQL text: terms (scalar expressions), queries, statements.
// Names are folded, nothing is resolved. Every node knows where it stands in the text.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace levada::sql {

struct Query;
struct Term;
using TermRef = std::unique_ptr<Term>;
using Name = std::vector<std::string>;  // qualified: schema, then the thing

// A type as written: "int", "numeric" (10, 2), struct<…>, T[].
struct TypeField;
struct TypeName {
  std::string name;               // folded, blanks single: "double precision"; "struct", "map"
  std::vector<int> modifiers;     // (10, 2)
  std::vector<TypeField> fields;  // of a structure
  int dimensions = 0;             // []
  std::uint32_t position = 0;
};
struct TypeField {
  std::string first;  // its name
  TypeName second;
};

struct OrderItem {
  TermRef term;
  bool descending = false;
  std::optional<bool> nulls_first;
};

enum class FrameUnit : std::uint8_t { rows, range, groups, session };
enum class BoundKind : std::uint8_t {
  unbounded_preceding,
  preceding,
  current_row,
  following,
  unbounded_following,
};
struct FrameBound {
  BoundKind kind = BoundKind::unbounded_preceding;
  TermRef offset;
};
struct FrameClause {
  FrameUnit unit = FrameUnit::range;
  FrameBound start;
  FrameBound end{BoundKind::current_row, nullptr};
  std::string exclusion;  // "", "current row", "group", "ties"
};
struct WindowClause {
  std::string base;  // the name of another window
  std::vector<TermRef> partition;
  std::vector<OrderItem> order;
  std::optional<FrameClause> frame;
};

enum class TermKind : std::uint8_t {
  null,
  boolean,     // text: "true" or "false"
  number,      // text
  string,      // text
  bit_string,  // text
  parameter,   // text: the number
  column,      // names
  star,        // names in front of .*; arguments[0], if any: (expr).*; `excepted`
  call,        // names, arguments, `call`
  unary,       // text is the operator
  binary,      // text is the operator
  all,         // AND
  any,         // OR
  negation,    // NOT
  is,          // text: "null", "true", "false", "unknown", "json"…; negated
  distinct,    // IS [NOT] DISTINCT FROM; negated: NOT
  between,     // x, low, high; negated; `symmetric`
  in_list,     // x, items…; negated
  in_query,    // x, query; negated
  like,        // text: "like", "ilike", "similar"; x, pattern, escape?; negated
  choose,      // CASE: [operand if has_operand] conditions and values; last one else if has_else
  cast,        // x, type
  try_cast,
  exists,        // query
  subquery,      // scalar
  quantified,    // text: operator; x and a query or a list; `every`: ALL instead of ANY
  array,         // ARRAY[…]
  array_query,   // ARRAY(SELECT …)
  map,           // MAP{…}: keys and values by turns
  row,           // ROW(…) and (a, b)
  group,         // (x), where the parentheses mean something
  element,       // x[i]
  slice,         // x[i:j]: missing bounds are null pointers
  field,         // (x).name: text
  at_time_zone,  // x, zone
  collate,       // x; text
  lambda,        // |names| body
};

// What a function call has beyond its name and arguments.
struct CallParts {
  bool star = false;  // count(*)
  bool distinct = false;
  std::vector<OrderItem> order;
  std::vector<OrderItem> within_group;
  TermRef filter;
  std::optional<std::string> window_name;
  std::optional<WindowClause> window;
  bool ignore_nulls = false;
  bool variadic = false;      // VARIADIC in front of the last argument
  bool as_aggregate = false;  // aggregate:f(x): a function of lists, of the group's list
  std::vector<std::string> argument_names = {};  // name => value; "": none was given
};

struct Term {
  TermKind kind = TermKind::null;
  std::uint32_t position = 0;  // byte offset of its first character, or of its operator
  std::uint32_t end = 0;       // beyond its last
  std::string text;
  Name names;
  std::vector<TermRef> arguments;
  TypeName type;
  std::shared_ptr<Query> query;
  std::unique_ptr<CallParts> call;
  std::vector<Name> excepted;  // * EXCEPT (…)
  bool negated = false;
  bool symmetric = false;
  bool every = false;  // quantified: ALL instead of ANY
  bool has_operand = false;
  bool has_else = false;
  bool quoted_name = false;  // of a call: never a special form
  Term() = default;
  Term(Term&&) = default;
  Term& operator=(Term&&) = default;
  ~Term();
};

struct SelectItem {
  TermRef term;
  std::string alias;  // empty: none was given
};

struct TableRef;
using TableRefPtr = std::unique_ptr<TableRef>;
enum class JoinType : std::uint8_t { inner, left, right, full, cross, asof, asof_left };

struct TableRef {
  enum class Kind : std::uint8_t { relation, query, function, functions, join, window };
  Kind kind = Kind::relation;
  std::uint32_t position = 0;
  Name names;  // of a relation
  std::shared_ptr<Query> query;
  std::vector<TermRef> functions;  // one, or ROWS FROM (…)
  bool ordinality = false;
  bool lateral = false;
  bool as_of_now = false;  // FOR SYSTEM_TIME AS OF PROCTIME()
  std::string alias;
  std::vector<std::string> columns;    // of the alias
  std::vector<TypeName> column_types;  // as many as columns, or none: f(…) AS t(a int, …)
  // Of a join.
  JoinType join = JoinType::inner;
  bool natural = false;
  TableRefPtr left, right;
  TermRef condition;
  std::vector<std::string> using_columns;
  bool has_using = false;
  // TUMBLE and HOP: `left` is the table; the text is "tumble" or "hop".
  std::string window;
  std::vector<TermRef> window_arguments;  // column, sizes
};

struct GroupItem {
  enum class Kind : std::uint8_t { term, rollup, cube, sets, empty };
  Kind kind = Kind::term;
  TermRef term;
  std::vector<std::vector<TermRef>> lists;  // of rollup and cube: their elements
  std::vector<GroupItem> sets;              // of sets
};

struct Select {
  std::uint32_t position = 0;
  bool distinct = false;
  std::vector<TermRef> distinct_on;
  std::vector<SelectItem> items;
  std::vector<TableRefPtr> from;
  TermRef where;
  std::vector<GroupItem> groups;
  bool group_distinct = false;
  TermRef having;
  std::vector<std::pair<std::string, WindowClause>> windows;
};

struct ValuesList {
  std::vector<std::vector<TermRef>> rows;  // a null pointer: DEFAULT
};

enum class SetOperator : std::uint8_t { union_, intersect, except };
struct SetQuery {
  SetOperator kind = SetOperator::union_;
  bool all = false;
  std::vector<std::string> corresponding;
  bool is_corresponding = false;
  std::shared_ptr<Query> left, right;
};

struct CommonTable {
  std::string name;
  std::vector<std::string> columns;
  std::shared_ptr<Query> query;
  // WITH s AS CHANGELOG FROM t
  Name changelog_of;
};

struct Query {
  std::uint32_t position = 0;
  bool recursive = false;
  std::vector<CommonTable> with;
  std::variant<Select, ValuesList, SetQuery> body;
  std::vector<OrderItem> order;
  TermRef limit;
  TermRef offset;
  bool with_ties = false;
};

}  // namespace levada::sql
