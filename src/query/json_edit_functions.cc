// jsonb changed at a path, made from lists, and as rows and records.

#include <algorithm>
#include <charconv>

#include "query/function_table.h"
#include "query/json.h"
#include "query/map.h"
#include "query/text.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;
using Out = std::vector<Datum>;

Json json_of(const Datum& datum) { return Json::parse(datum.text()).value_or(Json{}); }

// ---- at a path ----

bool is_container(const Json& json) {
  return json.kind == Json::Kind::object || json.kind == Json::Kind::list;
}

std::optional<std::int64_t> index_of(std::string_view text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Edit {
  enum class Kind : std::uint8_t { set, remove, insert };
  Kind kind = Kind::set;
  bool create = true;         // set: also where nothing is
  bool insert_after = false;  // insert
  Json value = {};
};

void fail_of_step(Evaluation& evaluation, std::size_t number, std::string_view step) {
  evaluation.fail(sqlstate::invalid_text_representation,
                  "path element at position " + std::to_string(number) + " is not an integer: \"" +
                      std::string(step) + '"');
}

void edit_list(Evaluation& evaluation, Json& json, Arguments path, std::size_t at,
               const Edit& edit);

void edit_at(Evaluation& evaluation, Json& json, Arguments path, std::size_t at, const Edit& edit) {
  if (path[at].is_null()) {
    evaluation.fail(sqlstate::invalid_parameter_value,
                    "path element at position " + std::to_string(at + 1) + " is null");
    return;
  }
  if (json.kind == Json::Kind::list) return edit_list(evaluation, json, path, at, edit);
  if (json.kind != Json::Kind::object) return;
  const std::string_view name = path[at].text();
  const auto found = std::find_if(json.members.begin(), json.members.end(),
                                  [&](const auto& member) { return member.first == name; });
  const bool there = found != json.members.end();
  if (at + 1 < path.size()) {
    if (there) edit_at(evaluation, found->second, path, at + 1, edit);
    return;
  }
  if (edit.kind == Edit::Kind::remove) {
    if (there) json.members.erase(found);
  } else if (edit.kind == Edit::Kind::insert && there) {
    evaluation.fail(sqlstate::invalid_parameter_value, "cannot replace existing key");
  } else if (there || edit.create) {
    json.put(std::string(name), edit.value);
  }
}

void edit_list(Evaluation& evaluation, Json& json, Arguments path, std::size_t at,
               const Edit& edit) {
  const auto wanted = index_of(path[at].text());
  if (!wanted) return fail_of_step(evaluation, at + 1, path[at].text());
  const auto count = static_cast<std::int64_t>(json.items.size());
  std::int64_t index = *wanted < 0 ? *wanted + count : *wanted;
  const bool there = index >= 0 && index < count;
  const auto place = json.items.begin() + std::clamp<std::int64_t>(index, 0, count);
  if (at + 1 < path.size()) {
    if (there) edit_at(evaluation, *place, path, at + 1, edit);
    return;
  }
  if (edit.kind == Edit::Kind::remove) {
    if (there) json.items.erase(place);
  } else if (edit.kind == Edit::Kind::insert) {
    json.items.insert(there && edit.insert_after ? place + 1 : place, edit.value);
  } else if (there) {
    *place = edit.value;
  } else if (edit.create) {
    json.items.insert(place, edit.value);
  }
}

Datum edited(Evaluation& evaluation, Arguments a, const Edit& edit, std::string_view verb) {
  Json json = json_of(a[0]);
  if (!is_container(json))
    return evaluation.fail(sqlstate::invalid_parameter_value,
                           "cannot " + std::string(verb) + " in scalar");
  if (a[1].size == 0) return a[0];
  edit_at(evaluation, json, a[1].list(), 0, edit);
  if (evaluation.failed()) return Datum::null();
  return evaluation.text(json.canonical());
}

Datum set(Evaluation& evaluation, const CallSite&, Arguments a) {
  return edited(evaluation, a,
                {Edit::Kind::set, a.size() < 4 || a[3].boolean(), false, json_of(a[2])},
                "set path");
}
Datum insert(Evaluation& evaluation, const CallSite&, Arguments a) {
  return edited(evaluation, a,
                {Edit::Kind::insert, true, a.size() > 3 && a[3].boolean(), json_of(a[2])},
                "set path");
}
Datum remove(Evaluation& evaluation, const CallSite&, Arguments a) {
  return edited(evaluation, a, {Edit::Kind::remove}, "delete path");
}

Datum without_keys(Evaluation& evaluation, const CallSite&, Arguments a) {
  Json json = json_of(a[0]);
  if (!is_container(json))
    return evaluation.fail(sqlstate::invalid_parameter_value, "cannot delete from scalar");
  const auto is_gone = [&](std::string_view name) {
    return std::any_of(a[1].list().begin(), a[1].list().end(),
                       [&](const Datum& key) { return !key.is_null() && key.text() == name; });
  };
  std::erase_if(json.members, [&](const auto& member) { return is_gone(member.first); });
  std::erase_if(json.items, [&](const Json& item) {
    return item.kind == Json::Kind::text && is_gone(item.text);
  });
  return evaluation.text(json.canonical());
}

// ---- from lists of text ----

Datum put_pair(Evaluation& evaluation, Json& object, const Datum& key, const Datum& value) {
  if (key.is_null()) return evaluation.fail("22004", "null value not allowed for object key");
  object.put(std::string(key.text()), value.is_null() ? Json{} : Json::of_text(value.text()));
  return Datum::null();
}
Datum object_of_list(Evaluation& evaluation, const CallSite& site, Arguments a) {
  Json object;
  object.kind = Json::Kind::object;
  if (site.arguments[0].element().is(list)) {
    for (const Datum& pair : a[0].list()) {
      if (pair.is_null() || pair.size != 2)
        return evaluation.fail(sqlstate::array_subscript_error, "array must have two columns");
      put_pair(evaluation, object, pair.elements[0], pair.elements[1]);
    }
  } else {
    if (a[0].size % 2 != 0)
      return evaluation.fail(sqlstate::array_subscript_error,
                             "array must have even number of elements");
    for (std::uint32_t i = 0; i < a[0].size; i += 2)
      put_pair(evaluation, object, a[0].elements[i], a[0].elements[i + 1]);
  }
  return evaluation.failed() ? Datum::null() : evaluation.text(object.canonical());
}
Datum object_of_lists(Evaluation& evaluation, const CallSite&, Arguments a) {
  Json object;
  object.kind = Json::Kind::object;
  if (a[0].size != a[1].size)
    return evaluation.fail(sqlstate::array_subscript_error, "mismatched array dimensions");
  for (std::uint32_t i = 0; i < a[0].size; ++i)
    put_pair(evaluation, object, a[0].elements[i], a[1].elements[i]);
  return evaluation.failed() ? Datum::null() : evaluation.text(object.canonical());
}

// ---- records ----

Datum value_of(Evaluation& evaluation, const Type& type, const Json& json, const Datum& before);

// The object's members beside the entries that were there before.
Datum map_value_of(Evaluation& evaluation, const Type& type, const Json& json,
                   const Datum& before) {
  if (!type.key().is(varchar))
    return evaluation.fail(sqlstate::invalid_parameter_value,
                           "cannot convert jsonb to a map with non-string keys");
  if (json.kind != Json::Kind::object)
    return evaluation.fail(sqlstate::invalid_parameter_value,
                           "cannot convert to map from a jsonb " + std::string(json.type_name()));
  std::vector<Datum> entries;
  for (const auto& [name, member] : json.members) {
    const Datum parts[] = {evaluation.text(name),
                           value_of(evaluation, type.value(), member, Datum::null())};
    entries.push_back(evaluation.list(parts));
  }
  if (before.is_null()) return evaluation.list(entries);
  return merged_map(evaluation, before.list(), entries);
}

Datum value_of(Evaluation& evaluation, const Type& type, const Json& json, const Datum& before) {
  if (json.kind == Json::Kind::null) return Datum::null();
  if (type.is(structure)) {
    if (json.kind != Json::Kind::object)
      return evaluation.fail(sqlstate::invalid_parameter_value,
                             "cannot call populate_composite on a " +
                                 std::string(json.kind == Json::Kind::list ? "array" : "scalar"));
    std::vector<Datum> parts;
    for (std::size_t i = 0; i < type.fields().size(); ++i) {
      const TypeField& field = type.fields()[i];
      const Json* member = json.member(field.name);
      const Datum old = before.is_null() ? Datum::null() : before.elements[i];
      parts.push_back(member == nullptr ? old : value_of(evaluation, field.type, *member, old));
    }
    return evaluation.list(parts);
  }
  if (type.is(map)) return map_value_of(evaluation, type, json, before);
  if (type.is(list) && json.kind == Json::Kind::list) {
    std::vector<Datum> elements;
    for (const Json& item : json.items)
      elements.push_back(value_of(evaluation, type.element(), item, Datum::null()));
    return evaluation.list(elements);
  }
  if (type.is(jsonb)) return evaluation.text(json.canonical());
  if (type.is(list) && json.kind != Json::Kind::text)
    return evaluation.fail(sqlstate::invalid_text_representation, "expected JSON array");
  const std::string text = json.kind == Json::Kind::text ? json.text : json.canonical();
  if (type.is(varchar)) return evaluation.text(text);
  auto value = from_text(type, text, {evaluation.facts().time_zone});
  if (!value) return evaluation.fail(std::move(value).error());
  return evaluation.copy(*value);
}

Datum populate_record(Evaluation& evaluation, const CallSite& site, Arguments a) {
  if (!site.result->is(structure))
    return evaluation.fail(sqlstate::datatype_mismatch,
                           "first argument of jsonb_populate_record must be a row type");
  if (a[1].is_null()) return a[0];
  return value_of(evaluation, *site.result, json_of(a[1]), a[0]);
}
Datum populate_map(Evaluation& evaluation, const CallSite& site, Arguments a) {
  return a[1].is_null() ? a[0] : map_value_of(evaluation, *site.result, json_of(a[1]), a[0]);
}
void populate_records(Evaluation& evaluation, const CallSite& site, Arguments a, Out& out) {
  if (a[1].is_null()) return;
  const Json json = json_of(a[1]);
  if (json.kind != Json::Kind::list || !site.result->is(structure)) {
    evaluation.fail(sqlstate::invalid_parameter_value,
                    "cannot call jsonb_populate_recordset on a non-array");
    return;
  }
  for (const Json& item : json.items) out.push_back(value_of(evaluation, *site.result, item, a[0]));
}
// The binder gives the columns' definition as a structure that is NULL.
void record(Evaluation& evaluation, const CallSite& site, Arguments a, Out& out) {
  if (!a[1].is_null())
    out.push_back(value_of(evaluation, *site.result, json_of(a[1]), Datum::null()));
}
Datum to_array(Evaluation& evaluation, const CallSite& site, Arguments a) {
  return value_of(evaluation, *site.result, json_of(a[0]), Datum::null());
}

template <bool as_text>
void each(Evaluation& evaluation, const CallSite&, Arguments a, Out& out) {
  if (a[0].is_null()) return;
  const Json json = json_of(a[0]);
  if (json.kind != Json::Kind::object) {
    evaluation.fail(
        sqlstate::invalid_parameter_value,
        "cannot call jsonb_each" + std::string(as_text ? "_text" : "") + " on a non-object");
    return;
  }
  for (const auto& [name, value] : json.members) {
    const bool null = as_text && value.kind == Json::Kind::null;
    const std::string text =
        as_text && value.kind == Json::Kind::text ? value.text : value.canonical();
    const Datum pair[] = {evaluation.text(name), null ? Datum::null() : evaluation.text(text)};
    out.push_back(evaluation.list(pair));
  }
}

constexpr auto pure = Volatility::pure;

constinit const Function json_edit_rows[] = {
    {"jsonb_set", {jsonb, varchar, jsonb}, jsonb, set, true, false, pure, list_argument(1)},
    {"jsonb_set",
     {jsonb, varchar, jsonb, boolean},
     jsonb,
     set,
     true,
     false,
     pure,
     list_argument(1)},
    {"jsonb_insert", {jsonb, varchar, jsonb}, jsonb, insert, true, false, pure, list_argument(1)},
    {"jsonb_insert",
     {jsonb, varchar, jsonb, boolean},
     jsonb,
     insert,
     true,
     false,
     pure,
     list_argument(1)},
    {"#-", {jsonb, varchar}, jsonb, remove, true, false, pure, list_argument(1)},
    {"jsonb_delete_path", {jsonb, varchar}, jsonb, remove, true, false, pure, list_argument(1)},
    {"-", {jsonb, varchar}, jsonb, without_keys, true, false, pure, list_argument(1)},
    {"jsonb_delete", {jsonb, varchar}, jsonb, without_keys, true, false, pure, list_argument(1)},
    {"jsonb_object", {any_list}, jsonb, object_of_list},
    {"jsonb_object",
     {varchar, varchar},
     jsonb,
     object_of_lists,
     true,
     false,
     pure,
     list_argument(0) | list_argument(1)},
    {"jsonb_to_array", {jsonb}, jsonb, to_array, true, false, pure, result_list},
    {"jsonb_populate_map", {any, jsonb}, any, populate_map, false},
    {"jsonb_populate_record", {any_element, jsonb}, any_element, populate_record, false},
};

// Their columns are those of a structure.
const Type& pair_of_json() {
  static const Type type = Type::structure({{"key", varchar}, {"value", jsonb}});
  return type;
}
const Type& pair_of_text() {
  static const Type type = Type::structure({{"key", varchar}, {"value", varchar}});
  return type;
}

constinit const TableFunction json_record_rows[] = {
    {"jsonb_each", {jsonb}, 0, any_structure, false, each<false>, pair_of_json},
    {"jsonb_each_text", {jsonb}, 0, any_structure, false, each<true>, pair_of_text},
    {"jsonb_populate_recordset", {any_element, jsonb}, 0, any_element, false, populate_records},
    {"jsonb_to_record", {any_element, jsonb}, 0, any_element, false, record},
    {"jsonb_to_recordset", {any_element, jsonb}, 0, any_element, false, populate_records},
};

}  // namespace

std::span<const Function> json_edit_functions() { return json_edit_rows; }
std::span<const TableFunction> json_edit_table_functions() { return json_record_rows; }

}  // namespace levada::query
