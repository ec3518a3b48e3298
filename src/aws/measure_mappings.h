#pragma once
// Which columns become measures, as batch loads (DataModel) and scheduled queries
// (TimestreamConfiguration) both spell it: MultiMeasureMappings, MixedMeasureMappings,
// MeasureNameColumn.

#include "aws/input.h"
#include "aws/output_writer.h"
#include "timestream/data_model.h"

namespace levada::aws {

void read_measure_mappings(const Input& input, timestream::DataModel& model);
// What was not given is not written.
void write_measure_mappings(OutputWriter& out, const timestream::DataModel& model);

}  // namespace levada::aws
