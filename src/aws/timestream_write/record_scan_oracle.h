#pragma once
// For the test and the fuzzer of record_scan.h: reads the same body by the tables and compares.

#include <algorithm>

#include "aws/decode.h"
#include "aws/timestream_write/inputs.h"
#include "aws/timestream_write/operations.h"
#include "aws/timestream_write/record_inputs.h"
#include "aws/timestream_write/record_scan.h"
#include "aws/validate.h"
#include "base/check.h"
#include "wire/json_reader.h"

namespace levada::aws::timestream_write_api {

inline bool same_record(const timestream::RecordInput& a, const timestream::RecordInput& b) {
  const auto same_dimension = [](const auto& x, const auto& y) {
    return x.name == y.name && x.value == y.value;
  };
  const auto same_measure = [](const auto& x, const auto& y) {
    return x.name == y.name && x.value == y.value && x.type == y.type;
  };
  return std::ranges::equal(a.dimensions, b.dimensions, same_dimension) &&
         std::ranges::equal(a.measures, b.measures, same_measure) &&
         a.measure_name == b.measure_name && a.measure_value == b.measure_value &&
         a.measure_type == b.measure_type && a.time == b.time && a.time_unit == b.time_unit &&
         a.version == b.version;
}

// Aborts where the scanner took a body that the tables understand otherwise. Returns whether the
// scanner took it, and found that the constraints hold.
inline bool check_scan_agrees(std::string_view body) {
  Buffer room(body.size());
  ScannedWrite scanned;
  if (!scan_write_records(body, room, scanned)) return false;
  wire::ValueTree tree, input_tree;
  const Result<wire::Value> root = wire::read_json(body, tree);
  CHECK(root.has_value() && root->is(wire::ValueKind::object));
  const auto decoded = decode(write_records_request, *root, Coding::json, input_tree);
  CHECK(decoded.has_value());
  CHECK(scanned.holds == !validate(service, write_records_request, *decoded).has_value());
  if (!scanned.holds) return false;
  const Input input(write_records_request, *decoded);
  CHECK(input.text("DatabaseName") == scanned.database && input.text("TableName") == scanned.table);
  CHECK(input.has("CommonAttributes") == scanned.common.has_value());
  const RecordInputs read(input);
  if (scanned.common) CHECK(same_record(read.common, *scanned.common));
  CHECK(std::ranges::equal(read.records, scanned.records, same_record));
  return true;
}

}  // namespace levada::aws::timestream_write_api
