#pragma once
// For the test and the fuzzer of put_records_scan.h: reads the same body by read_json and compares.

#include "base/check.h"
#include "wire/base64.h"
#include "wire/json_reader.h"
#include "wire/put_records_scan.h"

namespace levada::wire {

inline void check_same_string(const Value& object, std::string_view name,
                              std::optional<std::string_view> scanned) {
  const Value* const value = object.find(name);
  CHECK((value != nullptr) == scanned.has_value());
  if (value != nullptr) CHECK(value->string() == *scanned);
}

inline void check_same_record(const Value& object, const ScannedRecord& scanned) {
  check_same_string(object, "PartitionKey", scanned.partition_key);
  check_same_string(object, "ExplicitHashKey", scanned.explicit_hash_key);
  const std::string_view text = object.find("Data")->string();
  Buffer data(text.size());
  const Base64Decoded decoded = base64_decode(text, data);
  CHECK(decoded.ok());
  data.resize(decoded.size);
  CHECK(as_text(data) == as_text(scanned.data));
}

// Aborts where the scanner took a body that the reader understands otherwise. Returns whether
// either scanner took it.
inline bool check_scan_agrees(std::string_view body) {
  bool taken = false;
  Buffer room(body.size());
  ScannedPut put;
  ValueTree tree;
  if (scan_put_records(body, room, put)) {
    taken = true;
    const Result<Value> root = read_json(body, tree);
    CHECK(root.has_value());
    check_same_string(*root, "StreamName", put.stream_name);
    check_same_string(*root, "StreamARN", put.stream_arn);
    const auto records = root->find("Records")->items();
    CHECK(records.size() == put.records.size() && !records.empty());
    CHECK(root->members().size() == 1u + put.stream_name.has_value() + put.stream_arn.has_value());
    for (std::size_t i = 0; i < records.size(); ++i) {
      check_same_record(records[i], put.records[i]);
      CHECK(records[i].members().size() == 2u + put.records[i].explicit_hash_key.has_value());
    }
  }
  if (scan_put_record(body, room, put)) {
    taken = true;
    const Result<Value> root = read_json(body, tree);
    CHECK(root.has_value() && put.records.size() == 1);
    check_same_string(*root, "StreamName", put.stream_name);
    check_same_string(*root, "StreamARN", put.stream_arn);
    check_same_string(*root, "SequenceNumberForOrdering", put.sequence_number_for_ordering);
    check_same_record(*root, put.records[0]);
    CHECK(root->members().size() == 2u + put.stream_name.has_value() + put.stream_arn.has_value() +
                                        put.sequence_number_for_ordering.has_value() +
                                        put.records[0].explicit_hash_key.has_value());
  }
  return taken;
}

}  // namespace levada::wire
