#pragma once
// The index of a segment: where its blocks are and what lies in them, by series and time. It stays
// in memory while the segment is open.

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "timestream/block_codec.h"

namespace levada::timestream {

struct BlockEntry {
  std::uint32_t series = 0;
  std::int64_t first = 0, last = 0;  // times
  std::uint32_t rows = 0;
  std::uint64_t offset = 0;
  std::uint32_t size = 0, checksum = 0;
  std::uint32_t zones_begin = 0, zones_end = 0;  // into SegmentIndex::zones
  friend bool operator==(const BlockEntry&, const BlockEntry&) = default;
};

struct SegmentIndex {
  std::vector<BlockEntry> blocks;  // by series, then time; those of one series do not overlap
  std::vector<Zone> zones;
  std::int64_t first = 0, last = 0;  // of all blocks
  std::uint64_t rows = 0;

  std::span<const BlockEntry> of_series(std::uint32_t series) const;
  std::span<const Zone> zones_of(const BlockEntry& block) const {
    return std::span(zones).subspan(block.zones_begin, block.zones_end - block.zones_begin);
  }
  void add(BlockEntry block, std::span<const Zone> of_block);
};

Buffer encode_index(const SegmentIndex& index);
// Blocks lie in the first `blocks_end` bytes of their file. Errors: corrupt.
Result<SegmentIndex> decode_index(ByteView bytes, std::uint64_t blocks_end);

}  // namespace levada::timestream
