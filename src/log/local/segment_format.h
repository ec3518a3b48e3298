#pragma once
// The bytes of a stored segment: blocks sorted by partition and position, an index of blocks, a row
// for each partition, a trailer. docs/formats/segment.md has the grammar. Index and rows lie in
// pages of a fixed size with a checksum each, so that one row can be read and trusted alone.

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "log/local/block_format.h"
#include "log/local/manifest.h"

namespace levada::log::local {

inline constexpr std::size_t stored_page_size = 4096;
inline constexpr std::size_t index_row_size = 32;
inline constexpr std::size_t partition_row_size = 64;
constexpr std::uint64_t rows_in_page(std::size_t row_size) {
  return (stored_page_size - 8) / row_size;
}

inline constexpr std::size_t stored_block_header_size = 40;

// Frames of one partition; the frames' bytes are those of the journal.
struct StoredBlockHeader {
  PartitionId partition;
  Position first;
  std::uint32_t length;  // of all
  std::uint32_t frames;
  std::uint32_t body_crc;
};

void encode_stored_block_header(const StoredBlockHeader& header, std::byte* into);
// The header of the block that these bytes begin with; corrupt when it is none.
Result<StoredBlockHeader> decode_stored_block_header(ByteView bytes);
// Its frames, when the checksum is right and all belong to the partition.
Result<std::vector<Frame>> decode_stored_block(const StoredBlockHeader& header, ByteView block);

struct IndexRow {
  Position first;
  UnixMillis arrival;    // of its first frame
  std::uint64_t offset;  // of the block in the file
  std::uint32_t length;
};

// One row for each partition that lives when the segment is written, sorted: with or without data
// here. The bounds are those after everything in this and in earlier segments, so that one row says
// whether something is to be found here, earlier or later.
struct PartitionRow {
  PartitionId partition;
  Position begin;
  Position end;
  UnixMillis last_arrival;
  std::uint64_t data_size = 0;    // in this segment
  std::uint64_t first_index = 0;  // its index rows
  std::uint32_t index_rows = 0;
  bool sealed = false;
};

void encode_row(const IndexRow& row, std::byte* into);
void encode_row(const PartitionRow& row, std::byte* into);
IndexRow decode_index_row(const std::byte* from);
PartitionRow decode_partition_row(const std::byte* from);

// Pages carry their number in the file, so that one in the wrong place is found out.
void finish_page(MutableByteView page, std::uint64_t number);
bool page_is_whole(ByteView page, std::uint64_t number);

// The last page of the file repeats the summary, for whoever has lost the manifest.
void encode_trailer(const StoredSummary& summary, MutableByteView page);

}  // namespace levada::log::local
