#pragma once
// The functions, operators, casts, aggregates, window and table functions that SQL knows: one row
// each, name and signature and implementation together. The binder resolves against the rows by
// PostgreSQL's rules; the engine calls what they point at.
//
// Operators are functions named by their sign ("+", "<=", "||", "~", "->>", "not", unary minus is
// "-" of one argument). Special forms are expressions instead (expression.h): AND, OR, CASE,
// COALESCE, IN, IS NULL, ROW, ARRAY, now(), NULLIF (CASE), casts. Rewritten by the binder to rows
// of this table: BETWEEN; LIKE ("like", "like" with escape; "ilike"), SIMILAR TO ("similar_to"); IS
// DISTINCT FROM ("is_distinct_from"), IS NOT DISTINCT FROM ("is_not_distinct_from"); IS TRUE
// ("is_true", "is_false", "is_unknown"); EXTRACT(f FROM x) ("extract" of varchar, x); SUBSTRING
// ("substr"); POSITION(a IN b) ("position" of b, a); TRIM ("trim", "ltrim", "rtrim"); OVERLAY
// ("overlay"); AT TIME ZONE ("timezone" of zone, x); x = ANY(list) ("any=" of x, list; "any<", …;
// "all="); a[i] ("element"), a[i:j] ("slice").

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "query/sql_error.h"
#include "query/type.h"
#include "query/value.h"

namespace levada::query {

class Evaluation;  // evaluation.h: memory for results, the clock, the session's facts, the error

// What an implementation is told about the place where it is called.
struct CallSite {
  const Type* result = nullptr;
  std::span<const Type> arguments;
  // Kept between calls of this place: a compiled pattern, a parsed format.
  mutable std::shared_ptr<void> memo = {};
};

using Implementation = Datum (*)(Evaluation&, const CallSite&, std::span<const Datum>);

enum class Volatility : std::uint8_t {
  pure,      // of its arguments alone; folded when they are constants
  stable,    // also of the session or the statement's time (current_user, to_char of timestamptz)
  changing,  // random(), gen_random_uuid(): evaluated once, at INSERT; refused in views
};

// The kinds of a function's arguments, kept in place: so the rows below are made by the compiler,
// and a command that never asks SQL anything does not pay for them at its start.
class ArgumentKinds {
 public:
  static constexpr std::size_t count_max = 8;

  constexpr ArgumentKinds() = default;
  constexpr ArgumentKinds(std::initializer_list<TypeKind> kinds) {
    CHECK(kinds.size() <= count_max);
    for (const TypeKind kind : kinds) kinds_[size_++] = kind;
  }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr TypeKind operator[](std::size_t i) const { return kinds_[i]; }
  constexpr TypeKind back() const { return kinds_[size_ - 1]; }
  constexpr const TypeKind* begin() const { return kinds_.data(); }
  constexpr const TypeKind* end() const { return kinds_.data() + size_; }

 private:
  std::array<TypeKind, count_max> kinds_{};
  std::uint8_t size_ = 0;
};

struct Function {
  std::string_view name;
  // Kinds may be any, any_element, any_list, any_structure; lists of a kind are spelled by
  // `list_of` in `lists`, a bit for each argument (bit 31: the result).
  ArgumentKinds arguments;
  TypeKind result = TypeKind::unknown;
  Implementation run = nullptr;
  bool strict = true;     // NULL if an argument is NULL, without being called
  bool variadic = false;  // the last argument's kind repeats, zero or more times
  Volatility volatility = Volatility::pure;
  std::uint32_t lists = 0;  // bit i: argument i is a list of its kind; bit 31: the result is one

  // The concrete type of argument i (also beyond the last of a variadic one).
  TypeKind argument_kind(std::size_t i) const {
    return arguments[i < arguments.size() ? i : arguments.size() - 1];
  }
  bool argument_is_list(std::size_t i) const {
    return (lists >> (i < arguments.size() ? i : arguments.size() - 1) & 1) != 0;
  }
  bool result_is_list() const { return (lists >> 31) != 0; }
  bool takes(std::size_t count) const {
    return variadic ? count + 1 >= arguments.size() : count == arguments.size();
  }
};

// All rows with this name, in the table's order; empty: no such function.
std::span<const Function* const> functions_named(std::string_view name);
std::vector<const Function*> all_functions();  // for SHOW FUNCTIONS, pg_proc

// The row whose signature is exactly these types, any_* matched; nullptr: none.
const Function* exact_function(std::string_view name, std::span<const Type> arguments);
// The result's type once the arguments' types are known (any_element and any_list resolved);
// nullopt: the arguments do not agree with each other.
std::optional<Type> result_type(const Function& function, std::span<const Type> arguments);

// ---- casts ----

enum class CastContext : std::uint8_t { implicit, assignment, is_explicit };

// The narrowest context in which `from` becomes `to`; nullopt: never. Same type: implicit.
// Lists and structures cast part by part. unknown casts implicitly to everything.
std::optional<CastContext> cast_context(const Type& from, const Type& to);

// ---- aggregates ----

class Accumulator;  // aggregate.h

struct AggregateFunction {
  std::string_view name;
  ArgumentKinds arguments;  // as in Function; count(*) has none
  TypeKind result = TypeKind::unknown;
  std::uint32_t lists = 0;
  // any_element: the result has the (last) any_element argument's type.
  std::unique_ptr<Accumulator> (*make)(std::span<const Type> arguments) = nullptr;
  bool ordered = false;      // ORDER BY matters: string_agg, array_agg, first_value, …
  bool ordered_set = false;  // percentile_cont(…) WITHIN GROUP (ORDER BY …), mode()
};

std::span<const AggregateFunction* const> aggregates_named(std::string_view name);
std::optional<Type> result_type(const AggregateFunction& function, std::span<const Type> arguments);

// ---- window functions (besides every aggregate) ----

enum class WindowKind : std::uint8_t {
  row_number,
  rank,
  dense_rank,
  percent_rank,
  cume_dist,
  ntile,
  lag,
  lead,
  first_value,
  last_value,
  nth_value,
  aggregate,
};
struct WindowFunction {
  std::string_view name;
  WindowKind kind;
  std::size_t arguments_min = 0, arguments_max = 0;  // lag(value [, offset [, default]])
  TypeKind result = TypeKind::int8;                  // any_element: the first argument's type
};
const WindowFunction* window_function_named(std::string_view name);

// ---- table functions ----

struct TableFunction {
  std::string_view name;
  ArgumentKinds arguments;
  std::uint32_t lists = 0;
  // Of its one column. any_element: a list argument's element; structure: (x, n), the element and
  // its place.
  TypeKind result = TypeKind::unknown;
  bool variadic = false;
  // Appends the rows' only column to `out`.
  void (*run)(Evaluation&, const CallSite&, std::span<const Datum>,
              std::vector<Datum>& out) = nullptr;
  // Of any_structure: the columns of its rows.
  const Type& (*shape)() = nullptr;
};
std::span<const TableFunction* const> table_functions_named(std::string_view name);
std::optional<Type> result_type(const TableFunction& function, std::span<const Type> arguments);

}  // namespace levada::query
