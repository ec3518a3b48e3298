#include "log/local/journal_metrics.h"

namespace levada::log::local {

JournalMetrics::JournalMetrics(MetricsRegistry& registry)
    : flush_seconds(registry.histogram("levada_log_flush_seconds",
                                       "Time of one flush of the journal, to stable storage "
                                       "(with --durability os: to the system).",
                                       latency_scale)),
      flush_bytes(registry.histogram("levada_log_flush_bytes",
                                     "Bytes of one flush, padding included.", size_scale)),
      flush_entries(registry.histogram("levada_log_flush_entries",
                                       "Entries that one flush made durable together.",
                                       batch_scale)),
      waiting_bytes(
          registry.gauge("levada_log_waiting_bytes", "Bytes appended and not yet acknowledged.")),
      braked(registry.counter("levada_log_appends_braked_total",
                              "Appends that waited because full journal segments were stored too "
                              "slowly.")),
      refused_busy(registry.counter("levada_log_appends_refused_total",
                                    "Appends refused, nothing written.", {{"reason", "busy"}})),
      refused_disk_full(registry.counter("levada_log_appends_refused_total",
                                         "Appends refused, nothing written.",
                                         {{"reason", "disk_full"}})),
      reads_cached(registry.counter("levada_log_reads_total", "Reads, by where the data lay.",
                                    {{"from", "tail_cache"}})),
      reads_journal(registry.counter("levada_log_reads_total", "Reads, by where the data lay.",
                                     {{"from", "journal"}})),
      reads_stored(registry.counter("levada_log_reads_total", "Reads, by where the data lay.",
                                    {{"from", "stored"}})),
      tail_cache_bytes(
          registry.gauge("levada_log_tail_cache_bytes", "Memory that the newest records take.")),
      partitions(registry.gauge("levada_log_partitions", "Partitions that the log knows.")),
      stored_segments(
          registry.gauge("levada_log_stored_segments", "Segments clustered by partition.")),
      stored_bytes(registry.gauge("levada_log_stored_bytes", "Bytes of the stored segments.")),
      unstored_segments(registry.gauge("levada_log_unstored_segments",
                                       "Full journal segments that wait to be stored; above 8 "
                                       "appends are refused.")),
      segments_stored(registry.counter("levada_log_segments_stored_total",
                                       "Journal segments clustered and stored.")),
      segments_rewritten(registry.counter("levada_log_segments_rewritten_total",
                                          "Stored segments merged, or rewritten without what "
                                          "was trimmed.")),
      segments_removed(registry.counter("levada_log_segments_removed_total",
                                        "Stored segments removed, all of them trimmed.")),
      trims(registry.counter("levada_log_trims_total",
                             "Times that the beginning of a partition was moved, by retention or "
                             "because its stream was deleted.")),
      recovery_seconds(registry.histogram(
          "levada_log_recovery_seconds", "Time to open one journal at the start.", latency_scale)) {
}

}  // namespace levada::log::local
