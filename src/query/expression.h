#pragma once
// Expression: a typed scalar expression over the columns of one input row, as the binder makes it.
// Immutable and shared. Every argument already has the type that its function takes: casts are
// expressions of their own. evaluation.h compiles and runs it.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "query/type.h"
#include "query/value.h"

namespace levada::query {

struct Function;
struct Expression;
using ExpressionRef = std::shared_ptr<const Expression>;

enum class ExpressionKind : std::uint8_t {
  column,     // `index` of the input row
  constant,   // `value`
  parameter,  // $n, `index` = n - 1
  call,       // `function` of the arguments
  cast,       // of the only argument to `type`; `explicit_cast` as CAST and :: do
  all,        // AND of the arguments, three-valued, stops at the first false
  any,        // OR
  coalesce,   // the first argument that is not NULL
  choose,     // CASE: condition, value, condition, value, …, and perhaps a last value for ELSE
  is_in,      // arguments[0] IN (arguments[1], …), three-valued
  is_null,    // of the only argument, never NULL itself
  is_not_null,
  field,      // `index` of a structure
  make_list,  // ARRAY[…]; `type` is the list's
  make_row,   // ROW(…); `type` is the structure's
  now,        // now(), CURRENT_TIMESTAMP: the statement's time; in a view the epoch's
};

struct Expression {
  ExpressionKind kind = ExpressionKind::constant;
  Type type;
  std::vector<ExpressionRef> arguments;
  std::size_t index = 0;
  Value value;
  const Function* function = nullptr;
  bool explicit_cast = false;
  bool spreads = false;  // of a call: the last argument is a list, its elements are arguments
};

ExpressionRef column(std::size_t index, Type type);
ExpressionRef constant(Type type, const Datum& datum);
ExpressionRef null_constant(Type type);
ExpressionRef parameter(std::size_t index, Type type);
ExpressionRef call(const Function& function, Type result, std::vector<ExpressionRef> arguments);
// The last argument is a list whose elements the function takes.
ExpressionRef spread_call(const Function& function, Type result,
                          std::vector<ExpressionRef> arguments);
ExpressionRef cast(ExpressionRef from, Type to, bool is_explicit);
// For everything else.
ExpressionRef expression(ExpressionKind kind, Type type, std::vector<ExpressionRef> arguments,
                         std::size_t index = 0);

// Conjunctions without nesting: the parts of an AND, and an AND of parts (true when there are
// none).
std::vector<ExpressionRef> conjuncts(const ExpressionRef& condition);
ExpressionRef conjunction(std::vector<ExpressionRef> parts);

// The same expression with each column index replaced by `to[index]`.
ExpressionRef with_columns(const ExpressionRef& expression, const std::vector<std::size_t>& to);
// The same expression with each column replaced by that expression (projections merge so).
ExpressionRef with_inputs(const ExpressionRef& expression, const std::vector<ExpressionRef>& to);
// The same expression with parameters replaced by their values.
ExpressionRef with_parameters(const ExpressionRef& expression, const std::vector<Value>& values);

bool mentions_now(const Expression& expression);
bool mentions_column(const Expression& expression, std::size_t first, std::size_t beyond);
bool is_volatile(const Expression& expression);  // random() and the like
bool same(const Expression& a, const Expression& b);
std::string text(const Expression& expression);  // for EXPLAIN: $0 is the first column

}  // namespace levada::query
