#pragma once
// What may be chosen about the log on this machine's disk, and the limits that may not.

#include <cstdint>
#include <limits>

#include "base/bytes.h"
#include "base/time.h"
#include "log/log.h"

namespace levada::log::local {

// What an append waits for.
enum class Acknowledge {
  stable,      // its block is on stable storage
  page_cache,  // the system has it: survives this process, not the machine. What the catalog's
               // partition takes is on stable storage all the same, with everything before it
};

struct LocalLogOptions {
  Acknowledge acknowledge = Acknowledge::stable;
  Nanos sync_interval = std::chrono::seconds(1);  // of page_cache: what a power loss may cost
  Bytes segment_size = 64_MiB;                    // a journal file; written over again and again
  Bytes first_segment_size = 16_MiB;              // made at a start, so that it is quick
  Bytes block_size_good = 1_MiB;        // what one flush carries, unless one append is larger
  Bytes flush_beside = 64_KiB;          // so much waiting is flushed beside the flushes in flight
  std::uint32_t flushes_max = 3;        // in flight; more only add latency (limits.md, "Disk")
  Bytes waiting_max = 64_MiB;           // not yet durable; above it appends are throttled
  Bytes tail_cache_max = 128_MiB;       // of blocks kept in memory for readers at the tail
  Bytes unstored_memory_max = 256_MiB;  // so much when they are not stored yet
  Bytes idle_memory_max = 64_MiB;       // of blocks that are gone, for the next ones under load
  Bytes read_memory_max = 16_MiB;       // of reads that are answered, for the next ones
  Bytes page_cache_max = 4_MiB;         // of footers and indexes of stored segments
  Bytes store_step = 512_KiB;           // copied at a time when a segment is stored
  Nanos confirm_after = Millis(20);  // quiet time after which the last block is confirmed on disk
  Nanos reclaim_interval = std::chrono::seconds(10);  // between looks for trimmed segments
  Nanos retry_after = Millis(500);                    // when the disk was full
  Nanos brake_max = std::chrono::seconds(1);  // the longest that an answer waits for the store
};

inline constexpr std::size_t journal_alignment = 4096;  // = io::direct_alignment
inline constexpr Bytes append_size_max = 14_MiB;    // one append with its frames; fits any segment
inline constexpr Bytes stored_block_size = 64_KiB;  // of a partition, in a stored segment
// Journal segments that wait to be stored. Above the first number each append is answered a step of
// the store later, which slows producers to its pace; above the second appends are refused.
inline constexpr std::size_t retired_segments_good = 3;
inline constexpr std::size_t retired_segments_max = 8;
static_assert(append_size_max > entry_size_max);

}  // namespace levada::log::local
