// Maps: MAP{…}, m[key] and the functions of maps, whose types follow those of keys and values.

#include <algorithm>

#include "query/map.h"
#include "sql/query_binder.h"

namespace levada::sql {
namespace {

using query::CastContext;
using query::ExpressionKind;

Type known(const Type& type) { return type.is(TypeKind::unknown) ? Type(TypeKind::varchar) : type; }

ExpressionRef call_of(std::string_view name, const Type& result,
                      std::vector<ExpressionRef> arguments) {
  return query::call(*query::functions_named(name).front(), result, std::move(arguments));
}

Type entry_of(const Type& map) { return Type::structure(map.fields()); }

}  // namespace

// MAP{key: value, …}
SqlResult<ExpressionRef> QueryBinder::map_of(const Term& one, Place& place) {
  if (one.arguments.empty())
    return at(one.position, query::sqlstate::indeterminate_datatype,
              "cannot determine type of empty map",
              "Explicitly cast to the desired type, for example MAP{}::map(int,int).");
  std::vector<ExpressionRef> keys, values;
  for (std::size_t n = 0; n < one.arguments.size(); n += 2) {
    keys.push_back(ATTEMPT(term(*one.arguments[n], place)));
    values.push_back(ATTEMPT(term(*one.arguments[n + 1], place)));
  }
  const Type key = ATTEMPT(coercion_.common(keys, "MAP"));
  const Type value = ATTEMPT(coercion_.common(values, "MAP"));
  ATTEMPT(query::check_map_key(key));
  const Type map = Type::map(key, value);
  std::vector<ExpressionRef> entries;
  for (std::size_t n = 0; n < keys.size(); ++n)
    entries.push_back(
        query::expression(ExpressionKind::make_row, entry_of(map), {keys[n], values[n]}));
  return call_of("map_from_entries", map,
                 {query::expression(ExpressionKind::make_list, Type::list(entry_of(map)),
                                    std::move(entries))});
}

// Its arguments are bound. Nothing: it is no function of maps.
SqlResult<std::optional<ExpressionRef>> QueryBinder::map_call(
    const Term& one, const std::vector<ExpressionRef>& given) {
  using Made = std::optional<ExpressionRef>;
  const std::string& name = one.names.back();
  const auto functions = query::functions_named(name);
  const bool populates = name == "jsonb_populate_map";
  if (functions.empty() || !(name.starts_with("map_") || populates) ||
      functions.front()->arguments.size() != given.size())
    return Made();
  const auto none = [&] {
    return at(one.position, query::sqlstate::undefined_function,
              "function " + signature_text(name, given) + " does not exist");
  };
  std::vector<ExpressionRef> arguments = given;
  const Type first = arguments.front()->type;
  if (name == "map_from_entries") {
    if (!first.is(TypeKind::list) || !first.element().is(TypeKind::structure)) return none();
    const auto& fields = first.element().fields();
    if (fields.size() != 2)
      return at(one.position, query::sqlstate::datatype_mismatch,
                "the underlying struct for map must have exactly two fields");
    const Type map = Type::map(known(fields[0].type), known(fields[1].type));
    ATTEMPT(query::check_map_key(map.key()));
    arguments[0] =
        ATTEMPT(coercion_.to(arguments[0], Type::list(entry_of(map)), CastContext::is_explicit));
    return Made(call_of(name, map, std::move(arguments)));
  }
  if (name == "map_from_key_values") {
    const Type second = arguments.back()->type;
    if (!first.is(TypeKind::list) || !second.is(TypeKind::list)) return none();
    const Type map = Type::map(known(first.element()), known(second.element()));
    ATTEMPT(query::check_map_key(map.key()));
    return Made(call_of(name, map, std::move(arguments)));
  }
  // Of two maps the second has the first one's type, of one map and NULL both have the map's.
  const Type second = arguments.size() > 1 ? arguments[1]->type : Type();
  const bool both = name == "map_cat";
  const Type map = first.is(TypeKind::map) || !both ? first : second;
  if (!map.is(TypeKind::map)) return none();
  arguments[0] = ATTEMPT(coercion_.to(arguments[0], map, CastContext::implicit));
  if (both) arguments[1] = ATTEMPT(coercion_.to(arguments[1], map, CastContext::implicit));
  if (populates)
    arguments[1] = ATTEMPT(coercion_.to(arguments[1], TypeKind::jsonb, CastContext::implicit));
  else if (!both && arguments.size() > 1)
    arguments[1] = ATTEMPT(coercion_.to(arguments[1], map.key(), CastContext::assignment));
  if (arguments.size() > 2)
    arguments[2] = ATTEMPT(coercion_.to(arguments[2], map.value(), CastContext::implicit));
  Type result = functions.front()->result;
  if (name == "map_keys") result = Type::list(map.key());
  if (name == "map_values") result = Type::list(map.value());
  if (name == "map_entries") result = Type::list(entry_of(map));
  if (name == "map_access") result = map.value();
  if (result.is(TypeKind::any)) result = map;
  return Made(call_of(name, result, std::move(arguments)));
}

// map[key]
SqlResult<ExpressionRef> QueryBinder::map_element(ExpressionRef map, ExpressionRef key) {
  const Type type = map->type;
  key = ATTEMPT(coercion_.to(std::move(key), type.key(), CastContext::assignment));
  return call_of("map_access", type.value(), {std::move(map), std::move(key)});
}

}  // namespace levada::sql
