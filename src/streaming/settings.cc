#include "streaming/settings.h"

#include <algorithm>

#include "base/ascii.h"
#include "query/calendar.h"

namespace levada::streaming {

namespace {

struct Known {
  std::string_view name;
  std::string_view value;
  std::string_view reported = {};  // the name in ParameterStatus
};

constexpr Known known[] = {
    {"application_name", "", "application_name"},
    {"backfill_rate_limit", "default"},
    {"background_ddl", "false"},
    {"batch_enable_distributed_dml", "false"},
    {"bypass_cluster_limits", "false"},
    {"bytea_output", "hex"},
    {"cdc_source_wait_streaming_start_timeout", "30"},
    {"client_encoding", "UTF8", "client_encoding"},
    {"client_min_messages", "notice"},
    {"create_compaction_group_for_mv", "false"},
    {"datestyle", "ISO, MDY", "DateStyle"},
    {"default_transaction_isolation", "read committed"},
    {"default_transaction_read_only", "off", "default_transaction_read_only"},
    {"disable_purify_definition", "false"},
    {"dml_rate_limit", "default"},
    {"dml_wait_persistence", "false"},
    {"extra_float_digits", "1"},
    {"force_split_distinct_agg", "false"},
    {"force_two_phase_agg", "false"},
    {"idle_in_transaction_session_timeout", "0"},
    {"implicit_flush", "false"},
    {"in_hot_standby", "off", "in_hot_standby"},
    {"integer_datetimes", "on", "integer_datetimes"},
    {"intervalstyle", "postgres", "IntervalStyle"},
    {"is_superuser", "on", "is_superuser"},
    {"lock_timeout", "0"},
    {"max_identifier_length", "63"},
    {"max_split_range_gap", "8"},
    {"query_epoch", "0"},
    {"query_mode", "auto"},
    {"row_security", "true"},
    {"rw_implicit_flush", "false"},
    {"rw_streaming_enable_delta_join", "false"},
    {"rw_streaming_over_window_cache_policy", "full"},
    {"search_path", "\"$user\", public"},
    {"server_encoding", "UTF8", "server_encoding"},
    {"server_version", "13.14.0", "server_version"},
    {"server_version_num", "130014"},
    {"session_authorization", "root", "session_authorization"},
    {"sink_decouple", "default"},
    {"sink_rate_limit", "default"},
    {"source_rate_limit", "default"},
    {"sql_safe_updates", "off"},
    {"standard_conforming_strings", "on", "standard_conforming_strings"},
    {"statement_timeout", "0"},
    {"streaming_parallelism", "default"},
    {"synchronize_seqscans", "false"},
    {"timezone", "UTC", "TimeZone"},
    {"transaction_isolation", "read committed"},
    {"visibility_mode", "default"},
};

std::string key_of(std::string_view name) {
  std::string out = lowered(name);
  if (out == "time zone") return "timezone";
  if (out == "names") return "client_encoding";
  if (out == "transaction isolation level") return "transaction_isolation";
  return out;
}

const Known* known_named(std::string_view name) {
  const auto* found = std::find_if(std::begin(known), std::end(known),
                                   [&](const Known& row) { return row.name == name; });
  return found == std::end(known) ? nullptr : found;
}

// Parameters of RisingWave's that tune what Levada does not have are taken as they come.
bool is_foreign(std::string_view name) {
  return name.starts_with("rw_") || name.starts_with("streaming_") || name.starts_with("batch_") ||
         name.starts_with("enable_") || name.starts_with("upsert_") ||
         name.find('.') != std::string_view::npos;
}

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), lowered(value)) != words.end();
}
// Not what is a number and happens to be 0 or 1.
bool is_switch(const Known& row) { return is_one_of(row.value, {"true", "false", "on", "off"}); }
bool is_boolean(std::string_view value) {
  return is_one_of(value,
                   {"true", "false", "on", "off", "yes", "no", "t", "f", "y", "n", "1", "0"});
}

tl::unexpected<query::SqlError> unknown_parameter(std::string_view name) {
  return query::refuse(query::sqlstate::undefined_object,
                       "unrecognized configuration parameter \"" + std::string(name) + "\"");
}

}  // namespace

Settings::Settings() {
  for (const Known& row : known) values_.emplace(row.name, row.value);
}

query::SqlResult<std::string> Settings::get(std::string_view name) const {
  const auto found = values_.find(key_of(name));
  if (found == values_.end()) return unknown_parameter(name);
  return found->second;
}

query::SqlResult<Unit> Settings::set(std::string_view given, std::string value) {
  const std::string name = key_of(given);
  const Known* row = known_named(name);
  if (row == nullptr && !is_foreign(name)) return unknown_parameter(given);
  if (name == "timezone") {
    if (!query::zone_offset(value, 0))
      return query::refuse(query::sqlstate::invalid_parameter_value,
                           "invalid value for parameter \"TimeZone\": \"" + value + "\"");
    time_zone_ = value;
  }
  if (row != nullptr && is_switch(*row) && !is_boolean(value))
    return query::refuse(query::sqlstate::invalid_parameter_value,
                         "parameter \"" + name + "\" requires a Boolean value");
  if (name == "query_mode" && !is_one_of(value, {"auto", "local", "distributed"}))
    return query::refuse(query::sqlstate::invalid_parameter_value,
                         "invalid value for parameter \"query_mode\": \"" + value + "\"");
  if (name == "server_version" || name == "server_version_num" || name == "server_encoding" ||
      name == "integer_datetimes")
    return query::refuse("55P02", "parameter \"" + name + "\" cannot be changed");
  values_[name] = std::move(value);
  if (row != nullptr && !row->reported.empty()) changed_.push_back(name);
  return Unit{};
}

void Settings::reset(std::string_view given) {
  const std::string name = key_of(given);
  for (const Known& row : known) {
    if (!name.empty() && row.name != name) continue;
    if (values_[std::string(row.name)] == row.value) continue;
    values_[std::string(row.name)] = row.value;
    if (row.name == "timezone") time_zone_ = row.value;
    if (!row.reported.empty()) changed_.emplace_back(row.name);
  }
}

std::vector<std::pair<std::string, std::string>> Settings::all() const {
  return {values_.begin(), values_.end()};
}

std::vector<std::string> Settings::search_path() const {
  std::vector<std::string> path;
  std::string_view text = values_.find("search_path")->second;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view item = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    while (!item.empty() && (item.front() == ' ' || item.front() == '"')) item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '"')) item.remove_suffix(1);
    if (!item.empty() && item != "$user") path.emplace_back(item);
  }
  if (path.empty()) path.emplace_back("public");
  return path;
}

std::vector<std::pair<std::string, std::string>> Settings::reported() const {
  std::vector<std::pair<std::string, std::string>> result;
  for (const Known& row : known)
    if (!row.reported.empty()) result.emplace_back(row.reported, values_.find(row.name)->second);
  return result;
}

std::vector<std::pair<std::string, std::string>> Settings::take_changed() {
  std::vector<std::pair<std::string, std::string>> result;
  for (const std::string& name : std::exchange(changed_, {}))
    result.emplace_back(known_named(name)->reported, values_.find(name)->second);
  return result;
}

}  // namespace levada::streaming
