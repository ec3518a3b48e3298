#pragma once
// What a scheduled query is: its definition, where its results go, and what became of its runs.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "state/fields.h"
#include "timestream/data_model.h"
#include "timestream/definition.h"

namespace levada::timestream {

struct QueryTarget {
  std::string database, table;
  DataModel model;  // of the result's columns; dimensions keep their names
};

enum class RunStatus : std::uint8_t {
  auto_success = 1,
  auto_failure,
  manual_success,
  manual_failure,
};

struct TableInsight {
  std::string arn;
  double value = 0;
  std::vector<std::string> partition_key = {};
};
struct QueryInsights {
  TableInsight coverage;  // the share of partitions read, of the table with the highest
  TableInsight range;     // nanoseconds of time read, of the table with the widest
  std::uint64_t tables = 0, rows = 0, bytes = 0;
  bool unload = false;
  std::uint64_t unload_partitions = 0, unload_rows = 0, unload_bytes = 0;
};

struct RunSummary {
  UnixMillis invocation{}, trigger{};
  RunStatus status = RunStatus::auto_success;
  std::int64_t execution_millis = 0, data_writes = 0, bytes_metered = 0, bytes_scanned = 0,
               records = 0, rows = 0;
  std::string report_bucket, report_key, failure;
  std::optional<QueryInsights> insights = {};
  bool failed() const {
    return status == RunStatus::auto_failure || status == RunStatus::manual_failure;
  }
};

inline constexpr std::size_t failed_runs_max = 5;  // that DescribeScheduledQuery tells

struct ScheduledQuery {
  std::string account, region, name, arn;
  std::string text, schedule, topic, role, key_id, client_token;
  ReportLocation report;
  std::optional<QueryTarget> target = {};
  bool enabled = true;
  UnixMillis created{};
  std::optional<UnixMillis> previous = {}, next = {};  // invocations
  Tags tags = {};
  std::optional<RunSummary> last_run = {};
  std::vector<RunSummary> failed_runs = {};  // the newest first
};

struct AccountSettings {
  std::int64_t max_query_tcu = 200;  // what AWS gives a new account
  bool provisioned = false;
  std::int64_t target_tcu = 0;  // of provisioned capacity; 0: never asked for
  std::string topic, role;      // of its notifications
};

void write(state::FieldWriter& to, const ScheduledQuery& query);
bool read(ByteView bytes, ScheduledQuery& query);
void write(state::FieldWriter& to, const AccountSettings& settings);
AccountSettings read_settings(ByteView bytes);

}  // namespace levada::timestream
