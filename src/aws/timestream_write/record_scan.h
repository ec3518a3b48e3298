#pragma once
// Reads the JSON body of WriteRecords in one pass, if it has the shape that SDKs send: known
// members in any order, each once, of the right types. Anything else (an unknown or repeated
// member, null, a syntax error, bad UTF-8) is "not mine": the caller then reads the body by
// read_json and the tables, so that every error text comes from one place. Whatever is accepted
// here means the same there; the tests hold the two against each other.

#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "timestream/write.h"

namespace levada::aws::timestream_write_api {

// Filled again for each request, so that nothing is allocated for it.
struct ScannedWrite {
  std::optional<std::string_view> database, table;
  std::optional<timestream::RecordInput> common;
  std::vector<timestream::RecordInput> records;  // look into the arrays below
  bool holds = true;                             // all constraints of the tables

  std::vector<timestream::DimensionInput> dimensions;
  std::vector<timestream::MeasureInput> measures;
  struct Extent {
    std::size_t dimensions_begin, dimensions_end, measures_begin, measures_end;
  };
  std::vector<Extent> extents;  // of the records
};

// Whether the body was of the usual shape; `out` has no meaning otherwise. `room` takes strings
// that have escapes and must be at least as large as the body.
bool scan_write_records(std::string_view body, MutableByteView room, ScannedWrite& out);

}  // namespace levada::aws::timestream_write_api
