#include "connect/sink_format.h"

#include <algorithm>

#include "base/attempt.h"
#include "connect/sink_json.h"
#include "query/json.h"
#include "query/text.h"
#include "wire/hex.h"
#include "wire/sha256.h"

namespace levada::connect {
namespace {

using query::append_json_string;
using query::Row;
using query::SqlResult;
using streaming::SinkChange;
using streaming::SinkDefinition;
using streaming::SinkEpoch;
using streaming::SinkFormat;

constexpr std::size_t partition_key_max = 256;  // characters, AWS's limit
constexpr std::size_t identity_digits = 32;     // of a row without a key

bool is_partition_key(std::string_view text) {
  if (text.size() <= partition_key_max) return !text.empty();
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  });
  return static_cast<std::size_t>(characters) <= partition_key_max;
}

// Errors are validate's to tell: a type without JSON makes the schema empty here.
std::string schema_fields(const SinkDefinition& definition, const std::vector<std::size_t>& columns,
                          SinkDialect dialect) {
  std::string out;
  for (const std::size_t n : columns) {
    if (!out.empty()) out += ',';
    (void)append_schema_field(definition.columns[n].name, definition.columns[n].type, dialect, out);
  }
  return out;
}

std::string struct_schema(const std::string& fields, const std::string& name) {
  std::string out = "{\"fields\":[" + fields + "],\"name\":";
  append_json_string(name, out);
  return out + ",\"optional\":false,\"type\":\"struct\"}";
}

// What ends a record that tells its schema.
std::string schema_end(const std::string& schema) { return ",\"schema\":" + schema + '}'; }

std::string debezium_value_schema(const std::string& fields, const std::string& prefix) {
  const auto named = [&](std::string_view field, std::string_view suffix, std::string_view inside,
                         std::string_view optional) {
    std::string out = "{\"field\":\"" + std::string(field) + "\",\"fields\":[" +
                      std::string(inside) + "],\"name\":";
    append_json_string(prefix + std::string(suffix), out);
    return out + ",\"optional\":" + std::string(optional) + ",\"type\":\"struct\"}";
  };
  constexpr std::string_view source = R"({"field":"db","optional":false,"type":"string"},)"
                                      R"({"field":"table","optional":true,"type":"string"},)"
                                      R"({"field":"ts_ms","optional":false,"type":"int64"})";
  const std::string all = named("before", ".Key", fields, "true") + ',' +
                          named("after", ".Key", fields, "true") + ',' +
                          named("source", ".Source", source, "false") +
                          R"(,{"field":"op","optional":false,"type":"string"},)"
                          R"({"field":"ts_ms","optional":false,"type":"int64"})";
  return struct_schema(all, prefix + ".Envelope");
}

}  // namespace

std::string fitting_partition_key(std::string text) {
  if (is_partition_key(text)) return text;
  return "sha256:" + wire::hex_string(wire::sha256(as_bytes(text)));
}

SinkFormatter::Shape SinkFormatter::shape_of(std::vector<std::size_t> columns) const {
  std::sort(columns.begin(), columns.end(), [&](std::size_t a, std::size_t b) {
    return definition_.columns[a].name < definition_.columns[b].name;
  });
  Shape shape;
  for (const std::size_t column : columns) {
    std::string lead = shape.empty() ? "{" : ",";
    append_json_string(definition_.columns[column].name, lead);
    shape.push_back({column, lead + ':'});
  }
  return shape;
}

SinkFormatter::SinkFormatter(const SinkDefinition& definition, const SinkOptions& options)
    : definition_(definition),
      encoding_(options.encoding),
      key_is_identity_(definition_.key.empty() && !definition_.has_stream_key),
      partition_columns_(options.partition_key),
      key_(shape_of(definition_.key)),
      partition_(shape_of(partition_columns_)) {
  std::vector<std::size_t> visible;
  for (std::size_t n = 0; n < definition_.columns.size(); ++n)
    if (!definition_.columns[n].hidden) visible.push_back(n);
  value_ = shape_of(visible);
  if (definition_.format == SinkFormat::debezium) {
    debezium_source_ = "\"source\":{\"db\":";
    append_json_string(definition_.database, debezium_source_);
    debezium_source_ += ",\"table\":";
    append_json_string(definition_.relation, debezium_source_);
    debezium_source_ += ",\"ts_ms\":";
    if (!encoding_.debezium_schema) return;
    const std::string prefix = "RisingWave." + definition_.database + '.' + definition_.relation;
    key_schema_ = struct_schema(schema_fields(definition_, definition_.key, SinkDialect::debezium),
                                prefix + ".Key");
    value_end_ = schema_end(
        debezium_value_schema(schema_fields(definition_, visible, SinkDialect::debezium), prefix));
  } else if (encoding_.schemas) {
    const std::string name = definition_.database + '.' + definition_.relation;
    key_schema_ =
        struct_schema(schema_fields(definition_, definition_.key, SinkDialect::plain), name);
    value_end_ =
        schema_end(struct_schema(schema_fields(definition_, visible, SinkDialect::plain), name));
  }
}

SqlResult<Unit> SinkFormatter::append_object(const Shape& shape, const Row& row,
                                             SinkDialect dialect, std::string& out) const {
  if (shape.empty()) out += '{';
  for (const Member& member : shape) {
    out += member.lead;
    ATTEMPT(append_json(definition_.columns[member.column].type, row[member.column], encoding_,
                        dialect, out));
  }
  out += '}';
  return Unit{};
}

// PostgreSQL's text, but for truth values and NULL.
SqlResult<Unit> SinkFormatter::append_text(std::size_t column, const Row& row,
                                           std::string& out) const {
  const query::Type& type = definition_.columns[column].type;
  const query::Datum& datum = row[column];
  if (datum.is_null())
    out += "NULL";
  else if (type.is(query::TypeKind::boolean))
    out += datum.boolean() ? "true" : "false";
  else
    out += query::to_text(type, datum);
  return Unit{};
}

SqlResult<Unit> SinkFormatter::append_key(const Row& row, std::uint64_t epoch,
                                          std::uint64_t ordinal, std::string& out) const {
  if (key_is_identity_) {
    std::string identity;
    if (definition_.format == SinkFormat::debezium)
      ATTEMPT(append_object(value_, row, SinkDialect::plain, identity));
    else
      ATTEMPT(append_value(row, identity += value_end_));
    identity += '#' + std::to_string(epoch) + '#' + std::to_string(ordinal);
    out += wire::hex_string(wire::sha256(as_bytes(identity))).substr(0, identity_digits);
    return Unit{};
  }
  if (encoding_.key_as_text) return append_text(definition_.key.front(), row, out);
  const SinkDialect dialect =
      definition_.format == SinkFormat::debezium ? SinkDialect::debezium : SinkDialect::plain;
  if (key_schema_.empty()) return append_object(key_, row, dialect, out);
  out += "{\"payload\":";
  ATTEMPT(append_object(key_, row, dialect, out));
  out += ",\"schema\":";
  out += key_schema_;
  out += '}';
  return Unit{};
}

SqlResult<Unit> SinkFormatter::set_keys(const Row& row, std::uint64_t epoch, std::uint64_t ordinal,
                                        SinkRecord& record) const {
  ATTEMPT(append_key(row, epoch, ordinal, record.key));
  if (partition_columns_.empty()) {
    if (!is_partition_key(record.key))
      record.other_partition_key = fitting_partition_key(record.key);
    return Unit{};
  }
  std::string partition;
  if (partition_columns_.size() == 1)
    ATTEMPT(append_text(partition_columns_.front(), row, partition));
  else
    ATTEMPT(append_object(partition_, row, SinkDialect::plain, partition));
  record.other_partition_key = fitting_partition_key(std::move(partition));
  return Unit{};
}

SqlResult<Unit> SinkFormatter::append_value(const Row& row, std::string& out) const {
  if (!value_end_.empty()) out += "{\"payload\":";
  return append_object(value_, row, SinkDialect::plain, out);
}

SqlResult<Unit> SinkFormatter::append_envelope(std::string_view op, const Row& before,
                                               const Row& after, UnixMillis time,
                                               std::string& out) const {
  const auto side = [&](const Row& row) -> SqlResult<Unit> {
    if (row) return append_object(value_, row, SinkDialect::debezium, out);
    out += "null";
    return Unit{};
  };
  const std::string now = std::to_string(time.count());
  if (!value_end_.empty()) out += "{\"payload\":";
  out += "{\"after\":";
  ATTEMPT(side(after));
  out += ",\"before\":";
  ATTEMPT(side(before));
  out += ",\"op\":\"";
  out += op;
  out += "\",";
  out += debezium_source_;
  out += now;
  out += "},\"ts_ms\":";
  out += now;
  out += '}';
  return Unit{};
}

// Different values may have the same text.
SqlResult<bool> SinkFormatter::same_key(const Row& before, const Row& after, std::uint64_t epoch,
                                        std::uint64_t ordinal) const {
  if (same_key_bytes(before, after)) return true;
  std::string old_key, new_key;
  ATTEMPT(append_key(before, epoch, ordinal, old_key));
  ATTEMPT(append_key(after, epoch, ordinal, new_key));
  return old_key == new_key;
}

bool SinkFormatter::same_key_bytes(const Row& before, const Row& after) const {
  return !key_is_identity_ &&
         std::all_of(definition_.key.begin(), definition_.key.end(), [&](std::size_t column) {
           return query::same_bytes(before[column], after[column]);
         });
}

SqlResult<Unit> SinkFormatter::format(const SinkChange& change, const SinkEpoch& of,
                                      std::uint64_t ordinal, SinkRecords& records) const {
  const std::size_t before = records.size();
  SqlResult<Unit> appended = append(change, of, ordinal, records);
  if (!appended) records.cut(before);
  return appended;
}

SqlResult<Unit> SinkFormatter::append(const SinkChange& change, const SinkEpoch& of,
                                      std::uint64_t ordinal, SinkRecords& records) const {
  const auto& [before, after] = change;
  if (definition_.format == SinkFormat::plain) {
    if (!after || (before && !encoding_.ignore_delete)) return Unit{};
    SinkRecord& record = records.add();
    ATTEMPT(set_keys(after, of.epoch, ordinal, record));
    record.data_end = value_end_;
    return append_value(after, record.data);
  }
  const bool debezium = definition_.format == SinkFormat::debezium;
  const bool updates = before && after && ATTEMPT(same_key(before, after, of.epoch, ordinal));
  if (before && !updates && debezium) {
    SinkRecord& gone = records.add();
    ATTEMPT(set_keys(before, of.epoch, ordinal, gone));
    gone.data_end = value_end_;
    ATTEMPT(append_envelope("d", before, {}, of.time, gone.data));
  }
  if (before && !updates && (debezium ? encoding_.tombstone : !encoding_.ignore_delete))
    ATTEMPT(set_keys(before, of.epoch, ordinal, records.add()));
  if (!after) return Unit{};
  SinkRecord& newer = records.add();
  ATTEMPT(set_keys(after, of.epoch, ordinal, newer));
  newer.data_end = value_end_;
  if (!debezium) return append_value(after, newer.data);
  return append_envelope(updates ? "u" : "c", updates ? before : Row(), after, of.time, newer.data);
}

}  // namespace levada::connect
