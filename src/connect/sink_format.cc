#include "connect/sink_format.h"

#include <algorithm>

#include "base/attempt.h"
#include "connect/sink_json.h"
#include "query/text.h"
#include "wire/hex.h"
#include "wire/sha256.h"

namespace levada::connect {
namespace {

using query::Row;
using query::SqlResult;
using streaming::SinkChange;
using streaming::SinkDefinition;
using streaming::SinkEpoch;
using streaming::SinkFormat;

constexpr std::size_t partition_key_max = 256;  // characters, AWS's limit
constexpr std::size_t identity_digits = 32;     // of a row without a key

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

SqlResult<std::string> object(const SinkDefinition& definition,
                              const std::vector<std::size_t>& columns, const Row& row,
                              const SinkEncoding& encoding, SinkDialect dialect) {
  std::vector<std::size_t> order = columns;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return definition.columns[a].name < definition.columns[b].name;
  });
  std::string out = "{";
  for (const std::size_t n : order) {
    if (out.size() > 1) out += ',';
    append_json_string(definition.columns[n].name, out);
    out += ':';
    ATTEMPT(append_json(definition.columns[n].type, row[n], encoding, dialect, out));
  }
  return out + '}';
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
  const std::size_t size = characters(text);
  if (size >= 1 && size <= partition_key_max) return text;
  return "sha256:" + wire::hex_string(wire::sha256(as_bytes(text)));
}

SinkFormatter::SinkFormatter(const SinkDefinition& definition, const SinkOptions& options)
    : definition_(definition),
      encoding_(options.encoding),
      partition_columns_(options.partition_key) {
  for (std::size_t n = 0; n < definition_.columns.size(); ++n)
    if (!definition_.columns[n].hidden) all_columns_.push_back(n);
  if (definition_.format == SinkFormat::debezium) {
    if (!encoding_.debezium_schema) return;
    const std::string prefix = "RisingWave." + definition_.database + '.' + definition_.relation;
    key_schema_ = struct_schema(schema_fields(definition_, definition_.key, SinkDialect::debezium),
                                prefix + ".Key");
    value_schema_ = debezium_value_schema(
        schema_fields(definition_, all_columns_, SinkDialect::debezium), prefix);
  } else if (encoding_.schemas) {
    const std::string name = definition_.database + '.' + definition_.relation;
    key_schema_ =
        struct_schema(schema_fields(definition_, definition_.key, SinkDialect::plain), name);
    value_schema_ =
        struct_schema(schema_fields(definition_, all_columns_, SinkDialect::plain), name);
  }
}

SqlResult<std::string> SinkFormatter::key_json(const std::vector<std::size_t>& columns,
                                               const Row& row) const {
  const SinkDialect dialect =
      definition_.format == SinkFormat::debezium ? SinkDialect::debezium : SinkDialect::plain;
  std::string key = ATTEMPT(object(definition_, columns, row, encoding_, dialect));
  if (key_schema_.empty()) return key;
  return "{\"payload\":" + key + ",\"schema\":" + key_schema_ + '}';
}

// PostgreSQL's text, but for truth values and NULL.
SqlResult<std::string> SinkFormatter::key_text(const std::vector<std::size_t>& columns,
                                               const Row& row) const {
  const query::Type& type = definition_.columns[columns.front()].type;
  const query::Datum& datum = row[columns.front()];
  if (datum.is_null()) return std::string("NULL");
  if (type.is(query::TypeKind::boolean)) return std::string(datum.boolean() ? "true" : "false");
  return query::to_text(type, datum);
}

SqlResult<SinkFormatter::Keys> SinkFormatter::keys_of(const Row& row, std::uint64_t epoch,
                                                      std::uint64_t ordinal) const {
  Keys keys;
  if (definition_.key.empty() && !definition_.has_stream_key) {
    const std::string identity =
        ATTEMPT(value_json(row)) + '#' + std::to_string(epoch) + '#' + std::to_string(ordinal);
    keys.key = wire::hex_string(wire::sha256(as_bytes(identity))).substr(0, identity_digits);
  } else {
    keys.key = encoding_.key_as_text ? ATTEMPT(key_text(definition_.key, row))
                                     : ATTEMPT(key_json(definition_.key, row));
  }
  std::string partition = keys.key;
  if (partition_columns_.size() == 1)
    partition = ATTEMPT(key_text(partition_columns_, row));
  else if (!partition_columns_.empty())
    partition =
        ATTEMPT(object(definition_, partition_columns_, row, encoding_, SinkDialect::plain));
  keys.partition_key = fitting_partition_key(std::move(partition));
  return keys;
}

SqlResult<std::string> SinkFormatter::value_json(const Row& row) const {
  std::string value =
      ATTEMPT(object(definition_, all_columns_, row, encoding_, SinkDialect::plain));
  if (value_schema_.empty() || definition_.format == SinkFormat::debezium) return value;
  return "{\"payload\":" + value + ",\"schema\":" + value_schema_ + '}';
}

SqlResult<std::string> SinkFormatter::envelope(std::string_view op, const Row& before,
                                               const Row& after, UnixMillis time) const {
  const auto side = [&](const Row& row) -> SqlResult<std::string> {
    if (!row) return std::string("null");
    return object(definition_, all_columns_, row, encoding_, SinkDialect::debezium);
  };
  const std::string now = std::to_string(time.count());
  std::string payload = "{\"after\":" + ATTEMPT(side(after)) +
                        ",\"before\":" + ATTEMPT(side(before)) + ",\"op\":\"" + std::string(op) +
                        "\",\"source\":{\"db\":";
  append_json_string(definition_.database, payload);
  payload += ",\"table\":";
  append_json_string(definition_.relation, payload);
  payload += ",\"ts_ms\":" + now + "},\"ts_ms\":" + now + '}';
  if (value_schema_.empty()) return payload;
  return "{\"payload\":" + payload + ",\"schema\":" + value_schema_ + '}';
}

SqlResult<Unit> SinkFormatter::format(const SinkChange& change, const SinkEpoch& of,
                                      std::uint64_t ordinal,
                                      std::vector<SinkRecord>& records) const {
  Keys before;
  Keys after;
  if (change.before) before = ATTEMPT(keys_of(change.before, of.epoch, ordinal));
  if (change.after) after = ATTEMPT(keys_of(change.after, of.epoch, ordinal));
  const auto add = [&](const Keys& keys, std::string data) {
    records.push_back({keys.key, keys.partition_key, std::move(data)});
  };
  const bool same_key = change.before && change.after && before.key == after.key;
  switch (definition_.format) {
    case SinkFormat::plain:
      if (change.after && (!change.before || encoding_.ignore_delete))
        add(after, ATTEMPT(value_json(change.after)));
      break;
    case SinkFormat::upsert:
      if (change.before && !same_key && !encoding_.ignore_delete) add(before, {});
      if (change.after) add(after, ATTEMPT(value_json(change.after)));
      break;
    case SinkFormat::debezium:
      if (same_key) {
        add(after, ATTEMPT(envelope("u", change.before, change.after, of.time)));
        break;
      }
      if (change.before) {
        add(before, ATTEMPT(envelope("d", change.before, {}, of.time)));
        if (encoding_.tombstone) add(before, {});
      }
      if (change.after) add(after, ATTEMPT(envelope("c", {}, change.after, of.time)));
      break;
  }
  return Unit{};
}

}  // namespace levada::connect
