#pragma once
// A batch load: CSV objects of a bucket that become records of a table. What was asked for, how far
// it is, and where it goes on after a stop. Members that hold what was not given are empty, so that
// a description repeats just what was asked.

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "timestream/csv_reader.h"
#include "timestream/data_model.h"
#include "timestream/definition.h"

namespace levada::timestream {

enum class LoadStatus : std::uint8_t {
  created,
  in_progress,
  failed,
  succeeded,
  progress_stopped,  // may be resumed
  pending_resume
};
std::string_view name_of(LoadStatus status);  // "IN_PROGRESS"

struct LoadSource {
  std::string bucket, prefix;
  std::string separator, escape, quote, null_value;
  std::optional<bool> trim;
  friend bool operator==(const LoadSource&, const LoadSource&) = default;
};
CsvDialect dialect_of(const LoadSource& source);

struct LoadProgress {
  std::uint64_t processed = 0, ingested = 0;
  std::uint64_t parse_failures = 0, ingestion_failures = 0, file_failures = 0;
  std::uint64_t bytes = 0;
};

// What CreateBatchLoadTask asks for.
struct LoadCommand {
  std::string client_token;
  LoadSource source;
  std::optional<ReportLocation> report;
  DataModel model;
  std::string model_bucket, model_key;  // where the model lies, if it was not in the call
  std::string database, table;
  std::optional<std::int64_t> version;
  friend bool operator==(const LoadCommand&, const LoadCommand&) = default;
};

struct BatchLoad {
  std::string id;
  Caller caller;
  LoadCommand command;
  LoadStatus status = LoadStatus::created;
  std::string error;
  UnixMillis created{}, updated{};
  LoadProgress progress;
  // Objects before this one are loaded, in the order of their keys, and of it the bytes before
  // `offset`.
  std::string object;
  std::uint64_t offset = 0;
  std::uint64_t reports = 0;  // that were written

  bool ended() const { return status == LoadStatus::failed || status == LoadStatus::succeeded; }
};

inline constexpr std::int64_t resumable_millis = 24 * 3'600'000;

// As fields (docs/formats/timestream.md).
Buffer encode(const BatchLoad& load);
// Errors: corrupt.
Result<BatchLoad> decode_batch_load(ByteView bytes);

}  // namespace levada::timestream
