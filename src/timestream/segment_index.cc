#include "timestream/segment_index.h"

#include <algorithm>

namespace levada::timestream {

std::span<const BlockEntry> SegmentIndex::of_series(std::uint32_t series) const {
  const auto [begin, end] = std::ranges::equal_range(blocks, series, {}, &BlockEntry::series);
  return {begin, end};
}

void SegmentIndex::add(BlockEntry block, std::span<const Zone> of_block) {
  block.zones_begin = static_cast<std::uint32_t>(zones.size());
  zones.insert(zones.end(), of_block.begin(), of_block.end());
  block.zones_end = static_cast<std::uint32_t>(zones.size());
  first = blocks.empty() ? block.first : std::min(first, block.first);
  last = blocks.empty() ? block.last : std::max(last, block.last);
  rows += block.rows;
  blocks.push_back(block);
}

// index = blocks block…
// block = series first last-first rows offset size checksum:u32le zones zone…
// zone  = attribute type least most
Buffer encode_index(const SegmentIndex& index) {
  Buffer out;
  ByteWriter to(out);
  to.number(index.blocks.size());
  for (const BlockEntry& block : index.blocks) {
    to.number(block.series);
    to.signed_number(block.first);
    to.number(static_cast<std::uint64_t>(block.last - block.first));
    to.number(block.rows);
    to.number(block.offset);
    to.number(block.size);
    to.fixed32(block.checksum);
    const std::span<const Zone> zones = index.zones_of(block);
    to.number(zones.size());
    for (const Zone& zone : zones) {
      to.number(zone.attribute);
      to.byte(static_cast<std::uint8_t>(zone.type));
      to.signed_number(zone.least);
      to.signed_number(zone.most);
    }
  }
  return out;
}

Result<SegmentIndex> decode_index(ByteView bytes, std::uint64_t blocks_end) {
  const auto broken = [] { return fail(ErrorKind::corrupt, "the index does not decode"); };
  ByteReader from(bytes);
  SegmentIndex index;
  std::vector<Zone> zones;
  for (std::uint64_t n = from.number(); n > 0 && !from.broken(); --n) {
    BlockEntry block;
    const std::uint64_t series = from.number();
    block.first = from.signed_number();
    const std::uint64_t span = from.number(), rows = from.number();
    block.offset = from.number();
    const std::uint64_t size = from.number();
    block.checksum = from.fixed32();
    if (series > UINT32_MAX || rows == 0 || rows > block_rows_max || size > UINT32_MAX ||
        block.offset > blocks_end || size > blocks_end - block.offset ||
        span > static_cast<std::uint64_t>(INT64_MAX) -
                   static_cast<std::uint64_t>(std::max<std::int64_t>(block.first, 0)))
      return broken();
    block.series = static_cast<std::uint32_t>(series);
    block.last = block.first + static_cast<std::int64_t>(span);
    block.rows = static_cast<std::uint32_t>(rows);
    block.size = static_cast<std::uint32_t>(size);
    zones.clear();
    for (std::uint64_t z = from.number(); z > 0 && !from.broken(); --z) {
      Zone& zone = zones.emplace_back();
      zone.attribute = static_cast<std::uint32_t>(from.number());
      const std::uint8_t type = from.byte();
      if (type > static_cast<std::uint8_t>(MeasureType::timestamp)) return broken();
      zone.type = static_cast<MeasureType>(type);
      zone.least = from.signed_number();
      zone.most = from.signed_number();
    }
    if (!index.blocks.empty() &&
        (index.blocks.back().series > block.series ||
         (index.blocks.back().series == block.series && index.blocks.back().last >= block.first)))
      return broken();
    index.add(block, zones);
  }
  if (!from.done()) return broken();
  return index;
}

}  // namespace levada::timestream
