// The functions of JMESPath: a table of their names and argument types, and a body each. Numbers
// stay integers where Python's do; messages are those of the Python library.

#include <algorithm>
#include <charconv>
#include <cmath>

#include "cli/jmespath_tree.h"
#include "cli/json_text.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

using Kind = Document::Kind;
using Shared = std::shared_ptr<const Document>;
using Arguments = std::vector<JmespathArgument>;

std::string_view type_name(const Document& value) {
  switch (value.kind()) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "boolean";
    case Kind::array:
      return "array";
    case Kind::object:
      return "object";
    case Kind::string:
    case Kind::bytes:
      return "string";
    default:
      return "number";
  }
}

// In messages about items, the Python library forgets to translate the name of the type.
std::string_view item_type_name(const Document& value) {
  if (value.is_string()) return "str";
  if (value.is(Kind::boolean)) return "bool";
  if (value.is_null()) return "NoneType";
  if (value.is_array()) return "list";
  if (value.is_object()) return "dict";
  return value.is(Kind::real) ? "float" : "int";
}

using Types = std::span<const std::string_view>;

std::string list_of_types(Types types) {
  std::string out = "[";
  for (const std::string_view type : types) {
    if (out.size() > 1) out += ", ";
    out += python_repr(type);
  }
  return out + "]";
}

unexpected<Error> wrong_type(std::string_view function, const std::string& value, Types expected,
                             std::string_view received) {
  return fail(ErrorKind::invalid, "In function " + std::string(function) +
                                      "(), invalid type for value: " + value +
                                      ", expected one of: " + list_of_types(expected) +
                                      ", received: \"" + std::string(received) + "\"");
}

bool less(const Document& a, const Document& b) {
  if (a.is_string() && b.is_string()) return a.string() < b.string();
  if (a.is(Kind::integer) && b.is(Kind::integer)) return a.integer() < b.integer();
  return a.real() < b.real();
}

// The key of each item of `array`, all numbers or all strings as `allowed` says.
Result<Document::Array> keys_of(std::string_view function, const Shared& array,
                                const JmespathNode& expression, Types allowed) {
  Document::Array keys;
  for (const Document& item : array->items()) {
    const Shared key = TRY(evaluate_jmespath(expression, Shared(array, &item)));
    if (std::ranges::find(allowed, type_name(*key)) == allowed.end())
      return wrong_type(function, python_text(*key), allowed, type_name(*key));
    keys.push_back(*key);
  }
  return keys;
}

Result<Document> to_sum(const Document::Array& numbers) {
  std::int64_t integer = 0;
  double real = 0;
  bool is_real = false;
  for (const Document& number : numbers) {
    if (!is_real && (!number.is(Kind::integer) ||
                     __builtin_add_overflow(integer, number.integer(), &integer))) {
      is_real = true;
      real = 0;
      for (const Document& earlier : numbers) {
        if (&earlier == &number) break;
        real += earlier.real();
      }
    }
    if (is_real) real += number.real();
  }
  return is_real ? Document::of_real(real) : Document::of_integer(integer);
}

Result<Document> f_abs(const Arguments& a) {
  const Document& x = *a[0].value;
  if (x.is(Kind::integer)) return Document::of_integer(std::abs(x.integer()));
  return Document::of_real(std::fabs(x.real()));
}
Result<Document> f_avg(const Arguments& a) {
  const Document::Array& numbers = a[0].value->items();
  if (numbers.empty()) return Document();
  const Document sum = TRY(to_sum(numbers));
  return Document::of_real(sum.real() / static_cast<double>(numbers.size()));
}
Result<Document> rounded(const Document& x, double (*round)(double)) {
  if (!x.is(Kind::real)) return x;
  const double whole = round(x.real());
  if (std::fabs(whole) < 9e18) return Document::of_integer(static_cast<std::int64_t>(whole));
  return Document::of_real(whole);
}
Result<Document> f_ceil(const Arguments& a) { return rounded(*a[0].value, std::ceil); }
Result<Document> f_floor(const Arguments& a) { return rounded(*a[0].value, std::floor); }
Result<Document> f_contains(const Arguments& a) {
  const Document& subject = *a[0].value;
  const Document& wanted = *a[1].value;
  if (subject.is_array())
    return Document::of_boolean(std::ranges::find(subject.items(), wanted) !=
                                subject.items().end());
  if (!wanted.is_string())
    return fail(ErrorKind::invalid, "'in <string>' requires string as left operand, not " +
                                        std::string(item_type_name(wanted)));
  return Document::of_boolean(subject.string().find(wanted.string()) != std::string::npos);
}
Result<Document> f_ends_with(const Arguments& a) {
  return Document::of_boolean(a[0].value->string().ends_with(a[1].value->string()));
}
Result<Document> f_starts_with(const Arguments& a) {
  return Document::of_boolean(a[0].value->string().starts_with(a[1].value->string()));
}
Result<Document> f_join(const Arguments& a) {
  std::string out;
  for (const Document& item : a[1].value->items()) {
    if (&item != &a[1].value->items().front()) out += a[0].value->string();
    out += item.string();
  }
  return Document::of_string(std::move(out));
}
Result<Document> f_keys(const Arguments& a) {
  Document::Array keys;
  for (const Document::Member& member : a[0].value->members())
    keys.push_back(Document::of_string(member.name));
  return Document::of_array(std::move(keys));
}
Result<Document> f_values(const Arguments& a) {
  Document::Array values;
  for (const Document::Member& member : a[0].value->members()) values.push_back(member.value);
  return Document::of_array(std::move(values));
}
Result<Document> f_length(const Arguments& a) {
  const Document& x = *a[0].value;
  const std::size_t size = x.is_array()    ? x.items().size()
                           : x.is_object() ? x.members().size()
                                           : character_count(x.string());
  return Document::of_integer(static_cast<std::int64_t>(size));
}
Result<Document> f_map(const Arguments& a) {
  Document::Array out;
  for (const Document& item : a[1].value->items())
    out.push_back(*TRY(evaluate_jmespath(*a[0].expression, Shared(a[1].value, &item))));
  return Document::of_array(std::move(out));
}
Result<Document> f_max(const Arguments& a) {
  const Document::Array& items = a[0].value->items();
  if (items.empty()) return Document();
  const Document* best = &items.front();
  for (const Document& item : items)
    if (less(*best, item)) best = &item;
  return *best;
}
Result<Document> f_min(const Arguments& a) {
  const Document::Array& items = a[0].value->items();
  if (items.empty()) return Document();
  return *std::ranges::min_element(items, less);
}
constexpr std::string_view number_or_string[] = {"number", "string"};
Result<Document> extreme_by(std::string_view function, const Arguments& a, bool is_max) {
  const Document::Array keys =
      TRY(keys_of(function, a[0].value, *a[1].expression, number_or_string));
  if (keys.empty()) return Document();
  std::size_t best = 0;
  for (std::size_t i = 1; i < keys.size(); ++i)
    if (is_max ? less(keys[best], keys[i]) : less(keys[i], keys[best])) best = i;
  return a[0].value->items()[best];
}
Result<Document> f_max_by(const Arguments& a) { return extreme_by("max_by", a, true); }
Result<Document> f_min_by(const Arguments& a) { return extreme_by("min_by", a, false); }
Result<Document> f_merge(const Arguments& a) {
  Document merged = Document::of_object({});
  for (const JmespathArgument& argument : a)
    for (const Document::Member& member : argument.value->members())
      merged.set(member.name, member.value);
  return merged;
}
Result<Document> f_not_null(const Arguments& a) {
  for (const JmespathArgument& argument : a)
    if (argument.value != nullptr && !argument.value->is_null()) return *argument.value;
  return Document();
}
Result<Document> f_reverse(const Arguments& a) {
  if (a[0].value->is_array()) {
    Document::Array items = a[0].value->items();
    std::ranges::reverse(items);
    return Document::of_array(std::move(items));
  }
  std::u32string characters;
  for (std::string_view rest = a[0].value->string(); !rest.empty();)
    characters.push_back(take_character(rest));
  std::string out;
  for (auto c = characters.rbegin(); c != characters.rend(); ++c) append_utf8(out, *c);
  return Document::of_string(std::move(out));
}
Result<Document> f_sort(const Arguments& a) {
  Document::Array items = a[0].value->items();
  std::ranges::stable_sort(items, less);
  return Document::of_array(std::move(items));
}
Result<Document> f_sort_by(const Arguments& a) {
  const Document::Array& items = a[0].value->items();
  if (items.empty()) return *a[0].value;
  const Shared first_key =
      TRY(evaluate_jmespath(*a[1].expression, Shared(a[0].value, &items.front())));
  const std::string_view type = type_name(*first_key);
  constexpr std::string_view string_or_number[] = {"string", "number"};
  if (type != "number" && type != "string")
    return wrong_type("sort_by", python_text(items.front()), string_or_number, type);
  const std::string_view allowed[] = {type};
  const Document::Array keys = TRY(keys_of("sort_by", a[0].value, *a[1].expression, allowed));
  std::vector<std::size_t> order(items.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order,
                           [&](std::size_t x, std::size_t y) { return less(keys[x], keys[y]); });
  Document::Array sorted;
  for (const std::size_t i : order) sorted.push_back(items[i]);
  return Document::of_array(std::move(sorted));
}
Result<Document> f_sum(const Arguments& a) { return to_sum(a[0].value->items()); }
Result<Document> f_to_array(const Arguments& a) {
  if (a[0].value->is_array()) return *a[0].value;
  return Document::of_array({*a[0].value});
}
Result<Document> f_to_number(const Arguments& a) {
  const Document& x = *a[0].value;
  if (x.is_number()) return x;
  if (!x.is_string()) return Document();
  const std::string text(trim(x.string()));
  std::int64_t integer = 0;
  const auto whole = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (whole.ec == std::errc{} && whole.ptr == text.data() + text.size())
    return Document::of_integer(integer);
  char* end = nullptr;
  const double real = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || text.find_first_of("xX") != std::string::npos)
    return Document();
  return Document::of_real(real);
}
Result<Document> f_to_string(const Arguments& a) {
  if (a[0].value->is_string()) return *a[0].value;
  return Document::of_string(compact_json(*a[0].value));
}
Result<Document> f_type(const Arguments& a) { return Document::of_string(type_name(*a[0].value)); }

struct Function {
  std::string_view name;
  Result<Document> (*body)(const Arguments&);
  std::array<std::array<std::string_view, 3>, 2> types;  // empty: any; of the leading arguments
  std::size_t arity;
  bool variadic = false;
};

constexpr Function functions[] = {
    {"abs", f_abs, {{{"number"}}}, 1},
    {"avg", f_avg, {{{"array-number"}}}, 1},
    {"ceil", f_ceil, {{{"number"}}}, 1},
    {"contains", f_contains, {{{"array", "string"}}}, 2},
    {"ends_with", f_ends_with, {{{"string"}, {"string"}}}, 2},
    {"floor", f_floor, {{{"number"}}}, 1},
    {"join", f_join, {{{"string"}, {"array-string"}}}, 2},
    {"keys", f_keys, {{{"object"}}}, 1},
    {"length", f_length, {{{"string", "array", "object"}}}, 1},
    {"map", f_map, {{{"expref"}, {"array"}}}, 2},
    {"max", f_max, {{{"array-number", "array-string"}}}, 1},
    {"max_by", f_max_by, {{{"array"}, {"expref"}}}, 2},
    {"merge", f_merge, {{{"object"}}}, 1, true},
    {"min", f_min, {{{"array-number", "array-string"}}}, 1},
    {"min_by", f_min_by, {{{"array"}, {"expref"}}}, 2},
    {"not_null", f_not_null, {}, 1, true},
    {"reverse", f_reverse, {{{"array", "string"}}}, 1},
    {"sort", f_sort, {{{"array-string", "array-number"}}}, 1},
    {"sort_by", f_sort_by, {{{"array"}, {"expref"}}}, 2},
    {"starts_with", f_starts_with, {{{"string"}, {"string"}}}, 2},
    {"sum", f_sum, {{{"array-number"}}}, 1},
    {"to_array", f_to_array, {}, 1},
    {"to_number", f_to_number, {}, 1},
    {"to_string", f_to_string, {}, 1},
    {"type", f_type, {}, 1},
    {"values", f_values, {{{"object"}}}, 1},
};

Result<Unit> check_items(std::string_view function, const Document::Array& items, Types types) {
  constexpr std::string_view prefix = "array-";
  std::string_view wanted;
  if (types.size() == 1) wanted = types[0].substr(prefix.size());
  for (const Document& item : items) {
    if (wanted.empty()) {  // the first item decides which of the types it is
      for (const std::string_view type : types)
        if (type.substr(prefix.size()) == type_name(item)) wanted = type_name(item);
    }
    if (wanted.empty() || type_name(item) != wanted)
      return wrong_type(function, python_text(item), types, item_type_name(item));
  }
  return Unit{};
}

Result<Unit> check_argument(std::string_view function, const JmespathArgument& argument,
                            Types types) {
  if (argument.expression != nullptr) {
    if (std::ranges::find(types, "expref") != types.end()) return Unit{};
    return wrong_type(function, "<expression>", types, "expref");
  }
  const Document& value = *argument.value;
  for (const std::string_view type : types) {
    if (type == type_name(value)) return Unit{};
    if (type.starts_with("array-") && value.is_array())
      return check_items(function, value.items(), types);
  }
  return wrong_type(function, python_text(value), types, type_name(value));
}

std::string arity_message(const Function& function, std::size_t received) {
  return "Expected " + std::string(function.variadic ? "at least " : "") +
         std::to_string(function.arity) + (function.arity == 1 ? " argument" : " arguments") +
         " for function " + std::string(function.name) + "(), received " + std::to_string(received);
}

}  // namespace

Result<Document> call_jmespath_function(const std::string& name,
                                        const std::vector<JmespathArgument>& arguments) {
  const auto found = std::ranges::find(functions, name, &Function::name);
  if (found == std::end(functions))
    return fail(ErrorKind::invalid, "Unknown function: " + name + "()");
  const Function& function = *found;
  const bool fits =
      function.variadic ? arguments.size() >= function.arity : arguments.size() == function.arity;
  if (!fits) return fail(ErrorKind::invalid, arity_message(function, arguments.size()));
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& row = function.types[std::min(i, function.types.size() - 1)];
    const auto& all = i > 0 && function.variadic ? function.types[0] : row;
    const std::size_t count =
        static_cast<std::size_t>(std::ranges::find(all, std::string_view()) - all.begin());
    if (count > 0) {
      TRY(check_argument(name, arguments[i], Types(all).first(count)));
    } else if (arguments[i].expression != nullptr) {
      return fail(ErrorKind::invalid, "an expression reference has no value in " + name + "()");
    }
  }
  return function.body(arguments);
}

}  // namespace levada::cli
