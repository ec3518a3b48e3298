#include "connect/sink_json.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

#include "base/attempt.h"
#include "query/json.h"
#include "query/text.h"
#include "wire/base64.h"
#include "wire/json_reader.h"

namespace levada::connect {
namespace {

using query::append_json_string;
using query::Datum;
using query::SqlResult;
using query::Type;
using query::TypeKind;

constexpr std::int64_t day_of_1970 = 719'163;  // counted from 0001-01-01 = 1
constexpr std::int64_t micros_of_second = 1'000'000;
constexpr std::int64_t micros_of_day = 86'400 * micros_of_second;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

struct Moment {
  std::chrono::year_month_day day;
  std::int64_t second;  // of the day
  std::int64_t micros;  // of the second
};

Moment moment_of(std::int64_t micros) {
  const std::int64_t days = floor_divide(micros, micros_of_day);
  const std::int64_t rest = micros - days * micros_of_day;
  return {std::chrono::sys_days(std::chrono::days(days)), rest / micros_of_second,
          rest % micros_of_second};
}

// "2023-11-11T18:30:09.453000"
std::string timestamp_text(std::int64_t micros, char between) {
  const Moment at = moment_of(micros);
  char text[64];
  const int size = std::snprintf(
      text, sizeof text, "%04d-%02u-%02u%c%02d:%02d:%02d.%06d", static_cast<int>(at.day.year()),
      static_cast<unsigned>(at.day.month()), static_cast<unsigned>(at.day.day()), between,
      static_cast<int>(at.second / 3600), static_cast<int>(at.second / 60 % 60),
      static_cast<int>(at.second % 60), static_cast<int>(at.micros));
  return {text, static_cast<std::size_t>(size)};
}

void append_timestamptz(std::int64_t micros, TimestamptzMode mode, std::string& out) {
  switch (mode) {
    case TimestamptzMode::utc_string:
      out += '"' + timestamp_text(micros, 'T') + "Z\"";
      return;
    case TimestamptzMode::utc_without_suffix:
      out += '"' + timestamp_text(micros, ' ') + '"';
      return;
    case TimestamptzMode::micro:
      out += std::to_string(micros);
      return;
    case TimestamptzMode::milli:
      out += std::to_string(floor_divide(micros, 1000));
      return;
  }
}

// ISO 8601 as RisingWave writes it: every field, the sign of the time part lost.
void append_interval(const query::Interval& interval, std::string& out) {
  const std::uint64_t micros = interval.microseconds < 0
                                   ? 0 - static_cast<std::uint64_t>(interval.microseconds)
                                   : static_cast<std::uint64_t>(interval.microseconds);
  const std::uint64_t seconds = micros / micros_of_second;
  std::string fraction = std::to_string(micros_of_second + micros % micros_of_second);
  fraction.front() = '.';
  while (fraction.ends_with('0')) fraction.pop_back();
  if (fraction == ".") fraction.clear();
  out += "\"P" + std::to_string(interval.months / 12) + 'Y' + std::to_string(interval.months % 12) +
         'M' + std::to_string(interval.days) + "DT" + std::to_string(seconds / 3600) + 'H' +
         std::to_string(seconds / 60 % 60) + 'M' + std::to_string(seconds % 60) + fraction + "S\"";
}

void append_integer(std::int64_t number, std::string& out) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

void append_base64(std::string_view bytes, std::string& out) {
  out += '"' + wire::base64_encode(as_bytes(bytes)) + '"';
}

SqlResult<Unit> append_jsonb(const Type& type, const Datum& datum, bool embedded,
                             std::string& out) {
  const std::string text = query::to_text(type, datum);
  if (!embedded) {
    append_json_string(text, out);
    return Unit{};
  }
  wire::ValueTree tree({.depth_max = 512, .node_count_max = 1 << 20});
  const auto value = wire::read_json(text, tree);
  if (!value) return query::refuse("22023", "Encode error: " + value.error().message);
  append_sorted_json(*value, out);
  return Unit{};
}

SqlResult<Unit> append_list(const Type& type, const Datum& datum, const SinkEncoding& encoding,
                            SinkDialect dialect, std::string& out) {
  out += '[';
  bool first = true;
  for (const Datum& item : datum.list()) {
    if (!std::exchange(first, false)) out += ',';
    ATTEMPT(append_json(type.element(), item, encoding, dialect, out));
  }
  out += ']';
  return Unit{};
}

SqlResult<Unit> append_structure(const Type& type, const Datum& datum, const SinkEncoding& encoding,
                                 SinkDialect dialect, std::string& out) {
  const auto& fields = type.fields();
  std::vector<std::size_t> order(fields.size());
  for (std::size_t n = 0; n < order.size(); ++n) order[n] = n;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return fields[a].name < fields[b].name; });
  out += '{';
  bool first = true;
  for (const std::size_t n : order) {
    if (!std::exchange(first, false)) out += ',';
    append_json_string(fields[n].name, out);
    out += ':';
    ATTEMPT(append_json(fields[n].type, datum.list()[n], encoding, dialect, out));
  }
  out += '}';
  return Unit{};
}

SqlResult<Unit> append_map(const Type& type, const Datum& datum, const SinkEncoding& encoding,
                           SinkDialect dialect, std::string& out) {
  out += '{';
  bool first = true;
  for (const Datum& entry : datum.list()) {
    if (!std::exchange(first, false)) out += ',';
    append_json_string(query::to_text(type.key(), entry.list()[0]), out);
    out += ':';
    ATTEMPT(append_json(type.value(), entry.list()[1], encoding, dialect, out));
  }
  out += '}';
  return Unit{};
}

struct SchemaType {
  std::string_view type;
  std::string_view logical = {};
};

SqlResult<SchemaType> schema_type(const Type& type, SinkDialect dialect) {
  const bool debezium = dialect == SinkDialect::debezium;
  const auto logical = [debezium](std::string_view base, std::string_view name) {
    return debezium ? SchemaType{base, name} : SchemaType{base};
  };
  switch (type.kind()) {
    case TypeKind::boolean:
      return SchemaType{"boolean"};
    case TypeKind::int2:
      return SchemaType{"int16"};
    case TypeKind::int4:
      return SchemaType{"int32"};
    case TypeKind::int8:
      return SchemaType{"int64"};
    case TypeKind::float4:
      return SchemaType{"float"};
    case TypeKind::float8:
      return SchemaType{"double"};
    case TypeKind::numeric:
    case TypeKind::varchar:
    case TypeKind::int256:
      return SchemaType{"string"};
    case TypeKind::serial:
      return SchemaType{debezium ? "int32" : "string"};
    case TypeKind::bytea:
      return SchemaType{"bytes"};
    case TypeKind::date:
      return logical("int32", "org.apache.kafka.connect.data.Date");
    case TypeKind::time:
      return logical("int64", "org.apache.kafka.connect.data.Time");
    case TypeKind::timestamp:
      return logical("int64", "org.apache.kafka.connect.data.Timestamp");
    case TypeKind::timestamptz:
      return logical("string", "io.debezium.time.ZonedTimestamp");
    case TypeKind::interval:
      return logical("string", "io.debezium.time.Interval");
    case TypeKind::jsonb:
      return logical("string", "io.debezium.data.Json");
    case TypeKind::list:
      return SchemaType{debezium ? "string" : "array"};
    case TypeKind::structure:
      return SchemaType{debezium ? "string" : "struct"};
    case TypeKind::map:
      return SchemaType{debezium ? "string" : "map"};
    default:
      return query::refuse(query::sqlstate::feature_not_supported,
                           "Encode error: unsupported data type " + type.name());
  }
}

// The inside of a schema entry, whose keys are sorted: field, fields, items, keys, name, optional,
// type, values.
SqlResult<Unit> append_schema_parts(std::string_view name, const Type& type, SinkDialect dialect,
                                    std::string& out) {
  const SchemaType schema = ATTEMPT(schema_type(type, dialect));
  const bool parts = dialect == SinkDialect::plain;
  out += '{';
  if (!name.empty()) {
    out += "\"field\":";
    append_json_string(name, out);
    out += ',';
  }
  if (parts && type.is(TypeKind::structure)) {
    out += "\"fields\":[";
    bool first = true;
    for (const query::TypeField& field : type.fields()) {
      if (!std::exchange(first, false)) out += ',';
      ATTEMPT(append_schema_parts(field.name, field.type, dialect, out));
    }
    out += "],";
  }
  if (parts && type.is(TypeKind::list)) {
    out += "\"items\":";
    ATTEMPT(append_schema_parts({}, type.element(), dialect, out));
    out += ',';
  }
  if (parts && type.is(TypeKind::map)) {
    out += "\"keys\":";
    ATTEMPT(append_schema_parts({}, type.key(), dialect, out));
    out += ',';
  }
  if (!schema.logical.empty()) out += "\"name\":\"" + std::string(schema.logical) + "\",";
  out += "\"optional\":true,\"type\":\"" + std::string(schema.type) + "\"";
  if (parts && type.is(TypeKind::map)) {
    out += ",\"values\":";
    ATTEMPT(append_schema_parts({}, type.value(), dialect, out));
  }
  out += '}';
  return Unit{};
}

}  // namespace

void append_sorted_json(const wire::Value& value, std::string& out) {
  switch (value.kind()) {
    case wire::ValueKind::boolean:
      out += value.boolean() ? "true" : "false";
      return;
    case wire::ValueKind::integer:
      out += std::to_string(value.integer());
      return;
    case wire::ValueKind::real:
      return append_json_double(value.real(), out);
    case wire::ValueKind::string:
      return append_json_string(value.string(), out);
    case wire::ValueKind::array: {
      out += '[';
      bool first = true;
      for (const wire::Value& item : value.items()) {
        if (!std::exchange(first, false)) out += ',';
        append_sorted_json(item, out);
      }
      out += ']';
      return;
    }
    case wire::ValueKind::object: {
      std::vector<wire::Member> members(value.members().begin(), value.members().end());
      std::sort(members.begin(), members.end(),
                [](const auto& a, const auto& b) { return a.key < b.key; });
      out += '{';
      for (std::size_t n = 0; n < members.size(); ++n) {
        if (n > 0) out += ',';
        append_json_string(members[n].key, out);
        out += ':';
        append_sorted_json(members[n].value, out);
      }
      out += '}';
      return;
    }
    default:
      out += "null";
      return;
  }
}

void append_json_double(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  query::append_json_real(number, out);
}

SqlResult<Unit> append_json(const Type& type, const Datum& datum, const SinkEncoding& encoding,
                            SinkDialect dialect, std::string& out) {
  if (datum.is_null()) {
    out += "null";
    return Unit{};
  }
  const bool debezium = dialect == SinkDialect::debezium;
  switch (type.kind()) {
    case TypeKind::boolean:
      out += datum.boolean() ? "true" : "false";
      break;
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8:
      append_integer(datum.integer, out);
      break;
    case TypeKind::serial: {
      char text[24];
      std::snprintf(text, sizeof text, "\"0x%016llx\"",
                    static_cast<unsigned long long>(datum.integer));
      out += text;
      break;
    }
    case TypeKind::float4:
    case TypeKind::float8:
      append_json_double(datum.real, out);
      break;
    case TypeKind::varchar:
      append_json_string(datum.text(), out);
      break;
    case TypeKind::numeric:
      append_json_string(query::to_text(type, datum), out);
      break;
    case TypeKind::bytea:
      append_base64(datum.text(), out);
      break;
    case TypeKind::date:
      if (!debezium && encoding.date == DateMode::string)
        out += '"' + query::to_text(type, datum) + '"';
      else
        out += std::to_string(
            datum.integer + (debezium || encoding.date == DateMode::from_epoch ? 0 : day_of_1970));
      break;
    case TypeKind::time:
      if (!debezium && encoding.time == TimeMode::string)
        out += '"' + query::to_text(type, datum) + '"';
      else
        out += std::to_string(datum.integer / micros_of_second * 1000);
      break;
    case TypeKind::timestamp:
      out += std::to_string(floor_divide(datum.integer, 1000));
      break;
    case TypeKind::timestamptz:
      append_timestamptz(datum.integer,
                         debezium ? TimestamptzMode::utc_string : encoding.timestamptz, out);
      break;
    case TypeKind::interval:
      append_interval(*datum.interval, out);
      break;
    case TypeKind::jsonb:
      return append_jsonb(type, datum, !debezium && encoding.jsonb == JsonbMode::dynamic, out);
    case TypeKind::list:
      return append_list(type, datum, encoding, dialect, out);
    case TypeKind::structure:
      return append_structure(type, datum, encoding, dialect, out);
    case TypeKind::map:
      return append_map(type, datum, encoding, dialect, out);
    default:
      return query::refuse(query::sqlstate::feature_not_supported,
                           "Encode error: unsupported data type " + type.name());
  }
  return Unit{};
}

SqlResult<Unit> append_schema_field(std::string_view name, const Type& type, SinkDialect dialect,
                                    std::string& out) {
  return append_schema_parts(name, type, dialect, out);
}

}  // namespace levada::connect
