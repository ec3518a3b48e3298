#include "connect/source_decode.h"

#include <algorithm>
#include <cmath>

#include "base/ascii.h"
#include "base/attempt.h"
#include "base/utf8.h"
#include "connect/sink_json.h"
#include "query/map.h"
#include "query/text.h"
#include "wire/base64.h"
#include "wire/json_reader.h"

namespace levada::connect {
namespace {

using query::Datum;
using query::Row;
using query::SqlResult;
using query::Type;
using query::TypeKind;
using streaming::SourceRow;
using wire::ValueKind;

tl::unexpected<query::SqlError> bad(std::string why) {
  return query::refuse(query::sqlstate::invalid_text_representation, std::move(why));
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return to_lower(x) == to_lower(y);
         });
}

const wire::Value* member(const wire::Value& object, std::string_view name) {
  if (const wire::Value* exact = object.find(name)) return exact;
  for (const wire::Member& member : object.members())
    if (same_name(member.key, name)) return &member.value;
  return nullptr;
}

std::string number_text(const wire::Value& json) {
  if (json.is(ValueKind::integer)) return std::to_string(json.integer());
  return std::string(json.number_text());
}

// A primitive value as the text that a string with the same meaning would have.
SqlResult<std::string> primitive_text(const wire::Value& json) {
  switch (json.kind()) {
    case ValueKind::string:
      return std::string(json.string());
    case ValueKind::integer:
    case ValueKind::real:
      return number_text(json);
    case ValueKind::boolean:
      return std::string(json.boolean() ? "true" : "false");
    default:
      return bad("a string, a number or a truth value was expected");
  }
}

// Microseconds of a number whose unit its size tells, as RisingWave guesses it.
std::int64_t guess_micros(std::int64_t number) {
  const std::int64_t size = std::abs(number);
  if (size < 100'000'000'000) return number * 1'000'000;
  if (size < 100'000'000'000'000) return number * 1'000;
  if (size < 100'000'000'000'000'000) return number;
  return number / 1'000;
}

std::vector<std::string> csv_fields(std::string_view line, char delimiter) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (c == '"' && quoted && at + 1 < line.size() && line[at + 1] == '"')
      fields.back().push_back(line[++at]);
    else if (c == '"')
      quoted = !quoted;
    else if (c == delimiter && !quoted)
      fields.emplace_back();
    else
      fields.back().push_back(c);
  }
  return fields;
}

std::string option(const std::vector<std::pair<std::string, std::string>>& options,
                   std::string_view name, std::string standard) {
  for (const auto& [key, value] : options)
    if (key == name) return value;
  return standard;
}

}  // namespace

SqlResult<RecordDecoder> RecordDecoder::make(const streaming::SourceDefinition& definition) {
  RecordDecoder decoder(definition);
  const auto unknown = [&] {
    return query::refuse(query::sqlstate::feature_not_supported,
                         "connector kinesis does not support format " + definition.format +
                             " with encode " + definition.encode);
  };
  if (definition.format == "PLAIN")
    decoder.format_ = Format::plain;
  else if (definition.format == "UPSERT")
    decoder.format_ = Format::upsert;
  else if (definition.format == "DEBEZIUM")
    decoder.format_ = Format::debezium;
  else
    return unknown();
  if (definition.encode == "JSON")
    decoder.encode_ = Encode::json;
  else if (definition.encode == "CSV" && decoder.format_ == Format::plain)
    decoder.encode_ = Encode::csv;
  else if (definition.encode == "BYTES" && decoder.format_ == Format::plain)
    decoder.encode_ = Encode::bytes;
  else
    return unknown();

  const auto& options = definition.format_options;
  const std::string mode = option(options, "timestamptz.handling.mode", "guess_number_unit");
  if (mode == "guess_number_unit")
    decoder.timestamps_ = Timestamps::guess_number_unit;
  else if (mode == "utc_string")
    decoder.timestamps_ = Timestamps::utc_string;
  else if (mode == "utc_without_suffix")
    decoder.timestamps_ = Timestamps::utc_without_suffix;
  else if (mode == "micro")
    decoder.timestamps_ = Timestamps::micro;
  else if (mode == "milli")
    decoder.timestamps_ = Timestamps::milli;
  else
    return query::refuse(query::sqlstate::invalid_parameter_value,
                         "unrecognized timestamptz.handling.mode value " + mode);
  const std::string delimiter = option(options, "delimiter", ",");
  if (delimiter.size() != 1 && delimiter != "\\t")
    return query::refuse(query::sqlstate::invalid_parameter_value,
                         "The delimiter should be a char, but got \"" + delimiter + '"');
  decoder.delimiter_ = delimiter == "\\t" ? '\t' : delimiter.front();
  decoder.header_expected_ =
      decoder.encode_ == Encode::csv && option(options, "without_header", "false") != "true";
  if (decoder.encode_ == Encode::bytes) {
    std::size_t plain = 0;
    for (std::size_t n = 0; n < definition.columns.size(); ++n)
      if (!definition.columns[n].hidden && !decoder.is_included(n)) ++plain;
    if (plain != 1)
      return query::refuse(query::sqlstate::invalid_parameter_value,
                           "ENCODE BYTES only accepts one BYTEA type column");
  }
  return decoder;
}

bool RecordDecoder::is_included(std::size_t column) const {
  return std::any_of(definition_.includes.begin(), definition_.includes.end(),
                     [column](const auto& include) { return include.column == column; });
}

SqlResult<Unit> RecordDecoder::decode(const ReadRecord& record, std::string_view shard,
                                      std::vector<SourceRow>& rows) {
  switch (encode_) {
    case Encode::json:
      return decode_json(record, shard, rows);
    case Encode::csv:
      return decode_csv(record, shard, rows);
    case Encode::bytes: {
      std::vector<query::Value> values(definition_.columns.size());
      for (std::size_t n = 0; n < values.size(); ++n)
        if (!definition_.columns[n].hidden && !is_included(n))
          values[n] = query::Value(Datum::of(as_text(record.data)));
      rows.push_back({ATTEMPT(row_of(std::move(values), record, shard))});
      return Unit{};
    }
  }
  return Unit{};
}

SqlResult<Unit> RecordDecoder::decode_json(const ReadRecord& record, std::string_view shard,
                                           std::vector<SourceRow>& rows) {
  const std::string_view text = as_text(record.data);
  if (text.empty() && format_ == Format::debezium) return Unit{};  // a tombstone
  if (text.empty() && format_ == Format::upsert) {
    std::vector<query::Value> values(definition_.columns.size());
    rows.push_back({ATTEMPT(row_of(std::move(values), record, shard)), -1});
    return Unit{};
  }
  const auto root = wire::read_json(text, tree_);
  if (!root) return bad(root.error().message);
  if (format_ == Format::debezium) return decode_debezium(*root, record, shard, rows);
  // A list holds one row an item.
  if (root->is(ValueKind::array)) {
    for (const wire::Value& item : root->items())
      rows.push_back({ATTEMPT(row_of_object(item, record, shard))});
    return Unit{};
  }
  rows.push_back({ATTEMPT(row_of_object(*root, record, shard))});
  return Unit{};
}

SqlResult<Unit> RecordDecoder::decode_debezium(const wire::Value& root, const ReadRecord& record,
                                               std::string_view shard,
                                               std::vector<SourceRow>& rows) {
  if (!root.is(ValueKind::object)) return bad("a Debezium message is an object");
  const wire::Value* payload = root.find("payload");
  const wire::Value& change =
      payload != nullptr && payload->is(ValueKind::object) ? *payload : root;
  const wire::Value* op = change.find("op");
  if (op == nullptr || !op->is(ValueKind::string)) return bad("a Debezium message without op");
  const auto side = [&](std::string_view name) -> SqlResult<Row> {
    const wire::Value* object = change.find(name);
    if (object == nullptr || !object->is(ValueKind::object))
      return bad("a Debezium message of op " + std::string(op->string()) + " without " +
                 std::string(name));
    return row_of_object(*object, record, shard);
  };
  const std::string_view kind = op->string();
  if (kind == "c" || kind == "r") {
    rows.push_back({ATTEMPT(side("after"))});
  } else if (kind == "u") {
    Row after = ATTEMPT(side("after"));
    const wire::Value* before = change.find("before");
    if (before != nullptr && before->is(ValueKind::object))
      rows.push_back({ATTEMPT(side("before")), -1});
    rows.push_back({std::move(after)});
  } else if (kind == "d") {
    rows.push_back({ATTEMPT(side("before")), -1});
  } else {
    return bad("unknown Debezium op " + std::string(kind));
  }
  return Unit{};
}

SqlResult<Unit> RecordDecoder::decode_csv(const ReadRecord& record, std::string_view shard,
                                          std::vector<SourceRow>& rows) {
  std::string_view text = as_text(record.data);
  if (!is_valid_utf8(text)) return bad("the record is no UTF-8");
  if (std::exchange(header_expected_, false)) return Unit{};
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  const std::vector<std::string> fields = csv_fields(text, delimiter_);
  std::vector<query::Value> values(definition_.columns.size());
  std::size_t field = 0;
  for (std::size_t n = 0; n < values.size(); ++n) {
    if (definition_.columns[n].hidden || is_included(n)) continue;
    if (field == fields.size()) return bad("the record has too few fields");
    const std::string& one = fields[field++];
    if (!one.empty()) values[n] = ATTEMPT(query::from_text(definition_.columns[n].type, one));
  }
  rows.push_back({ATTEMPT(row_of(std::move(values), record, shard))});
  return Unit{};
}

SqlResult<Row> RecordDecoder::row_of_object(const wire::Value& object, const ReadRecord& record,
                                            std::string_view shard) const {
  if (!object.is(ValueKind::object)) return bad("the record is no JSON object");
  std::vector<query::Value> values(definition_.columns.size());
  for (std::size_t n = 0; n < values.size(); ++n) {
    if (definition_.columns[n].hidden || is_included(n)) continue;
    const wire::Value* json = member(object, definition_.columns[n].name);
    if (json == nullptr) continue;
    auto value = value_of(definition_.columns[n].type, *json);
    if (!value) return bad(definition_.columns[n].name + ": " + value.error().message);
    values[n] = std::move(*value);
  }
  return row_of(std::move(values), record, shard);
}

// Adds what INCLUDE asks for.
SqlResult<Row> RecordDecoder::row_of(std::vector<query::Value> values, const ReadRecord& record,
                                     std::string_view shard) const {
  for (const streaming::SourceInclude& include : definition_.includes) {
    const Type& type = definition_.columns[include.column].type;
    query::Value& value = values[include.column];
    if (include.what == "key")
      value = type.is(TypeKind::bytea)
                  ? query::Value(Datum::of(std::string_view(record.partition_key)))
                  : ATTEMPT(query::from_text(type, record.partition_key));
    else if (include.what == "partition")
      value = query::Value(Datum::of(shard));
    else if (include.what == "offset")
      value = query::Value(Datum::of(std::string_view(record.sequence_number)));
    else if (include.what == "timestamp")
      value = query::Value(Datum::of(std::int64_t{record.arrived.count()} * 1000));
    else if (include.what == "payload")
      value = ATTEMPT(query::from_text(type, as_text(record.data)));
  }
  std::vector<Datum> data;
  data.reserve(values.size());
  for (const query::Value& value : values) data.push_back(value.datum());
  return Row::of(data);
}

SqlResult<query::Value> RecordDecoder::value_of(const Type& type, const wire::Value& json) const {
  if (json.is(ValueKind::null)) return query::Value();
  switch (type.kind()) {
    case TypeKind::jsonb: {
      std::string text;
      append_sorted_json(json, text);
      return query::from_text(type, text);
    }
    case TypeKind::bytea: {
      if (!json.is(ValueKind::string)) return bad("a string was expected");
      if (format_ != Format::debezium) return query::Value(Datum::of(json.string()));
      std::string bytes(wire::base64_decoded_size_max(json.string().size()), '\0');
      const auto decoded = wire::base64_decode(
          json.string(), {reinterpret_cast<std::byte*>(bytes.data()), bytes.size()});
      if (!decoded.ok()) return bad("no base64");
      return query::Value(Datum::of(std::string_view(bytes).substr(0, decoded.size)));
    }
    case TypeKind::timestamptz:
    case TypeKind::timestamp:
      if (json.is(ValueKind::integer)) {
        const std::int64_t number = json.integer();
        const std::int64_t micros = timestamps_ == Timestamps::micro   ? number
                                    : timestamps_ == Timestamps::milli ? number * 1'000
                                    : format_ == Format::debezium && type.is(TypeKind::timestamp)
                                        ? number * 1'000
                                        : guess_micros(number);
        return query::Value(Datum::of(micros));
      }
      break;
    case TypeKind::date:
      if (json.is(ValueKind::integer)) return query::Value(Datum::of(json.integer()));
      break;
    case TypeKind::time:
      if (json.is(ValueKind::integer))
        return query::Value(Datum::of(json.integer() * (format_ == Format::debezium ? 1'000 : 1)));
      break;
    case TypeKind::list: {
      if (!json.is(ValueKind::array)) return bad("a list was expected");
      std::vector<query::Value> items;
      for (const wire::Value& item : json.items())
        items.push_back(ATTEMPT(value_of(type.element(), item)));
      std::vector<Datum> data;
      for (const query::Value& item : items) data.push_back(item.datum());
      return query::Value(Datum::of(std::span<const Datum>(data)));
    }
    case TypeKind::map: {
      if (!json.is(ValueKind::object)) return bad("an object was expected");
      std::vector<query::Value> entries;
      for (const wire::Member& member : json.members()) {
        const query::Value key = ATTEMPT(query::from_text(type.key(), member.key));
        const query::Value value = ATTEMPT(value_of(type.value(), member.value));
        const Datum parts[] = {key.datum(), value.datum()};
        entries.emplace_back(Datum::of(std::span<const Datum>(parts)));
      }
      std::vector<Datum> data;
      for (const query::Value& entry : entries) data.push_back(entry.datum());
      if (query::has_key_twice(data)) return bad("map keys must be unique");
      return query::Value(Datum::of(std::span<const Datum>(data)));
    }
    case TypeKind::structure: {
      if (!json.is(ValueKind::object)) return bad("an object was expected");
      std::vector<query::Value> fields;
      for (const query::TypeField& field : type.fields()) {
        const wire::Value* inner = member(json, field.name);
        fields.push_back(inner == nullptr ? query::Value() : ATTEMPT(value_of(field.type, *inner)));
      }
      std::vector<Datum> data;
      for (const query::Value& field : fields) data.push_back(field.datum());
      return query::Value(Datum::of(std::span<const Datum>(data)));
    }
    default:
      break;
  }
  return query::from_text(type, ATTEMPT(primitive_text(json)));
}

}  // namespace levada::connect
