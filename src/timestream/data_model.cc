#include "timestream/data_model.h"

#include <algorithm>

#include "timestream/refusal.h"

namespace levada::timestream {
namespace {

using state::FieldReader;
using state::FieldWriter;
using ColumnResult = Result<std::size_t>;

ColumnResult column_of(std::span<const std::string> header, const std::string& name) {
  const auto at = std::ranges::find(header, name);
  if (at == header.end()) return fail(ErrorKind::invalid, "the file has no column '" + name + "'");
  return static_cast<std::size_t>(at - header.begin());
}

tl::unexpected<Error> not_valid(std::string what) {
  return refuse(Refusal::validation, "The data model is not valid: " + std::move(what) + ".");
}

std::string_view or_else(const std::string& text, const std::string& other) {
  return text.empty() ? other : text;
}

void write(FieldWriter& to, std::uint32_t field, const std::vector<ColumnMapping>& all) {
  for (const ColumnMapping& each : all)
    to.nested(field, [&](FieldWriter& in) {
      in.text(1, each.source);
      in.text(2, each.target);
      in.text(3, each.type);
    });
}

ColumnMapping read_attribute(ByteView bytes) {
  ColumnMapping attribute;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) attribute.source = f->text();
    if (f->id == 2) attribute.target = f->text();
    if (f->id == 3) attribute.type = f->text();
  }
  return attribute;
}

void write(FieldWriter& to, const MixedColumnMapping& mapping) {
  to.text(1, mapping.measure_name);
  to.text(2, mapping.source);
  to.text(3, mapping.target);
  to.text(4, mapping.type);
  write(to, 5, mapping.attributes);
}

MixedColumnMapping read_mixed(ByteView bytes) {
  MixedColumnMapping mapping;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) mapping.measure_name = f->text();
    if (f->id == 2) mapping.source = f->text();
    if (f->id == 3) mapping.target = f->text();
    if (f->id == 4) mapping.type = f->text();
    if (f->id == 5) mapping.attributes.push_back(read_attribute(f->bytes));
  }
  return mapping;
}

}  // namespace

void write(FieldWriter& to, const DataModel& model) {
  to.text(1, model.time_column);
  to.text(2, model.time_unit);
  for (const DimensionMapping& dimension : model.dimensions)
    to.nested(3, [&](FieldWriter& in) {
      in.text(1, dimension.source);
      in.text(2, dimension.target);
    });
  if (model.multi)
    to.nested(4, [&](FieldWriter& in) {
      in.text(1, model.multi->target);
      write(in, 2, model.multi->attributes);
    });
  for (const MixedColumnMapping& mapping : model.mixed)
    to.nested(5, [&](FieldWriter& in) { write(in, mapping); });
  to.text(6, model.measure_name_column);
}

DataModel read_model(ByteView bytes) {
  DataModel model;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) model.time_column = f->text();
    if (f->id == 2) model.time_unit = f->text();
    if (f->id == 3) {
      DimensionMapping& dimension = model.dimensions.emplace_back();
      FieldReader inner(f->bytes);
      while (const auto g = inner.next())
        (g->id == 1 ? dimension.source : dimension.target) = g->text();
    }
    if (f->id == 4) {
      MultiColumnMapping& multi = model.multi.emplace();
      FieldReader inner(f->bytes);
      while (const auto g = inner.next()) {
        if (g->id == 1) multi.target = g->text();
        if (g->id == 2) multi.attributes.push_back(read_attribute(g->bytes));
      }
    }
    if (f->id == 5) model.mixed.push_back(read_mixed(f->bytes));
    if (f->id == 6) model.measure_name_column = f->text();
  }
  return model;
}

Result<Unit> check_model(const DataModel& model) {
  if (model.time_column.empty()) return not_valid("TimeColumn is missing");
  if (model.dimensions.empty()) return not_valid("it needs at least one dimension mapping");
  for (const DimensionMapping& dimension : model.dimensions)
    if (dimension.source.empty()) return not_valid("a dimension mapping has no SourceColumn");
  if (model.multi.has_value() == !model.mixed.empty())
    return not_valid("it needs either MultiMeasureMappings or MixedMeasureMappings");
  if (model.multi && model.multi->target.empty() && model.measure_name_column.empty())
    return not_valid("TargetMultiMeasureName or MeasureNameColumn must say the measure name");
  for (const MixedColumnMapping& mapping : model.mixed) {
    const bool multi = mapping.type == "MULTI";
    if (multi && mapping.attributes.empty())
      return not_valid("a mapping of type MULTI has no MultiMeasureAttributeMappings");
    if (!multi && mapping.source.empty())
      return not_valid("a mixed measure mapping has no SourceColumn");
    if (!multi && !mapping.attributes.empty())
      return not_valid("only a mapping of type MULTI has MultiMeasureAttributeMappings");
    if (!model.measure_name_column.empty() && mapping.measure_name.empty())
      return not_valid("with a MeasureNameColumn each mixed measure mapping has a MeasureName");
    if (multi && mapping.target.empty() && mapping.measure_name.empty())
      return not_valid("a mapping of type MULTI has no TargetMeasureName");
  }
  return Unit{};
}

Result<RowMapper> RowMapper::over(const DataModel& model, std::span<const std::string> header,
                                  std::string_view null_value) {
  RowMapper mapper(model, null_value);
  mapper.columns_ = header.size();
  mapper.time_ = TRY(column_of(header, model.time_column));
  if (!model.measure_name_column.empty())
    mapper.measure_name_ = TRY(column_of(header, model.measure_name_column));
  for (const DimensionMapping& dimension : model.dimensions) {
    const std::size_t column = TRY(column_of(header, dimension.source));
    mapper.dimensions_.emplace_back(column, or_else(dimension.target, dimension.source));
  }
  const auto attribute = [&](const std::string& source, std::string_view name,
                             const std::string& type) -> Result<Attribute> {
    const std::size_t column = TRY(column_of(header, source));
    return Attribute{column, name, type.empty() ? std::string_view("DOUBLE") : type};
  };
  if (model.multi) {
    Measure& measure = mapper.measures_.emplace_back();
    measure.name = model.multi->target;
    for (const ColumnMapping& a : model.multi->attributes)
      measure.attributes.push_back(TRY(attribute(a.source, or_else(a.target, a.source), a.type)));
  }
  for (const MixedColumnMapping& mapping : model.mixed) {
    Measure& measure = mapper.measures_.emplace_back();
    if (mapper.measure_name_) measure.only_if = mapping.measure_name;
    measure.name = or_else(mapping.target, mapping.measure_name);
    if (measure.name.empty()) measure.name = mapping.source;
    if (mapping.type != "MULTI")
      measure.single = TRY(attribute(mapping.source, measure.name, mapping.type));
    for (const ColumnMapping& a : mapping.attributes)
      measure.attributes.push_back(TRY(attribute(a.source, or_else(a.target, a.source), a.type)));
  }
  return mapper;
}

// Whether the row has such a record.
bool RowMapper::add(const Measure& measure, std::size_t row, std::span<const std::string> fields,
                    std::span<const DimensionInput> dimensions, MappedRows& into) const {
  if (!measure.only_if.empty() && fields[*measure_name_] != measure.only_if) return false;
  RecordInput record;
  if (measure.single) {
    if (is_null(fields[measure.single->column])) return false;
    record.measure_value = fields[measure.single->column];
    record.measure_type = measure.single->type;
  } else {
    std::vector<MeasureInput> values;
    for (const Attribute& attribute : measure.attributes)
      if (!is_null(fields[attribute.column]))
        values.push_back({attribute.name, fields[attribute.column], attribute.type});
    if (values.empty()) return false;
    record.measures = into.measures.emplace_back(std::move(values));
    record.measure_type = "MULTI";
  }
  record.measure_name =
      measure.name.empty() ? std::string_view(fields[*measure_name_]) : measure.name;
  record.dimensions = dimensions;
  record.time = fields[time_];
  if (!model_->time_unit.empty()) record.time_unit = model_->time_unit;
  into.records.push_back(record);
  into.rows.push_back(row);
  return true;
}

std::optional<std::string> RowMapper::map(std::size_t row, std::span<const std::string> fields,
                                          MappedRows& into) const {
  if (fields.size() != columns_)
    return "The row has " + std::to_string(fields.size()) + " columns, the header " +
           std::to_string(columns_) + ".";
  if (is_null(fields[time_])) return "The row has no time.";
  if (measure_name_ && is_null(fields[*measure_name_])) return "The row has no measure name.";
  std::vector<DimensionInput>& dimensions = into.dimensions.emplace_back();
  for (const auto& [column, name] : dimensions_)
    if (!is_null(fields[column])) dimensions.push_back({name, fields[column]});
  if (dimensions.empty()) return "The row has no dimension.";
  bool any = false;
  for (const Measure& measure : measures_) any = add(measure, row, fields, dimensions, into) || any;
  if (!any) return "The row has no measure.";
  return std::nullopt;
}

}  // namespace levada::timestream
