#include "timestream/query_target.h"

#include <algorithm>

#include "timestream/refusal.h"

namespace levada::timestream {
namespace {

using sql::Kind;

std::optional<std::size_t> find(const sql::Scope& columns, const std::string& name) {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].name == name) return i;
  return std::nullopt;
}

Result<std::size_t> need(const sql::Scope& columns, const std::string& name,
                         std::string_view what) {
  const auto at = find(columns, name);
  if (at) return *at;
  return refuse(Refusal::validation, "The " + std::string(what) + " '" + name +
                                         "' is not a column of the query's result.");
}

// Whether a column may become a measure of that type.
bool fits(const sql::Type& type, const std::string& measure) {
  switch (type.kind) {
    case Kind::unknown:
      return true;
    case Kind::real:
      return measure == "DOUBLE";
    case Kind::integer:
    case Kind::bigint:
      return measure == "BIGINT" || measure == "DOUBLE";
    case Kind::boolean:
      return measure == "BOOLEAN";
    case Kind::timestamp:
      return measure == "TIMESTAMP";
    case Kind::varchar:
      return measure == "VARCHAR";
    default:
      return false;
  }
}

Result<Unit> check_measure(const sql::Scope& columns, const std::string& source,
                           const std::string& type) {
  const std::size_t at = TRY(need(columns, source, "source column"));
  if (fits(columns[at].type, type)) return Unit{};
  return refuse(Refusal::validation, "The column '" + source + "' of type " +
                                         sql::name_of(columns[at].type) +
                                         " cannot be a measure of type " + type + ".");
}

// As WriteRecords takes it: instants are nanoseconds.
std::string measure_text(const sql::Value& value, const sql::Type& type) {
  return type.is(Kind::timestamp) ? std::to_string(value.number()) : sql::text_of(value, type);
}

std::string first_of(std::initializer_list<std::string> names) {
  for (const std::string& name : names)
    if (!name.empty()) return name;
  return {};
}

std::vector<OwnedRecord::Value> measures_of(const std::vector<ColumnMapping>& mappings,
                                            const sql::Scope& columns,
                                            const std::vector<sql::Value>& row) {
  std::vector<OwnedRecord::Value> all;
  for (const ColumnMapping& mapping : mappings) {
    const auto at = find(columns, mapping.source);
    if (!at || row[*at].null()) continue;
    all.push_back({first_of({mapping.target, mapping.source}),
                   measure_text(row[*at], columns[*at].type), mapping.type});
  }
  return all;
}

}  // namespace

Result<Unit> check_target(const DataModel& model, const sql::Scope& columns) {
  const std::size_t time = TRY(need(columns, model.time_column, "time column"));
  if (!columns[time].type.is(Kind::timestamp))
    return refuse(Refusal::validation, "The time column '" + model.time_column +
                                           "' must be of type timestamp, but is " +
                                           sql::name_of(columns[time].type) + ".");
  for (const auto& [dimension, same] : model.dimensions) {
    const std::size_t at = TRY(need(columns, dimension, "dimension column"));
    if (!columns[at].type.is(Kind::varchar) && !columns[at].type.is(Kind::unknown))
      return refuse(Refusal::validation, "The dimension column '" + dimension +
                                             "' must be of type varchar, but is " +
                                             sql::name_of(columns[at].type) + ".");
  }
  if (!model.measure_name_column.empty()) {
    const std::size_t at = TRY(need(columns, model.measure_name_column, "measure name column"));
    if (!columns[at].type.is(Kind::varchar) && !columns[at].type.is(Kind::unknown))
      return refuse(Refusal::validation, "The measure name column '" + model.measure_name_column +
                                             "' must be of type varchar.");
  }
  if (model.multi.has_value() == !model.mixed.empty())
    return refuse(Refusal::validation,
                  "Exactly one of MultiMeasureMappings and MixedMeasureMappings must be given.");
  if (model.multi && model.multi->target.empty() == model.measure_name_column.empty())
    return refuse(Refusal::validation,
                  "Exactly one of TargetMultiMeasureName and MeasureNameColumn must be given.");
  if (model.multi)
    for (const ColumnMapping& mapping : model.multi->attributes)
      TRY(check_measure(columns, mapping.source, mapping.type));
  for (const MixedColumnMapping& mapping : model.mixed) {
    if (!model.measure_name_column.empty() && mapping.measure_name.empty())
      return refuse(Refusal::validation,
                    "A mixed mapping must have a MeasureName when MeasureNameColumn is given.");
    if (mapping.type == "MULTI") {
      if (mapping.attributes.empty())
        return refuse(Refusal::validation,
                      "A mixed mapping of type MULTI must have MultiMeasureAttributeMappings.");
      if (first_of({mapping.target, mapping.measure_name}).empty())
        return refuse(Refusal::validation, "A mixed mapping of type MULTI must have a name.");
      for (const ColumnMapping& attribute : mapping.attributes)
        TRY(check_measure(columns, attribute.source, attribute.type));
    } else {
      if (!mapping.attributes.empty())
        return refuse(Refusal::validation,
                      "MultiMeasureAttributeMappings are for mixed mappings of type MULTI only.");
      TRY(check_measure(columns, mapping.source, mapping.type));
    }
  }
  return Unit{};
}

Result<std::vector<OwnedRecord>> records_of(const DataModel& model, const sql::Scope& columns,
                                            const std::vector<sql::Value>& row) {
  std::vector<OwnedRecord> all;
  OwnedRecord frame;
  const sql::Value& time = row[TRY(need(columns, model.time_column, "time column"))];
  if (time.null())
    return refuse(Refusal::query_execution,
                  "The time column '" + model.time_column + "' must not be null.");
  frame.time = std::to_string(time.number());
  for (const auto& [dimension, same] : model.dimensions) {
    const std::size_t at = TRY(need(columns, dimension, "dimension column"));
    if (!row[at].null()) frame.dimensions.push_back({dimension, row[at].text(), {}});
  }
  std::string named;
  if (!model.measure_name_column.empty()) {
    const std::size_t at = TRY(need(columns, model.measure_name_column, "measure name column"));
    if (row[at].null())
      return refuse(
          Refusal::query_execution,
          "The measure name column '" + model.measure_name_column + "' must not be null.");
    named = row[at].text();
  }
  const auto add_multi = [&](std::string name, const std::vector<ColumnMapping>& mappings) {
    OwnedRecord record = frame;
    record.measure_name = std::move(name);
    record.measure_type = "MULTI";
    record.measures = measures_of(mappings, columns, row);
    if (!record.measures.empty()) all.push_back(std::move(record));
  };
  if (model.multi) add_multi(first_of({named, model.multi->target}), model.multi->attributes);
  for (const MixedColumnMapping& mapping : model.mixed) {
    if (!named.empty() && mapping.measure_name != named) continue;
    std::string name = first_of({mapping.target, mapping.measure_name, mapping.source});
    if (mapping.type == "MULTI") {
      add_multi(std::move(name), mapping.attributes);
      continue;
    }
    const std::size_t at = TRY(need(columns, mapping.source, "source column"));
    if (row[at].null()) continue;
    OwnedRecord record = frame;
    record.measure_name = std::move(name);
    record.measure_type = mapping.type;
    record.measure_value = measure_text(row[at], columns[at].type);
    all.push_back(std::move(record));
  }
  return all;
}

}  // namespace levada::timestream
