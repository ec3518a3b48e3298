#include "streaming/system_parameters.h"

#include <algorithm>

namespace levada::streaming {

namespace {

constexpr SystemParameter parameters_known[] = {
    {"adaptive_parallelism_strategy", "AUTO", "How parallel new jobs run."},
    {"backup_storage_directory", "", "Where backups are kept."},
    {"backup_storage_url", "", "Where backups are kept."},
    {"barrier_interval_ms", "1000", "The interval of periodic barriers."},
    {"block_size_kb", "64", "Size of a block of a sorted file.", false},
    {"bloom_false_positive", "0.001", "False positives of filters.", false},
    {"checkpoint_frequency", "1", "There is a checkpoint for every n barriers."},
    {"data_directory", "", "Where data lie.", false},
    {"enable_tracing", "false", "Whether tracing is on."},
    {"enforce_secret", "false", "Whether options that are secret must name a SECRET."},
    {"license_key", "", "The license key."},
    {"max_concurrent_creating_streaming_jobs", "1", "How many jobs are made at a time."},
    {"parallel_compact_size_mb", "512", "Size of a parallel compaction.", false},
    {"pause_on_next_bootstrap", "false", "Whether sources are paused behind the next start."},
    {"per_database_isolation", "true", "Whether databases recover apart from each other."},
    {"sstable_size_mb", "256", "Size of a sorted file.", false},
    {"state_store", "", "Where state lies.", false},
    {"time_travel_retention_ms", "0", "How long old versions are kept."},
};

}  // namespace

std::span<const SystemParameter> system_parameters() { return parameters_known; }

const SystemParameter* system_parameter(std::string_view name) {
  const auto* const found = std::find_if(std::begin(parameters_known), std::end(parameters_known),
                                         [&](const auto& one) { return one.name == name; });
  return found == std::end(parameters_known) ? nullptr : found;
}

}  // namespace levada::streaming
