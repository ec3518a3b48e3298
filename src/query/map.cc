#include "query/map.h"

#include <algorithm>
#include <vector>

#include "query/function_table.h"

namespace levada::query {

namespace {

using Arguments = std::span<const Datum>;

// The entry of that key; nullptr: there is none.
const Datum* entry_of(const Datum& map, const Datum& key) {
  const auto entries = map.list();
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Datum& entry) {
    return equal(entry.elements[0], key);
  });
  return found == entries.end() ? nullptr : &*found;
}

bool key_before(const Datum& a, const Datum& b) { return compare(a, b) < 0; }

std::vector<Datum> sorted_keys(std::span<const Datum> entries) {
  std::vector<Datum> keys;
  for (const Datum& entry : entries) keys.push_back(entry.elements[0]);
  std::sort(keys.begin(), keys.end(), key_before);
  return keys;
}

Datum map_from_entries(Evaluation& evaluation, const CallSite&, Arguments a) {
  return checked_map(evaluation, a[0].list());
}

Datum map_from_key_values(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].size != a[1].size)
    return evaluation.fail(sqlstate::invalid_parameter_value,
                           "map keys and values have different length");
  std::vector<Datum> entries;
  for (std::size_t i = 0; i < a[0].size; ++i) {
    const Datum entry[] = {a[0].elements[i], a[1].elements[i]};
    entries.push_back(evaluation.list(entry));
  }
  return checked_map(evaluation, entries);
}

template <std::size_t part>
Datum map_parts(Evaluation& evaluation, const CallSite&, Arguments a) {
  std::vector<Datum> all;
  for (const Datum& entry : a[0].list()) all.push_back(entry.elements[part]);
  return evaluation.list(all);
}

Datum map_entries(Evaluation&, const CallSite&, Arguments a) { return a[0]; }

Datum map_access(Evaluation&, const CallSite&, Arguments a) {
  const Datum* const entry = entry_of(a[0], a[1]);
  return entry == nullptr ? Datum::null() : entry->elements[1];
}

Datum map_contains(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(entry_of(a[0], a[1]) != nullptr);
}

Datum map_length(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(std::int64_t{a[0].size});
}

Datum map_cat(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].is_null()) return a[1];
  if (a[1].is_null()) return a[0];
  return merged_map(evaluation, a[0].list(), a[1].list());
}

Datum map_insert(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].is_null() || a[1].is_null()) return a[0];
  const Datum added = evaluation.list(a.subspan(1, 2));
  std::vector<Datum> all(a[0].list().begin(), a[0].list().end());
  if (const Datum* const known = entry_of(a[0], a[1]))
    all[static_cast<std::size_t>(known - a[0].elements)] = added;
  else
    all.push_back(added);
  return evaluation.list(all);
}

Datum map_remove(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].is_null() || a[1].is_null()) return a[0];
  std::vector<Datum> left;
  for (const Datum& entry : a[0].list())
    if (!equal(entry.elements[0], a[1])) left.push_back(entry);
  return evaluation.list(left);
}

// The kinds say only how many arguments there are: the binder (sql/bind_maps.cc) knows the types
// of the keys and the values, and makes the arguments of them.
using enum TypeKind;
constinit const Function map_rows[] = {
    {"map_from_entries", {any}, any, map_from_entries},
    {"map_from_key_values", {any, any}, any, map_from_key_values},
    {"map_keys", {any}, any, map_parts<0>},
    {"map_values", {any}, any, map_parts<1>},
    {"map_entries", {any}, any, map_entries},
    {"map_access", {any, any}, any, map_access},
    {"map_contains", {any, any}, boolean, map_contains},
    {"map_length", {any}, int4, map_length},
    {"map_cat", {any, any}, any, map_cat, false},
    {"map_insert", {any, any, any}, any, map_insert, false},
    {"map_delete", {any, any}, any, map_remove, false},
};

}  // namespace

SqlResult<Unit> check_map_key(const Type& key) {
  if (key.is_integer() && !key.is(int256)) return Unit{};
  if (key.is(varchar) || key.is(unknown)) return Unit{};
  return refuse(sqlstate::datatype_mismatch, "invalid map key type: " + key.name());
}

Datum checked_map(Evaluation& evaluation, Arguments entries) {
  for (const Datum& entry : entries)
    if (entry.is_null() || entry.elements[0].is_null())
      return evaluation.fail("22004", "map keys must not be NULL");
  if (has_key_twice(entries))
    return evaluation.fail(sqlstate::invalid_parameter_value, "map keys must be unique");
  return evaluation.list(entries);
}

bool has_key_twice(Arguments entries) {
  const std::vector<Datum> keys = sorted_keys(entries);
  return std::adjacent_find(keys.begin(), keys.end(), [](const Datum& a, const Datum& b) {
           return equal(a, b);
         }) != keys.end();
}

Datum merged_map(Evaluation& evaluation, Arguments first, Arguments second) {
  const std::vector<Datum> keys = sorted_keys(second);
  std::vector<Datum> all;
  for (const Datum& entry : first)
    if (!std::binary_search(keys.begin(), keys.end(), entry.elements[0], key_before))
      all.push_back(entry);
  all.insert(all.end(), second.begin(), second.end());
  return evaluation.list(all);
}

std::span<const Function> map_functions() { return map_rows; }

}  // namespace levada::query
