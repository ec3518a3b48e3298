#include "timestream/sql/function_table.h"

#include <map>

#include "base/check.h"

namespace levada::timestream::sql {
namespace {

Type any_type() { return {Kind::unknown, {{"T", {}}}}; }
bool is_any(const Type& type) { return type.is(Kind::unknown) && !type.fields.empty(); }

Type read_type(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && text[size] >= 'A' && text[size] <= 'z') ++size;
  const std::string_view word = text.substr(0, size);
  text.remove_prefix(size);
  struct Named {
    std::string_view name;
    Kind kind;
  };
  constexpr Named names[] = {{"boolean", Kind::boolean},
                             {"integer", Kind::integer},
                             {"bigint", Kind::bigint},
                             {"double", Kind::real},
                             {"varchar", Kind::varchar},
                             {"timestamp", Kind::timestamp},
                             {"date", Kind::date},
                             {"interval", Kind::interval_day},
                             {"months", Kind::interval_month},
                             {"time", Kind::time}};
  for (const Named& named : names)
    if (word == named.name) return {named.kind};
  if (word == "T") return any_type();
  CHECK(word == "array" || word == "series", word);
  text.remove_prefix(1);
  Type element = read_type(text);
  text.remove_prefix(1);
  return word == "array" ? array_of(std::move(element)) : series_of(std::move(element));
}

std::pair<std::string, Overload> read_signature(const Function& function) {
  std::string_view text = function.signature;
  const std::size_t open = text.find('(');
  std::pair<std::string, Overload> row;
  row.first = text.substr(0, open);
  row.second.function = &function;
  text.remove_prefix(open + 1);
  while (!text.starts_with(')')) {
    if (text.starts_with(", ")) text.remove_prefix(2);
    if (text.starts_with("...")) {
      row.second.repeats = true;
      text.remove_prefix(3);
      continue;
    }
    row.second.arguments.push_back(read_type(text));
  }
  text.remove_prefix(2);
  row.second.result = read_type(text);
  return row;
}

using OverloadsByName = std::map<std::string, std::vector<Overload>>;

OverloadsByName make_table() {
  OverloadsByName table;
  for (const auto functions : {math_functions(), text_functions(), time_functions(),
                               list_functions(), series_functions(), regex_functions()})
    for (const Function& function : functions) {
      auto [name, overload] = read_signature(function);
      table[name].push_back(std::move(overload));
    }
  return table;
}

// Widens `bound` so that `type` fits into T; false when it cannot.
bool bind(Type& bound, bool& is_bound, const Type& type) {
  if (!is_bound) {
    bound = type;
    is_bound = true;
    return true;
  }
  const auto wider = common_type(bound, type);
  if (wider) bound = *wider;
  return wider.has_value();
}

bool bind_pattern(const Type& pattern, const Type& type, Type& bound, bool& is_bound) {
  if (is_any(pattern)) return bind(bound, is_bound, type);
  if (pattern.fields.empty() || type.fields.empty()) return true;
  if (pattern.is(Kind::array) && type.is(Kind::series)) {
    const Type row{Kind::row, {{"time", {Kind::timestamp}}, {"value", type.element()}}};
    return bind_pattern(pattern.element(), row, bound, is_bound);
  }
  return bind_pattern(pattern.element(), type.element(), bound, is_bound);
}

Type filled(const Type& pattern, const Type& bound) {
  if (is_any(pattern)) return bound;
  if (pattern.fields.empty()) return pattern;
  return {pattern.kind, {{"", filled(pattern.element(), bound)}}};
}

}  // namespace

const std::vector<Overload>* overloads_of(const std::string& name) {
  static const OverloadsByName table = make_table();
  const auto at = table.find(name);
  return at == table.end() ? nullptr : &at->second;
}

const Overload* choose(const std::vector<Overload>& overloads, std::vector<Type>& types,
                       Type& result) {
  const Overload* best = nullptr;
  int best_cost = 0;
  std::vector<Type> best_types;
  for (const Overload& overload : overloads) {
    const std::size_t wanted = overload.arguments.size();
    if (overload.repeats ? types.size() < wanted : types.size() != wanted) continue;
    Type bound;
    bool is_bound = false, fits = true;
    for (std::size_t i = 0; i < types.size() && fits; ++i)
      fits = bind_pattern(overload.arguments[std::min(i, wanted - 1)], types[i], bound, is_bound);
    int cost = 0;
    std::vector<Type> converted;
    for (std::size_t i = 0; i < types.size() && fits; ++i) {
      converted.push_back(filled(overload.arguments[std::min(i, wanted - 1)], bound));
      const auto step = conversion_cost(types[i], converted.back());
      fits = step.has_value();
      cost += step.value_or(0);
    }
    if (!fits || (best != nullptr && cost >= best_cost)) continue;
    best = &overload;
    best_cost = cost;
    best_types = std::move(converted);
    result = filled(overload.result, bound);
  }
  if (best != nullptr) types = std::move(best_types);
  return best;
}

}  // namespace levada::timestream::sql
