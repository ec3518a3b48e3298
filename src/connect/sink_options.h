#pragma once
// What CREATE SINK … WITH (connector = 'kinesis', …) says (streaming spec 1.1, 1.2), checked and
// typed. The messages are those that RisingWave's users search for.

#include <cstdint>
#include <string>
#include <vector>

#include "connect/kinesis_port.h"
#include "query/sql_error.h"
#include "streaming/sink.h"

namespace levada::connect {

enum class TimestamptzMode : std::uint8_t { utc_string, utc_without_suffix, micro, milli };
enum class JsonbMode : std::uint8_t { string, dynamic };
enum class DateMode : std::uint8_t { from_ce, from_epoch, string };
enum class TimeMode : std::uint8_t { milli, string };

struct SinkEncoding {
  TimestamptzMode timestamptz = TimestamptzMode::utc_string;
  JsonbMode jsonb = JsonbMode::string;
  DateMode date = DateMode::from_ce;
  TimeMode time = TimeMode::milli;
  bool schemas = false;         // PLAIN, UPSERT: wrapped in payload and schema
  bool debezium_schema = true;  // off by an explicit schemas.enable = 'false'
  bool tombstone = true;        // behind a DEBEZIUM delete
  bool ignore_delete = false;   // force_append_only
  bool key_as_text = false;     // KEY ENCODE TEXT
};

struct SinkOptions {
  KinesisOptions kinesis;
  SinkEncoding encoding;
  std::vector<std::size_t> partition_key;  // columns; empty: the primary key
  bool exactly_once = false;
  bool key_order = true;
  bool skip_oversize = false;
  std::uint64_t rate_limit = 0;  // rows a second; 0: none
};

query::SqlResult<SinkOptions> read_sink_options(const streaming::SinkDefinition& definition);

// The part that says where the stream is, of sinks and of sources. `used` is told every key that it
// has taken.
query::SqlResult<KinesisOptions> read_kinesis_options(
    const std::vector<std::pair<std::string, std::string>>& options,
    std::vector<std::string>& used);

}  // namespace levada::connect
