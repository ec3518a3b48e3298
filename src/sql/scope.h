#pragma once
// Scope: the columns that a name may mean at one place of a query, and the scopes around it.
// Internal to sql/.
//
// A column of the query's own is an index into its plan's output. A column of a query around it is
// marked by its level (outer_column): 1 is the next one out. Decorrelation (decorrelate.h) takes
// the marks away when the subquery becomes a join.

#include <string>
#include <vector>

#include "query/expression.h"
#include "query/plan.h"

namespace levada::sql {

inline constexpr std::size_t level_step = std::size_t{1} << 40;
// Marks of what is computed later: aggregates, windows, subqueries, set-returning functions.
inline constexpr std::size_t placeholder_base = std::size_t{1} << 32;
inline constexpr std::size_t pending_base = placeholder_base + placeholder_base / 2;  // subqueries

inline std::size_t level_of(std::size_t index) { return index / level_step; }
inline std::size_t index_of(std::size_t index) { return index % level_step; }
inline query::ExpressionRef outer_column(std::size_t level, std::size_t index, query::Type type) {
  return query::column(level * level_step + index, std::move(type));
}

inline query::ExpressionRef truth() {
  return query::constant(query::TypeKind::boolean, query::Datum::of(true));
}

struct ScopeColumn {
  std::string table;  // the alias
  std::string name;
  query::ExpressionRef value;  // over the plan's columns
  bool hidden = false;         // not in SELECT *
  bool merged_away = false;    // of USING: only by its table's name
  int merged = 0;              // stands for both sides of USING; outer joins have higher numbers
};

struct ScopeTable {
  std::string alias;
  std::string schema;     // where the name may be qualified by it
  std::size_t first = 0;  // of its columns in the scope
  std::size_t beyond = 0;
  std::string relation = {};  // its own name, where an alias hides it
};

struct Scope {
  std::vector<ScopeColumn> columns;
  std::vector<ScopeTable> tables;
  const Scope* parent = nullptr;
};

}  // namespace levada::sql
