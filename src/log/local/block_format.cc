#include "log/local/block_format.h"

#include <cstring>

#include "base/crc32c.h"
#include "base/endian.h"

namespace levada::log::local {
namespace {

constexpr std::uint32_t block_magic = 0x4b4c424c;  // "LBLK"
constexpr std::uint32_t block_version = 1;
constexpr std::size_t block_crc_offset = 60;

}  // namespace

void encode_block_header(const BlockHeader& header, std::byte* into) {
  std::memset(into, 0, block_header_size);
  store_le(into, block_magic);
  store_le(into + 4, block_version);
  store_le(into + 8, header.journal);
  store_le(into + 12, header.length);
  store_le(into + 16, header.sequence);
  store_le(into + 24, header.number);
  store_le(into + 32, header.acknowledged);
  store_le(into + 40, header.frames);
  store_le(into + 44, header.body_crc);
  store_le(into + block_crc_offset, crc32c(ByteView(into, block_crc_offset)));
}

std::optional<BlockHeader> decode_block_header(ByteView bytes) {
  if (bytes.size() < block_header_size) return std::nullopt;
  const std::byte* from = bytes.data();
  if (load_le<std::uint32_t>(from) != block_magic) return std::nullopt;
  if (load_le<std::uint32_t>(from + 4) != block_version) return std::nullopt;
  if (load_le<std::uint32_t>(from + block_crc_offset) != crc32c(bytes.first(block_crc_offset)))
    return std::nullopt;
  BlockHeader header{
      .journal = load_le<std::uint32_t>(from + 8),
      .sequence = load_le<std::uint64_t>(from + 16),
      .number = load_le<std::uint64_t>(from + 24),
      .acknowledged = load_le<std::uint64_t>(from + 32),
      .length = load_le<std::uint32_t>(from + 12),
      .frames = load_le<std::uint32_t>(from + 40),
      .body_crc = load_le<std::uint32_t>(from + 44),
  };
  if (header.length < block_header_size) return std::nullopt;
  return header;
}

void encode_frame_header(const Frame& frame, std::byte* into) {
  store_le(into, frame.partition.value());
  store_le(into + 8, frame.first.value());
  store_le(into + 16, static_cast<std::uint64_t>(frame.arrival.count()));
  store_le(into + 24, frame.count);
  store_le(into + 28, frame.size);
  store_le(into + 32, static_cast<std::uint16_t>(frame.kind));
  store_le(into + 34, std::uint16_t{0});
  store_le(into + 36, std::uint32_t{0});
}

Frame decode_frame_header(const std::byte* from) {
  return {.partition = PartitionId(load_le<std::uint64_t>(from)),
          .first = Position(load_le<std::uint64_t>(from + 8)),
          .arrival = UnixMillis(static_cast<std::int64_t>(load_le<std::uint64_t>(from + 16))),
          .count = load_le<std::uint32_t>(from + 24),
          .size = load_le<std::uint32_t>(from + 28),
          .kind = static_cast<FrameKind>(load_le<std::uint16_t>(from + 32))};
}

Result<std::vector<Frame>> decode_frames(ByteView block, std::size_t offset, std::uint32_t count) {
  std::vector<Frame> frames;
  while (offset < block.size()) {
    if (block.size() - offset < frame_header_size)
      return fail(ErrorKind::corrupt, "a frame is cut short");
    Frame frame = decode_frame_header(block.data() + offset);
    frame.offset = static_cast<std::uint32_t>(offset + frame_header_size);
    std::size_t size = padded_frame_size(frame.size);
    if (size > block.size() - offset) return fail(ErrorKind::corrupt, "a frame is cut short");
    frames.push_back(frame);
    offset += size;
  }
  if (frames.size() != count)
    return fail(ErrorKind::corrupt, "a block has another number of frames than it says");
  return frames;
}

Result<std::vector<Frame>> decode_block(const BlockHeader& header, ByteView block) {
  if (header.length > block.size()) return fail(ErrorKind::corrupt, "a block is cut short");
  block = block.first(header.length);
  if (crc32c(block.subspan(block_header_size)) != header.body_crc)
    return fail(ErrorKind::corrupt, "the checksum of a block does not match its content");
  return decode_frames(block, block_header_size, header.frames);
}

}  // namespace levada::log::local
