#pragma once
// The records of a WriteRecords that was read by the tables.

#include <vector>

#include "aws/input.h"
#include "timestream/write.h"

namespace levada::aws::timestream_write_api {

class RecordInputs {
 public:
  explicit RecordInputs(const Input& request);
  RecordInputs(const RecordInputs&) = delete;
  RecordInputs& operator=(const RecordInputs&) = delete;

  timestream::RecordInput common;
  std::vector<timestream::RecordInput> records;  // look into the arrays below and the request

 private:
  timestream::RecordInput record_of(const Input& input);

  std::vector<std::vector<timestream::DimensionInput>> dimensions_;
  std::vector<std::vector<timestream::MeasureInput>> measures_;
};

}  // namespace levada::aws::timestream_write_api
