#pragma once
// ShardLoad: what has been asked of a shard since its owner started, and what became of it. Plain
// numbers of one reactor; who wants a rate looks twice.

#include <cstdint>

#include "base/time.h"
#include "catalog/stream.h"

namespace levada::kinesis {

struct ShardLoad {
  std::uint64_t records_in = 0, bytes_in = 0;            // taken
  std::uint64_t records_refused = 0, bytes_refused = 0;  // throttled
  std::uint64_t records_out = 0, bytes_out = 0;          // given to polling readers
  std::uint64_t reads_refused = 0;
  Millis iterator_age{0};  // how far the last polling reader was behind

  std::uint64_t records_asked() const { return records_in + records_refused; }
  std::uint64_t bytes_asked() const { return bytes_in + bytes_refused; }
};

struct LoadOfShard {
  catalog::StreamId stream;
  catalog::ShardIndex shard;
  ShardLoad load;
};

}  // namespace levada::kinesis
