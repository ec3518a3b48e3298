#include "log/local/segment_format.h"

#include <cstring>

#include "base/crc32c.h"
#include "base/endian.h"

namespace levada::log::local {
namespace {

constexpr std::uint32_t stored_block_magic = 0x4b425453;  // "STBK"
constexpr std::uint64_t trailer_magic = 0x31474553'4c4e564c;
constexpr std::size_t segment_crc_offset = 36;

std::uint32_t page_crc(ByteView page, std::uint64_t number) {
  std::byte where[8];
  store_le(where, number);
  return crc32c(page.first(stored_page_size - 4), crc32c(where));
}

unexpected<Error> corrupt(const char* what) { return fail(ErrorKind::corrupt, what); }

}  // namespace

void encode_stored_block_header(const StoredBlockHeader& header, std::byte* into) {
  store_le(into, stored_block_magic);
  store_le(into + 4, header.length);
  store_le(into + 8, header.partition.value());
  store_le(into + 16, header.first.value());
  store_le(into + 24, header.frames);
  store_le(into + 28, header.body_crc);
  store_le(into + 32, std::uint32_t{0});
  store_le(into + segment_crc_offset, crc32c(ByteView(into, segment_crc_offset)));
}

Result<StoredBlockHeader> decode_stored_block_header(ByteView bytes) {
  if (bytes.size() < stored_block_header_size) return corrupt("a block is cut short");
  const std::byte* from = bytes.data();
  if (load_le<std::uint32_t>(from) != stored_block_magic ||
      load_le<std::uint32_t>(from + segment_crc_offset) != crc32c(bytes.first(segment_crc_offset)))
    return corrupt("the header of a block does not match its checksum");
  StoredBlockHeader header{
      .partition = PartitionId(load_le<std::uint64_t>(from + 8)),
      .first = Position(load_le<std::uint64_t>(from + 16)),
      .length = load_le<std::uint32_t>(from + 4),
      .frames = load_le<std::uint32_t>(from + 24),
      .body_crc = load_le<std::uint32_t>(from + 28),
  };
  if (header.length < stored_block_header_size) return corrupt("the length of a block is wrong");
  return header;
}

Result<std::vector<Frame>> decode_stored_block(const StoredBlockHeader& header, ByteView block) {
  if (block.size() < header.length) return corrupt("a block is cut short");
  block = block.first(header.length);
  if (crc32c(block.subspan(stored_block_header_size)) != header.body_crc)
    return corrupt("the checksum of a block does not match its content");
  return decode_frames(block, stored_block_header_size, header.frames);
}

void encode_row(const IndexRow& row, std::byte* into) {
  store_le(into, row.first.value());
  store_le(into + 8, static_cast<std::uint64_t>(row.arrival.count()));
  store_le(into + 16, row.offset);
  store_le(into + 24, std::uint64_t{row.length});
}

IndexRow decode_index_row(const std::byte* from) {
  return {
      .first = Position(load_le<std::uint64_t>(from)),
      .arrival = UnixMillis(static_cast<std::int64_t>(load_le<std::uint64_t>(from + 8))),
      .offset = load_le<std::uint64_t>(from + 16),
      .length = load_le<std::uint32_t>(from + 24),
  };
}

void encode_row(const PartitionRow& row, std::byte* into) {
  store_le(into, row.partition.value());
  store_le(into + 8, row.begin.value());
  store_le(into + 16, row.end.value());
  store_le(into + 24, static_cast<std::uint64_t>(row.last_arrival.count()));
  store_le(into + 32, row.data_size);
  store_le(into + 40, row.first_index);
  store_le(into + 48, row.index_rows);
  store_le(into + 52, std::uint32_t{row.sealed});
  store_le(into + 56, std::uint64_t{0});
}

PartitionRow decode_partition_row(const std::byte* from) {
  return {
      .partition = PartitionId(load_le<std::uint64_t>(from)),
      .begin = Position(load_le<std::uint64_t>(from + 8)),
      .end = Position(load_le<std::uint64_t>(from + 16)),
      .last_arrival = UnixMillis(static_cast<std::int64_t>(load_le<std::uint64_t>(from + 24))),
      .data_size = load_le<std::uint64_t>(from + 32),
      .first_index = load_le<std::uint64_t>(from + 40),
      .index_rows = load_le<std::uint32_t>(from + 48),
      .sealed = load_le<std::uint32_t>(from + 52) != 0,
  };
}

void finish_page(MutableByteView page, std::uint64_t number) {
  store_le(page.data() + stored_page_size - 4, page_crc(page, number));
}

bool page_is_whole(ByteView page, std::uint64_t number) {
  return page.size() == stored_page_size &&
         load_le<std::uint32_t>(page.data() + stored_page_size - 4) == page_crc(page, number);
}

void encode_trailer(const StoredSummary& summary, MutableByteView page) {
  std::byte* to = page.data();
  std::memset(to, 0, stored_page_size);
  for (std::uint64_t field :
       {trailer_magic, summary.id, summary.size, summary.data_size, summary.index_offset,
        summary.index_rows, summary.partition_offset, summary.partition_rows}) {
    store_le(to, field);
    to += 8;
  }
  finish_page(page, summary.size / stored_page_size - 1);
}

}  // namespace levada::log::local
