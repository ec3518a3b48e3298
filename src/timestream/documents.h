#pragma once
// Documents: the files that UNLOAD and failed scheduled queries leave behind, as AWS writes them.
// Their notation is the face's; this room only says what is in them.

#include <string>
#include <vector>

#include "base/bytes.h"
#include "timestream/sql/execution.h"
#include "timestream/write.h"

namespace levada::timestream {

struct UnloadedFile {
  std::string address;  // s3://…
  std::uint64_t bytes = 0, rows = 0;
};

// A record of a scheduled query with its own texts.
struct OwnedRecord {
  struct Value {
    std::string name, text, type;
  };
  std::vector<Value> dimensions;                          // without types
  std::string measure_name, measure_value, measure_type;  // no value: MULTI
  std::vector<Value> measures;
  std::string time;  // nanoseconds
};

struct ReportedError {
  std::string reason;
  std::vector<OwnedRecord> records;
};

class Documents {
 public:
  virtual ~Documents() = default;
  virtual Buffer manifest(const std::vector<UnloadedFile>& files) const = 0;
  virtual Buffer metadata(const sql::Scope& columns) const = 0;
  virtual Buffer error_report(const std::string& id,
                              const std::vector<ReportedError>& errors) const = 0;
};

}  // namespace levada::timestream
