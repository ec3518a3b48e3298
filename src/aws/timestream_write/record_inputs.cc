#include "aws/timestream_write/record_inputs.h"

namespace levada::aws::timestream_write_api {

RecordInputs::RecordInputs(const Input& request) {
  if (const auto given = request.structure("CommonAttributes")) common = record_of(*given);
  for (const Input& input : request.structures("Records")) records.push_back(record_of(input));
}

timestream::RecordInput RecordInputs::record_of(const Input& input) {
  timestream::RecordInput record;
  auto& dimensions = dimensions_.emplace_back();
  for (const Input& dimension : input.structures("Dimensions"))
    dimensions.push_back({*dimension.text("Name"), *dimension.text("Value")});
  auto& measures = measures_.emplace_back();
  for (const Input& measure : input.structures("MeasureValues"))
    measures.push_back({*measure.text("Name"), *measure.text("Value"), *measure.text("Type")});
  record.dimensions = dimensions;
  record.measures = measures;
  record.measure_name = input.text("MeasureName");
  record.measure_value = input.text("MeasureValue");
  record.measure_type = input.text("MeasureValueType");
  record.time = input.text("Time");
  record.time_unit = input.text("TimeUnit");
  record.version = input.integer("Version");
  return record;
}

}  // namespace levada::aws::timestream_write_api
