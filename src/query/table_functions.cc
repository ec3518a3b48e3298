// Set-returning functions.

#include <algorithm>

#include "query/calendar.h"
#include "query/function_table.h"
#include "query/interval.h"
#include "query/json.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;
using Out = std::vector<Datum>;

constexpr std::size_t series_rows_max = 100'000'000;

bool any_null(Arguments a) {
  for (const Datum& datum : a)
    if (datum.is_null()) return true;
  return false;
}

void zero_step(Evaluation& evaluation) {
  evaluation.fail(sqlstate::invalid_parameter_value, "step size cannot equal zero");
}
void too_many(Evaluation& evaluation) {
  evaluation.fail(sqlstate::program_limit_exceeded, "generate_series makes too many rows");
}

template <bool inclusive>
void integers(Evaluation& evaluation, const CallSite&, Arguments a, Out& out) {
  if (any_null(a)) return;
  const std::int64_t step = a.size() > 2 ? a[2].integer : 1, last = a[1].integer;
  if (step == 0) return zero_step(evaluation);
  for (std::int64_t at = a[0].integer;
       step > 0 ? (inclusive ? at <= last : at < last) : (inclusive ? at >= last : at > last);) {
    out.push_back(Datum::of(at));
    if (out.size() > series_rows_max) return too_many(evaluation);
    if (__builtin_add_overflow(at, step, &at)) return;
  }
}

void numerics(Evaluation& evaluation, const CallSite&, Arguments a, Out& out) {
  if (any_null(a)) return;
  constexpr std::string_view names[] = {"start", "stop", "step"};
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Decimal value = Decimal::of(a[i]);
    if (!value.is_special()) continue;
    evaluation.fail(sqlstate::invalid_parameter_value, std::string(names[i]) + " value cannot be " +
                                                           (value.is_nan() ? "NaN" : "infinity"));
    return;
  }
  const Decimal step = a.size() > 2 ? Decimal::of(a[2]) : Decimal::of(1), last = Decimal::of(a[1]);
  if (step.is_zero()) return zero_step(evaluation);
  for (std::optional<Decimal> at = Decimal::of(a[0]);
       at && (step.is_negative() ? compare(*at, last) >= 0 : compare(*at, last) <= 0);
       at = add(*at, step)) {
    out.push_back(evaluation.decimal(*at));
    if (out.size() > series_rows_max) return too_many(evaluation);
  }
}

template <bool inclusive>
void moments(Evaluation& evaluation, const CallSite&, Arguments a, Out& out) {
  if (any_null(a)) return;
  const Interval& step = *a[2].interval;
  const auto size = compare(step, Interval{});
  if (size == 0) return zero_step(evaluation);
  const std::int64_t last = a[1].integer;
  for (std::int64_t at = a[0].integer;
       size > 0 ? (inclusive ? at <= last : at < last) : (inclusive ? at >= last : at > last);) {
    out.push_back(Datum::of(at));
    if (out.size() > series_rows_max) return too_many(evaluation);
    at = (add_months(day_of(at), step.months) + step.days) * microseconds_per_day +
         time_of_day(at) + step.microseconds;
  }
}

// Months and days are those of the zone's calendar: the session's, or the one that is named.
void zoned_moments(Evaluation& evaluation, const CallSite&, Arguments a, Out& out) {
  if (any_null(a)) return;
  const std::string zone(a.size() > 3 ? a[3].text()
                                      : std::string_view(evaluation.facts().time_zone));
  if (!zone_offset(zone, 0)) {
    evaluation.fail(sqlstate::invalid_parameter_value, "time zone \"" + zone + "\" not recognized");
    return;
  }
  const Interval& step = *a[2].interval;
  const auto size = compare(step, Interval{});
  if (size == 0) return zero_step(evaluation);
  const std::int64_t last = a[1].integer;
  for (std::int64_t at = a[0].integer; size > 0 ? at <= last : at >= last;) {
    out.push_back(Datum::of(at));
    if (out.size() > series_rows_max) return too_many(evaluation);
    if (step.months != 0 || step.days != 0) {
      const std::int64_t local =
          at + std::int64_t{zone_offset(zone, at).value_or(0)} * microseconds_per_second;
      const std::int64_t moved =
          (add_months(day_of(local), step.months) + step.days) * microseconds_per_day +
          time_of_day(local);
      at = to_utc(zone, moved).value_or(moved);
    }
    at += step.microseconds;
  }
}

void unnest(const Type& type, const Datum& list, Out& out) {
  for (const Datum& element : list.list()) {
    if (type.element().is(TypeKind::list)) {
      if (!element.is_null()) unnest(type.element(), element, out);
    } else {
      out.push_back(element);
    }
  }
}
void unnest_list(Evaluation&, const CallSite& site, Arguments a, Out& out) {
  if (!a[0].is_null()) unnest(site.arguments[0], a[0], out);
}

// PostgreSQL's own helper of its information_schema, which JDBC asks: (element, place).
void places(Evaluation& evaluation, const CallSite&, Arguments a, Out& out) {
  if (a[0].is_null()) return;
  std::int64_t place = 0;
  for (const Datum& element : a[0].list()) {
    const Datum fields[] = {element, Datum::of(++place)};
    out.push_back(evaluation.list(fields));
  }
}

template <bool as_text>
void json_elements(Evaluation& evaluation, const CallSite&, Arguments a, Out& out) {
  if (any_null(a)) return;
  const Json json = Json::parse(a[0].text()).value_or(Json{});
  if (json.kind != Json::Kind::list) {
    evaluation.fail(sqlstate::invalid_parameter_value,
                    json.kind == Json::Kind::object ? "cannot extract elements from an object"
                                                    : "cannot extract elements from a scalar");
    return;
  }
  for (const Json& item : json.items) {
    if (as_text && item.kind == Json::Kind::null)
      out.push_back(Datum::null());
    else
      out.push_back(
          evaluation.text(as_text && item.kind == Json::Kind::text ? item.text : item.canonical()));
  }
}

void json_keys(Evaluation& evaluation, const CallSite&, Arguments a, Out& out) {
  if (any_null(a)) return;
  const Json json = Json::parse(a[0].text()).value_or(Json{});
  if (json.kind != Json::Kind::object) {
    evaluation.fail(sqlstate::invalid_parameter_value,
                    "cannot call jsonb_object_keys on a non-object");
    return;
  }
  for (const auto& [name, value] : json.members) out.push_back(evaluation.text(name));
}

void list_of_call(Evaluation& evaluation, const CallSite& site, Arguments a, Out& out,
                  std::string_view function) {
  const std::vector<Type> types(a.size(), varchar);
  const Function& wanted = *exact_function(function, types);
  if (wanted.strict && any_null(a)) return;
  const Datum list = wanted.run(evaluation, site, a);
  if (list.is_null()) return;
  for (const Datum& element : list.list()) out.push_back(element);
}
void split_rows(Evaluation& evaluation, const CallSite& site, Arguments a, Out& out) {
  list_of_call(evaluation, site, a, out, "regexp_split_to_array");
}
void string_rows(Evaluation& evaluation, const CallSite& site, Arguments a, Out& out) {
  list_of_call(evaluation, site, a, out, "string_to_array");
}
// Of dimension n of a list: as many as its first list there has.
void subscripts(Evaluation&, const CallSite& site, Arguments a, Out& out) {
  if (any_null(a)) return;
  const Type* type = &site.arguments[0];
  Datum list = a[0];
  for (std::int64_t dimension = a[1].integer; dimension > 1; --dimension) {
    if (!type->element().is(TypeKind::list) || list.size == 0) return;
    type = &type->element();
    list = list.list().front();
    if (list.is_null()) return;
  }
  if (a[1].integer < 1) return;
  for (std::int64_t i = 1; i <= list.size; ++i) out.push_back(Datum::of(i));
  if (a.size() > 2 && a[2].boolean()) std::reverse(out.begin(), out.end());
}

constinit const TableFunction table_rows[] = {
    {"generate_series", {int4, int4}, 0, int4, false, integers<true>},
    {"generate_series", {int4, int4, int4}, 0, int4, false, integers<true>},
    {"generate_series", {int8, int8}, 0, int8, false, integers<true>},
    {"generate_series", {int8, int8, int8}, 0, int8, false, integers<true>},
    {"generate_series", {numeric, numeric}, 0, numeric, false, numerics},
    {"generate_series", {numeric, numeric, numeric}, 0, numeric, false, numerics},
    {"generate_series", {timestamp, timestamp, interval}, 0, timestamp, false, moments<true>},
    {"generate_series", {timestamptz, timestamptz, interval}, 0, timestamptz, false, zoned_moments},
    {"generate_series",
     {timestamptz, timestamptz, interval, varchar},
     0,
     timestamptz,
     false,
     zoned_moments},
    {"range", {int4, int4}, 0, int4, false, integers<false>},
    {"range", {int4, int4, int4}, 0, int4, false, integers<false>},
    {"range", {int8, int8}, 0, int8, false, integers<false>},
    {"range", {timestamp, timestamp, interval}, 0, timestamp, false, moments<false>},
    {"unnest", {any_list}, 0, any_element, false, unnest_list},
    {"_pg_expandarray", {any_list}, 0, structure, false, places},
    {"generate_subscripts", {any_list, int4}, 0, int4, false, subscripts},
    {"generate_subscripts", {any_list, int4, boolean}, 0, int4, false, subscripts},
    {"jsonb_array_elements", {jsonb}, 0, jsonb, false, json_elements<false>},
    {"jsonb_array_elements_text", {jsonb}, 0, varchar, false, json_elements<true>},
    {"jsonb_object_keys", {jsonb}, 0, varchar, false, json_keys},
    {"regexp_matches", {varchar, varchar}, result_list, varchar, false, regexp_matches},
    {"regexp_matches", {varchar, varchar, varchar}, result_list, varchar, false, regexp_matches},
    {"regexp_split_to_table", {varchar, varchar}, 0, varchar, false, split_rows},
    {"string_to_table", {varchar, varchar}, 0, varchar, false, string_rows},
    {"string_to_table", {varchar, varchar, varchar}, 0, varchar, false, string_rows},
};

}  // namespace

std::span<const TableFunction> table_functions() { return table_rows; }

}  // namespace levada::query
