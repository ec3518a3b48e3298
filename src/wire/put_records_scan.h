#pragma once
// Reads the JSON body of PutRecords or PutRecord in one pass, base64 decoded on the way, if it has
// the shape that SDKs send: the known members in any order, each once, strings only. Anything else
// (an unknown or repeated member, null, another type, an escape inside Data, bad base64, bad UTF-8,
// a syntax error) is "not mine": the caller then reads the body by read_json and its tables, so
// that every error text comes from one place. Whatever is accepted here means the same there; the
// tests and the fuzzer hold the two against each other.

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace levada::wire {

struct ScannedRecord {
  ByteView data;                   // in the caller's room
  std::string_view partition_key;  // in the body, or in the room when it had escapes; valid UTF-8
  std::optional<std::string_view> explicit_hash_key;
};

// Filled again for each request, so that nothing is allocated for it.
struct ScannedPut {
  std::vector<ScannedRecord> records;
  std::optional<std::string_view> stream_name;
  std::optional<std::string_view> stream_arn;
  std::optional<std::string_view> sequence_number_for_ordering;  // PutRecord only
};

// Whether the body was of the usual shape; `out` has no meaning otherwise. `room` takes the decoded
// bytes and must be at least as large as the body. A body of no record or of more than
// `records_max` is not of the usual shape.
struct ScanLimits {
  std::size_t records_max = 500;  // API_PutRecords: "Records", maximum number of items
};
bool scan_put_records(std::string_view body, MutableByteView room, ScannedPut& out,
                      ScanLimits limits = {});
bool scan_put_record(std::string_view body, MutableByteView room, ScannedPut& out);

}  // namespace levada::wire
