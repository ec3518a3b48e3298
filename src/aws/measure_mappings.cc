#include "aws/measure_mappings.h"

namespace levada::aws {
namespace {

using timestream::ColumnMapping;

std::string text_of(const Input& input, std::string_view name) {
  return input.string(name).value_or("");
}

void given(OutputWriter& out, std::string_view name, std::string_view text) {
  if (!text.empty()) out.string(name, text);
}

std::vector<ColumnMapping> attributes_of(const Input& input) {
  std::vector<ColumnMapping> all;
  for (const Input& each : input.structures("MultiMeasureAttributeMappings"))
    all.push_back({text_of(each, "SourceColumn"), text_of(each, "TargetMultiMeasureAttributeName"),
                   text_of(each, "MeasureValueType")});
  return all;
}

void write_attributes(OutputWriter& out, const std::vector<ColumnMapping>& all) {
  out.begin_list("MultiMeasureAttributeMappings", all.size());
  for (const ColumnMapping& each : all) {
    out.begin_structure();
    out.string("SourceColumn", each.source);
    given(out, "TargetMultiMeasureAttributeName", each.target);
    given(out, "MeasureValueType", each.type);
    out.end_structure();
  }
  out.end_list();
}

}  // namespace

void read_measure_mappings(const Input& input, timestream::DataModel& model) {
  model.measure_name_column = text_of(input, "MeasureNameColumn");
  if (const auto multi = input.structure("MultiMeasureMappings"))
    model.multi.emplace(timestream::MultiColumnMapping{text_of(*multi, "TargetMultiMeasureName"),
                                                       attributes_of(*multi)});
  for (const Input& each : input.structures("MixedMeasureMappings"))
    model.mixed.push_back({text_of(each, "MeasureName"), text_of(each, "SourceColumn"),
                           text_of(each, "TargetMeasureName"), text_of(each, "MeasureValueType"),
                           attributes_of(each)});
}

void write_measure_mappings(OutputWriter& out, const timestream::DataModel& model) {
  if (model.multi) {
    out.begin_structure("MultiMeasureMappings");
    given(out, "TargetMultiMeasureName", model.multi->target);
    write_attributes(out, model.multi->attributes);
    out.end_structure();
  }
  if (!model.mixed.empty()) {
    out.begin_list("MixedMeasureMappings", model.mixed.size());
    for (const timestream::MixedColumnMapping& each : model.mixed) {
      out.begin_structure();
      given(out, "MeasureName", each.measure_name);
      given(out, "SourceColumn", each.source);
      given(out, "TargetMeasureName", each.target);
      given(out, "MeasureValueType", each.type);
      if (!each.attributes.empty()) write_attributes(out, each.attributes);
      out.end_structure();
    }
    out.end_list();
  }
  given(out, "MeasureNameColumn", model.measure_name_column);
}

}  // namespace levada::aws
