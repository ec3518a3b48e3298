// Casts: which exist, in which context, and what they do.

#include <cmath>
#include <limits>

#include "query/calendar.h"
#include "query/function_table.h"
#include "query/interval.h"
#include "query/json.h"
#include "query/map.h"
#include "query/text.h"
#include "query/vector.h"

namespace levada::query {

namespace {

using enum TypeKind;

int numeric_rank(TypeKind kind) {  // implicit upwards, assignment downwards
  switch (kind) {
    case int2:
      return 1;
    case int4:
      return 2;
    case int8:
      return 3;
    case int256:
      return 4;
    case numeric:
      return 5;
    case float4:
      return 6;
    case float8:
      return 7;
    default:
      return 0;
  }
}

std::optional<CastContext> kind_context(TypeKind from, TypeKind to) {
  const int a = numeric_rank(from), b = numeric_rank(to);
  if (a != 0 && b != 0) return a < b ? CastContext::implicit : CastContext::assignment;
  if (from == unknown) return CastContext::implicit;
  if (to == varchar) return CastContext::assignment;
  if (from == varchar) return CastContext::is_explicit;
  if (from == serial && (to == int8 || to == numeric)) return CastContext::assignment;
  if (from == int8 && to == serial) return CastContext::assignment;
  if (from == boolean && to == int4) return CastContext::is_explicit;
  if (from == int4 && to == boolean) return CastContext::is_explicit;
  if (from == date && (to == timestamp || to == timestamptz)) return CastContext::implicit;
  if (from == timestamp && to == timestamptz) return CastContext::implicit;
  if (from == timestamp && (to == date || to == time)) return CastContext::assignment;
  if (from == timestamptz && (to == date || to == time || to == timestamp))
    return CastContext::assignment;
  if (from == time && to == interval) return CastContext::implicit;
  if (from == interval && to == time) return CastContext::assignment;
  if (from == jsonb && (to == boolean || numeric_rank(to) != 0)) return CastContext::is_explicit;
  return std::nullopt;
}

Datum from_integer(Evaluation& evaluation, const Type& to, std::int64_t value) {
  switch (to.kind()) {
    case boolean:
      return Datum::of(value != 0);
    case int2:
      if (value < std::numeric_limits<std::int16_t>::min() ||
          value > std::numeric_limits<std::int16_t>::max())
        return out_of_range(evaluation, "smallint");
      return Datum::of(value);
    case int4:
      if (value < std::numeric_limits<std::int32_t>::min() ||
          value > std::numeric_limits<std::int32_t>::max())
        return out_of_range(evaluation, "integer");
      return Datum::of(value);
    case float4:
      return Datum::of(static_cast<double>(static_cast<float>(value)));
    case float8:
      return Datum::of(static_cast<double>(value));
    case numeric:
      return evaluation.decimal(Decimal::of(value));
    default:
      return Datum::of(value);
  }
}

Datum from_real(Evaluation& evaluation, const Type& from, const Type& to, double value) {
  switch (to.kind()) {
    case int2:
    case int4:
    case int8: {
      const double whole = std::nearbyint(value);
      if (std::isnan(value) || whole < -9223372036854775808.0 || whole >= 9223372036854775808.0)
        return out_of_range(evaluation, to.name());
      return from_integer(evaluation, to, static_cast<std::int64_t>(whole));
    }
    case float4: {
      const auto single = static_cast<float>(value);
      if (std::isinf(single) && !std::isinf(value))
        return evaluation.fail(sqlstate::numeric_value_out_of_range,
                               "value out of range: overflow");
      return Datum::of(static_cast<double>(single));
    }
    case numeric: {
      const auto decimal = Decimal::of(value, from.is(float4) ? 6 : 15);
      if (!decimal) return out_of_range(evaluation, "numeric");
      return evaluation.decimal(*decimal);
    }
    default:
      return Datum::of(value);
  }
}

Datum from_numeric(Evaluation& evaluation, const Type& to, const Datum& datum) {
  const Decimal value = Decimal::of(datum);
  switch (to.kind()) {
    case int2:
    case int4:
    case int8: {
      const auto whole = value.to_integer();
      if (!whole) return out_of_range(evaluation, to.name());
      return from_integer(evaluation, to, *whole);
    }
    case float4:
      return Datum::of(static_cast<double>(static_cast<float>(value.to_double())));
    case float8:
      return Datum::of(value.to_double());
    default:
      return datum;
  }
}

Datum from_json(Evaluation& evaluation, const Type& to, const Datum& datum) {
  const auto json = Json::parse(datum.text());
  const bool wants_boolean = to.is(boolean);
  if (!json || json->kind != (wants_boolean ? Json::Kind::boolean : Json::Kind::number))
    return evaluation.fail(sqlstate::invalid_parameter_value,
                           "cannot cast jsonb " + std::string(json ? json->type_name() : "null") +
                               " to type " + to.name());
  if (wants_boolean) return Datum::of(json->boolean);
  const auto value = Decimal::parse(json->text);
  if (!value) return out_of_range(evaluation, to.name());
  return from_numeric(evaluation, to, evaluation.decimal(*value));
}

Datum from_time(Evaluation& evaluation, const Type& from, const Type& to, const Datum& datum) {
  const std::string& zone = evaluation.facts().time_zone;
  std::int64_t local = datum.integer;
  if (from.is(date)) local *= microseconds_per_day;
  if (from.is(timestamptz))
    local += std::int64_t{zone_offset(zone, local).value_or(0)} * microseconds_per_second;
  if (from.is(interval)) local = datum.interval->microseconds;
  switch (to.kind()) {
    case date:
      return Datum::of(day_of(local));
    case time:
      return Datum::of(time_of_day(local));
    case timestamp:
      return Datum::of(local);
    case timestamptz:
      return Datum::of(to_utc(zone, local).value_or(local));
    case interval:
      return evaluation.interval({0, 0, local});
    default:
      return datum;
  }
}

Datum cast_parts(Evaluation& evaluation, const Type& from, const Type& to, bool is_explicit,
                 const Datum& datum);

Datum cast_entries(Evaluation& evaluation, const Type& from, const Type& to, bool is_explicit,
                   const Datum& datum) {
  const Type entry = Type::structure(from.fields()), wanted = Type::structure(to.fields());
  std::vector<Datum> entries;
  for (const Datum& one : datum.list())
    entries.push_back(cast_parts(evaluation, entry, wanted, is_explicit, one));
  return checked_map(evaluation, entries);
}

Datum cast_parts(Evaluation& evaluation, const Type& from, const Type& to, bool is_explicit,
                 const Datum& datum) {
  std::vector<Datum> parts;
  for (std::size_t i = 0; i < datum.size; ++i) {
    const bool list = from.is(TypeKind::list);
    const Type& a = list ? from.element() : from.fields()[i].type;
    const Type& b = list ? to.element() : to.fields()[i].type;
    const Datum& part = datum.elements[i];
    parts.push_back(part.is_null() ? part : cast_datum(evaluation, a, b, is_explicit, part));
  }
  return evaluation.list(parts);
}

}  // namespace

std::optional<CastContext> cast_context(const Type& from, const Type& to) {
  if (from == to) return CastContext::implicit;
  if (from.is(list) && to.is(list)) return cast_context(from.element(), to.element());
  if (from.is(list) && to.is(vector))
    return from.element().is_numeric() ? std::optional(CastContext::is_explicit) : std::nullopt;
  if (from.is(vector) && to.is(list))
    return to.element().is(float4) ? std::optional(CastContext::is_explicit) : std::nullopt;
  if (from.kind() == to.kind() && (from.is(structure) || from.is(map))) {
    if (from.fields().size() != to.fields().size()) return std::nullopt;
    CastContext widest = CastContext::implicit;
    for (std::size_t i = 0; i < from.fields().size(); ++i) {
      const auto part = cast_context(from.fields()[i].type, to.fields()[i].type);
      if (!part) return std::nullopt;
      widest = std::max(widest, *part);
    }
    return widest;
  }
  return kind_context(from.kind(), to.kind());
}

Datum cast_datum(Evaluation& evaluation, const Type& from, const Type& to, bool is_explicit,
                 const Datum& datum) {
  if (from == to) return datum;
  const TextStyle style{evaluation.facts().time_zone};
  if (to.is(varchar) || to.is(unknown)) {
    if (from.is(boolean)) return Datum::of(datum.boolean() ? "true" : "false");
    if (from.is(varchar) || from.is(unknown)) return datum;
    return evaluation.text(to_text(from, datum, style));
  }
  if (from.is(varchar) || from.is(unknown)) {
    auto value = from_text(to, datum.text(), style);
    if (!value) return evaluation.fail(std::move(value).error());
    return evaluation.copy(*value);
  }
  if (from.is(list) && to.is(vector)) {
    const Type single = Type::list(float4);
    return vector_of(evaluation, to,
                     cast_datum(evaluation, from, single, is_explicit, datum).list());
  }
  if (from.is(vector)) return elements_of_vector(evaluation, datum);
  if (from.is(map)) return cast_entries(evaluation, from, to, is_explicit, datum);
  if (from.has_parts()) return cast_parts(evaluation, from, to, is_explicit, datum);
  switch (from.kind()) {
    case boolean:
    case int2:
    case int4:
    case int8:
    case serial:
      if (to.is(int256)) break;
      return from_integer(evaluation, to, datum.integer);
    case float4:
    case float8:
      return from_real(evaluation, from, to, datum.real);
    case numeric:
      return from_numeric(evaluation, to, datum);
    case jsonb:
      return from_json(evaluation, to, datum);
    default:
      if (!from.is(int256)) return from_time(evaluation, from, to, datum);
      break;
  }
  // int256 goes through its text: rare, and exact.
  auto value = from_text(to, to_text(from, datum, style), style);
  if (!value) return evaluation.fail(std::move(value).error());
  return evaluation.copy(*value);
}

}  // namespace levada::query
