// Functions and operators on jsonb.

#include <algorithm>

#include "query/function_table.h"
#include "query/json.h"
#include "query/text.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

// What is stored is canonical text, so it parses.
Json parsed(const Datum& datum) { return Json::parse(datum.text()).value_or(Json{}); }

Datum as_json(Evaluation& evaluation, const Json* json) {
  return json == nullptr ? Datum::null() : evaluation.text(json->canonical());
}
Datum as_text(Evaluation& evaluation, const Json* json) {
  if (json == nullptr || json->kind == Json::Kind::null) return Datum::null();
  return evaluation.text(json->kind == Json::Kind::text ? json->text : json->canonical());
}

template <Datum (*shown)(Evaluation&, const Json*)>
Datum member(Evaluation& evaluation, const CallSite&, Arguments a) {
  const Json json = parsed(a[0]);
  return shown(evaluation, json.member(a[1].text()));
}
template <Datum (*shown)(Evaluation&, const Json*)>
Datum item(Evaluation& evaluation, const CallSite&, Arguments a) {
  const Json json = parsed(a[0]);
  return shown(evaluation, json.item(a[1].integer));
}

const Json* at_path(const Json& json, std::span<const Datum> path) {
  const Json* at = &json;
  for (const Datum& step : path) {
    if (at == nullptr || step.is_null()) return nullptr;
    if (at->kind == Json::Kind::list) {
      const auto index = from_text(int4, step.text());
      at = index ? at->item(index->datum().integer) : nullptr;
    } else {
      at = at->member(step.text());
    }
  }
  return at;
}
template <Datum (*shown)(Evaluation&, const Json*)>
Datum path_of_list(Evaluation& evaluation, const CallSite&, Arguments a) {
  const Json json = parsed(a[0]);
  return shown(evaluation, at_path(json, a[1].list()));
}
template <Datum (*shown)(Evaluation&, const Json*)>
Datum path_of_arguments(Evaluation& evaluation, const CallSite&, Arguments a) {
  const Json json = parsed(a[0]);
  return shown(evaluation, at_path(json, a.subspan(1)));
}

Datum contains(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(parsed(a[0]).contains(parsed(a[1])));
}
Datum contained(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(parsed(a[1]).contains(parsed(a[0])));
}

bool has_key(const Json& json, std::string_view key) {
  if (json.kind == Json::Kind::object) return json.member(key) != nullptr;
  if (json.kind == Json::Kind::text) return json.text == key;
  return json.kind == Json::Kind::list &&
         std::any_of(json.items.begin(), json.items.end(),
                     [&](const Json& i) { return i.kind == Json::Kind::text && i.text == key; });
}
Datum exists(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(has_key(parsed(a[0]), a[1].text()));
}
template <bool all>
Datum exists_of(Evaluation&, const CallSite&, Arguments a) {
  const Json json = parsed(a[0]);
  const auto test = [&](const Datum& key) { return !key.is_null() && has_key(json, key.text()); };
  const auto keys = a[1].list();
  return Datum::of(all ? std::all_of(keys.begin(), keys.end(), test)
                       : std::any_of(keys.begin(), keys.end(), test));
}

Datum json_concatenation(Evaluation& evaluation, const CallSite&, Arguments a) {
  Json left = parsed(a[0]), right = parsed(a[1]);
  if (left.kind == Json::Kind::object && right.kind == Json::Kind::object) {
    for (auto& [name, value] : right.members) left.put(name, std::move(value));
    return as_json(evaluation, &left);
  }
  Json list;
  list.kind = Json::Kind::list;
  for (Json* part : {&left, &right}) {
    if (part->kind == Json::Kind::list)
      for (Json& element : part->items) list.items.push_back(std::move(element));
    else
      list.items.push_back(std::move(*part));
  }
  return as_json(evaluation, &list);
}

Datum without_key(Evaluation& evaluation, const CallSite&, Arguments a) {
  Json json = parsed(a[0]);
  if (json.kind != Json::Kind::object && json.kind != Json::Kind::list)
    return evaluation.fail(sqlstate::invalid_parameter_value, "cannot delete from scalar");
  const std::string_view key = a[1].text();
  std::erase_if(json.members, [&](const auto& m) { return m.first == key; });
  std::erase_if(json.items,
                [&](const Json& i) { return i.kind == Json::Kind::text && i.text == key; });
  return as_json(evaluation, &json);
}
Datum without_index(Evaluation& evaluation, const CallSite&, Arguments a) {
  Json json = parsed(a[0]);
  if (json.kind != Json::Kind::list)
    return evaluation.fail(sqlstate::invalid_parameter_value,
                           json.kind == Json::Kind::object
                               ? "cannot delete from object using integer index"
                               : "cannot delete from scalar");
  const Json* gone = json.item(a[1].integer);
  if (gone != nullptr) json.items.erase(json.items.begin() + (gone - json.items.data()));
  return as_json(evaluation, &json);
}

Datum type_of(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(parsed(a[0]).type_name());
}
Datum list_length(Evaluation& evaluation, const CallSite&, Arguments a) {
  const Json json = parsed(a[0]);
  if (json.kind != Json::Kind::list)
    return evaluation.fail(sqlstate::invalid_parameter_value,
                           json.kind == Json::Kind::object
                               ? "cannot get array length of a non-array"
                               : "cannot get array length of a scalar");
  return Datum::of(static_cast<std::int64_t>(json.items.size()));
}
Datum stripped(Evaluation& evaluation, const CallSite&, Arguments a) {
  Json json = parsed(a[0]);
  const auto strip = [](auto&& self, Json& at) -> void {
    std::erase_if(at.members, [](const auto& m) { return m.second.kind == Json::Kind::null; });
    for (auto& [name, value] : at.members) self(self, value);
    for (Json& i : at.items) self(self, i);
  };
  strip(strip, json);
  return as_json(evaluation, &json);
}
void append_pretty(const Json& json, std::size_t depth, std::string& out) {
  const bool object = json.kind == Json::Kind::object, list = json.kind == Json::Kind::list;
  const std::size_t count = object ? json.members.size() : json.items.size();
  if ((!object && !list) || count == 0) {
    json.append_text(out);
    return;
  }
  const auto line = [&](std::size_t d) { out += '\n' + std::string(d * 4, ' '); };
  out += object ? '{' : '[';
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    line(depth + 1);
    if (object) {
      append_json_string(json.members[i].first, out);
      out += ": ";
    }
    append_pretty(object ? json.members[i].second : json.items[i], depth + 1, out);
  }
  line(depth);
  out += object ? '}' : ']';
}
Datum pretty(Evaluation& evaluation, const CallSite&, Arguments a) {
  std::string out;
  append_pretty(parsed(a[0]), 0, out);
  return evaluation.text(out);
}

Datum to_jsonb(Evaluation& evaluation, const CallSite& site, Arguments a) {
  return evaluation.text(json_of(site.arguments[0], a[0]).canonical());
}
Datum build_list(Evaluation& evaluation, const CallSite& site, Arguments a) {
  Json list;
  list.kind = Json::Kind::list;
  for (std::size_t i = 0; i < a.size(); ++i) list.items.push_back(json_of(site.arguments[i], a[i]));
  return as_json(evaluation, &list);
}
Datum build_object(Evaluation& evaluation, const CallSite& site, Arguments a) {
  if (a.size() % 2 != 0)
    return evaluation.fail(sqlstate::invalid_parameter_value,
                           "argument list must have even number of elements");
  Json object;
  object.kind = Json::Kind::object;
  for (std::size_t i = 0; i < a.size(); i += 2) {
    if (a[i].is_null())
      return evaluation.fail(sqlstate::invalid_parameter_value,
                             "argument " + std::to_string(i + 1) + ": key must not be null");
    const TypeKind key = site.arguments[i].kind();
    if (key == list || key == structure || key == map || key == jsonb)
      return evaluation.fail(sqlstate::invalid_parameter_value,
                             "key value must be scalar, not array, composite, or json");
    object.put(to_text(site.arguments[i], a[i]), json_of(site.arguments[i + 1], a[i + 1]));
  }
  return as_json(evaluation, &object);
}
Datum is_json(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(Json::parse(a[0].text()).has_value());
}

constinit const Function json_rows[] = {
    {"->", {jsonb, varchar}, jsonb, member<as_json>},
    {"->", {jsonb, int4}, jsonb, item<as_json>},
    {"->>", {jsonb, varchar}, varchar, member<as_text>},
    {"->>", {jsonb, int4}, varchar, item<as_text>},
    {"#>",
     {jsonb, varchar},
     jsonb,
     path_of_list<as_json>,
     true,
     false,
     Volatility::pure,
     list_argument(1)},
    {"#>>",
     {jsonb, varchar},
     varchar,
     path_of_list<as_text>,
     true,
     false,
     Volatility::pure,
     list_argument(1)},
    {"jsonb_extract_path", {jsonb, varchar}, jsonb, path_of_arguments<as_json>, true, true},
    {"jsonb_extract_path_text", {jsonb, varchar}, varchar, path_of_arguments<as_text>, true, true},
    {"@>", {jsonb, jsonb}, boolean, contains},
    {"<@", {jsonb, jsonb}, boolean, contained},
    {"?", {jsonb, varchar}, boolean, exists},
    {"?|",
     {jsonb, varchar},
     boolean,
     exists_of<false>,
     true,
     false,
     Volatility::pure,
     list_argument(1)},
    {"?&",
     {jsonb, varchar},
     boolean,
     exists_of<true>,
     true,
     false,
     Volatility::pure,
     list_argument(1)},
    {"||", {jsonb, jsonb}, jsonb, json_concatenation},
    {"-", {jsonb, varchar}, jsonb, without_key},
    {"-", {jsonb, int4}, jsonb, without_index},
    {"jsonb_object_field", {jsonb, varchar}, jsonb, member<as_json>},
    {"jsonb_array_element", {jsonb, int4}, jsonb, item<as_json>},
    {"jsonb_object_field_text", {jsonb, varchar}, varchar, member<as_text>},
    {"jsonb_array_element_text", {jsonb, int4}, varchar, item<as_text>},
    {"jsonb_contains", {jsonb, jsonb}, boolean, contains},
    {"jsonb_contained", {jsonb, jsonb}, boolean, contained},
    {"jsonb_exists", {jsonb, varchar}, boolean, exists},
    {"jsonb_exists_any",
     {jsonb, varchar},
     boolean,
     exists_of<false>,
     true,
     false,
     Volatility::pure,
     list_argument(1)},
    {"jsonb_exists_all",
     {jsonb, varchar},
     boolean,
     exists_of<true>,
     true,
     false,
     Volatility::pure,
     list_argument(1)},
    {"jsonb_concat", {jsonb, jsonb}, jsonb, json_concatenation},
    {"jsonb_delete", {jsonb, varchar}, jsonb, without_key},
    {"jsonb_delete", {jsonb, int4}, jsonb, without_index},
    {"jsonb_typeof", {jsonb}, varchar, type_of},
    {"jsonb_array_length", {jsonb}, int4, list_length},
    {"jsonb_strip_nulls", {jsonb}, jsonb, stripped},
    {"jsonb_pretty", {jsonb}, varchar, pretty},
    {"to_jsonb", {any}, jsonb, to_jsonb, false},
    {"jsonb_build_array", {any}, jsonb, build_list, false, true},
    {"jsonb_build_object", {any}, jsonb, build_object, false, true},
    {"json_build_object", {any}, jsonb, build_object, false, true},
    {"is_json", {varchar}, boolean, is_json},
};

}  // namespace

std::span<const Function> json_functions() { return json_rows; }

}  // namespace levada::query
