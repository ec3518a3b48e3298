#pragma once
// What a journal counts about itself; docs/operations.md lists it. The journals of a server add up.

#include "base/metrics.h"

namespace levada::log::local {

struct JournalMetrics {
  explicit JournalMetrics(MetricsRegistry& registry);

  // Writing
  Histogram& flush_seconds;
  Histogram& flush_bytes;
  Histogram& flush_entries;
  Gauge& waiting_bytes;
  Counter& braked;  // waited for the store to keep up
  Counter& refused_busy;
  Counter& refused_disk_full;
  // Reading
  Counter& reads_cached;   // from the tail cache
  Counter& reads_journal;  // not cached any more, not stored yet
  Counter& reads_stored;
  Gauge& tail_cache_bytes;
  // What is kept
  Gauge& partitions;
  Gauge& stored_segments;
  Gauge& stored_bytes;
  Gauge& unstored_segments;
  Counter& segments_stored;
  Counter& segments_rewritten;
  Counter& segments_removed;
  Counter& trims;
  Histogram& recovery_seconds;  // one observation a journal
};

}  // namespace levada::log::local
