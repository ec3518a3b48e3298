#pragma once
// Configuration: everything the operator may set, as values. A flag beats an environment variable,
// which beats the file, which beats the default. Unknown names are refused, never ignored.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aws/fault_plan.h"
#include "server/property.h"

namespace levada::server {

struct Configuration {
  std::string data_dir;
  std::optional<std::string> config_file;
  std::optional<std::string> credentials_file;
  std::optional<std::string> key_store_file;
  std::optional<std::string> audit_log_file;
  std::optional<std::string> object_dir;
  std::optional<std::string> tls_certificate_file;
  std::optional<std::string> tls_key_file;

  io::Address listen;
  std::optional<io::Address> console_listen;
  std::optional<io::Address> sql_listen;
  std::uint32_t connections_max;

  std::string region;
  AccountId account;

  Durability durability;
  Bytes journal_segment;
  Bytes journal_queue;
  Bytes tail_cache;
  std::optional<Bytes> timestream_cache;  // nothing: by the system's memory
  Bytes sql_memory;
  Bytes sql_outbox;

  std::optional<ShardLimits> shard_limits;
  std::uint32_t shard_limit;
  std::uint32_t stream_limit;
  std::uint32_t on_demand_stream_limit;
  Millis stream_transition_delay;
  RollingLimits rolling_limits;
  Millis on_demand_window;
  std::optional<aws::FaultPlan> faults;

  ReactorCount reactors;
  IoChoice io;
  LogLevel log_level;
  LogFormat log_format;

  std::vector<std::string> warnings;  // what was set and has no effect, for the event log
};

// Of a system with so much memory.
Bytes timestream_cache(const Configuration& configuration, Bytes memory);

struct PropertySection {
  std::string_view title;
  std::span<const Property> properties;
};
std::span<const PropertySection> property_sections();
const Property* find_property(std::string_view name);
std::vector<std::string_view> property_names();

// How the environment is asked; std::getenv in the server, a map in tests.
using Environment = std::function<const char*(const char* name)>;

// From the arguments behind `levada serve`. Errors are whole sentences for the operator.
Result<Configuration> configure(std::span<const std::string_view> arguments,
                                const Environment& environment);

std::string serve_help();

}  // namespace levada::server
