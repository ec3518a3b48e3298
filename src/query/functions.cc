#include "query/functions.h"

#include <algorithm>
#include <map>

#include "query/function_table.h"
#include "query/int256.h"
#include "query/vector.h"

namespace levada::query {

namespace {

template <class Row>
using ByName = std::map<std::string_view, std::vector<const Row*>>;

template <class Row>
void add(ByName<Row>& index, std::span<const Row> rows) {
  for (const Row& row : rows) index[row.name].push_back(&row);
}

const ByName<Function>& function_index() {
  static const ByName<Function> index = [] {
    ByName<Function> made;
    for (const auto part :
         {arithmetic_functions(), comparison_functions(), mathematical_functions(),
          text_functions(),       encoding_functions(),   pattern_functions(),
          time_functions(),       list_functions(),       json_functions(),
          json_edit_functions(),  json_path_functions(),  binary_functions(),
          map_functions(),        vector_functions(),     int256_functions(),
          size_functions(),       number_functions(),     interval_functions(),
          system_functions(),     identifier_functions()})
      add(made, part);
    return made;
  }();
  return index;
}

// json is jsonb here, so its functions are those of jsonb.
std::string name_for_jsonb(std::string_view name) {
  if (name == "row_to_json" || name == "array_to_json") return "to_jsonb";
  const std::size_t at = name.starts_with("json_") ? 0 : name.find("_json");
  if (at == std::string_view::npos) return {};
  std::string made(name);
  return made.insert(at + (at == 0 ? 4 : 5), "b");
}

template <class Row>
std::span<const Row* const> named(const ByName<Row>& index, std::string_view name) {
  auto found = index.find(name);
  if (found == index.end()) found = index.find(name_for_jsonb(name));
  if (found == index.end()) return {};
  return found->second;
}

// One signature against types; learns what any_element is.
struct Match {
  std::optional<Type> element;

  bool takes(TypeKind kind, bool is_list, const Type& type) {
    if (is_list) {
      if (!type.is(TypeKind::list)) return false;
      return takes(kind, false, type.element());
    }
    switch (kind) {
      case TypeKind::any:
        return true;
      case TypeKind::any_structure:
        return type.is(TypeKind::structure);
      case TypeKind::any_element:
        if (!element) element = type;
        return *element == type;
      case TypeKind::any_list:
        if (!type.is(TypeKind::list)) return false;
        if (!element) element = type.element();
        return *element == type.element();
      default:
        return type.is(kind);
    }
  }

  std::optional<Type> result(TypeKind kind, bool is_list) const {
    if (kind == TypeKind::any_element || kind == TypeKind::any_list) {
      if (!element) return std::nullopt;
      const bool list = is_list || kind == TypeKind::any_list;
      return list ? Type::list(*element) : *element;
    }
    return is_list ? Type::list(kind) : Type(kind);
  }
};

}  // namespace

std::span<const Function* const> functions_named(std::string_view name) {
  return named(function_index(), name);
}

std::vector<const Function*> all_functions() {
  std::vector<const Function*> all;
  for (const auto& [name, rows] : function_index()) all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

const Function* exact_function(std::string_view name, std::span<const Type> arguments) {
  for (const Function* function : functions_named(name))
    if (function->takes(arguments.size()) && result_type(*function, arguments)) return function;
  return nullptr;
}

std::optional<Type> result_type(const Function& function, std::span<const Type> arguments) {
  Match match;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (!match.takes(function.argument_kind(i), function.argument_is_list(i), arguments[i]))
      return std::nullopt;
  if (function.result == TypeKind::vector) {  // one behind the other
    const std::size_t dimensions = arguments[0].dimensions() + arguments[1].dimensions();
    if (dimensions > vector_dimensions_max) return std::nullopt;
    return Type::vector(dimensions);
  }
  return match.result(function.result, function.result_is_list());
}

std::span<const AggregateFunction* const> aggregates_named(std::string_view name) {
  static const ByName<AggregateFunction> index = [] {
    ByName<AggregateFunction> made;
    add(made, aggregate_functions());
    add(made, collecting_aggregates());
    add(made, sketch_aggregates());
    add(made, regression_aggregates());
    add(made, int256_aggregates());
    return made;
  }();
  return named(index, name);
}

std::optional<Type> result_type(const AggregateFunction& function,
                                std::span<const Type> arguments) {
  if (arguments.size() != function.arguments.size()) return std::nullopt;
  Match match;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (!match.takes(function.arguments[i], (function.lists >> i & 1) != 0, arguments[i]))
      return std::nullopt;
  return match.result(function.result, (function.lists >> 31) != 0);
}

const WindowFunction* window_function_named(std::string_view name) {
  using enum TypeKind;
  static const WindowFunction rows[] = {
      {"row_number", WindowKind::row_number, 0, 0, int8},
      {"rank", WindowKind::rank, 0, 0, int8},
      {"dense_rank", WindowKind::dense_rank, 0, 0, int8},
      {"percent_rank", WindowKind::percent_rank, 0, 0, float8},
      {"cume_dist", WindowKind::cume_dist, 0, 0, float8},
      {"ntile", WindowKind::ntile, 1, 1, int4},
      {"lag", WindowKind::lag, 1, 3, any_element},
      {"lead", WindowKind::lead, 1, 3, any_element},
      {"first_value", WindowKind::first_value, 1, 1, any_element},
      {"last_value", WindowKind::last_value, 1, 1, any_element},
      {"nth_value", WindowKind::nth_value, 2, 2, any_element},
  };
  const auto* found = std::find_if(std::begin(rows), std::end(rows),
                                   [&](const WindowFunction& row) { return row.name == name; });
  return found == std::end(rows) ? nullptr : found;
}

std::span<const TableFunction* const> table_functions_named(std::string_view name) {
  static const ByName<TableFunction> index = [] {
    ByName<TableFunction> made;
    for (const auto part :
         {table_functions(), json_edit_table_functions(), json_path_table_functions()})
      add(made, part);
    return made;
  }();
  return named(index, name);
}

std::optional<Type> result_type(const TableFunction& function, std::span<const Type> arguments) {
  const bool fits = function.variadic ? arguments.size() + 1 >= function.arguments.size()
                                      : arguments.size() == function.arguments.size();
  if (!fits) return std::nullopt;
  Match match;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::size_t at = std::min(i, function.arguments.size() - 1);
    if (!match.takes(function.arguments[at], (function.lists >> at & 1) != 0, arguments[i]))
      return std::nullopt;
  }
  if (function.shape != nullptr) return function.shape();
  if (function.result == TypeKind::structure)  // a list's elements, each with its place
    return Type::structure({{"x", arguments[0].element()}, {"n", TypeKind::int4}});
  // The elements of lists in a list, however deep, as PostgreSQL's unnest gives them.
  if (function.result == TypeKind::any_element && function.arguments[0] == TypeKind::any_list)
    while (match.element && match.element->is(TypeKind::list))
      match.element = Type(match.element->element());
  return match.result(function.result, (function.lists >> 31) != 0);
}

}  // namespace levada::query
