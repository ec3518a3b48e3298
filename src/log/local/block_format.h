#pragma once
// The bytes of a journal block: a header with two checksums, then frames. docs/formats/journal.md
// has the grammar. Pure: bytes in, values out.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "log/log.h"

namespace levada::log::local {

inline constexpr std::size_t block_header_size = 64;
inline constexpr std::size_t frame_header_size = 40;

struct BlockHeader {
  std::uint32_t journal;
  std::uint64_t sequence;      // of the segment: epoch << 32 | its number in the epoch
  std::uint64_t number;        // of the block; consecutive in a journal
  std::uint64_t acknowledged;  // every block up to this one was durable when this was written
  std::uint32_t length;        // header and frames, without the padding behind
  std::uint32_t frames;
  std::uint32_t body_crc;
};

enum class FrameKind : std::uint16_t { data = 1, seal = 2, trim = 3 };

// One frame of a block; the payload is `size` bytes at `offset` of the block.
struct Frame {
  PartitionId partition{};
  Position first{};  // of data; of trim: what lies before is gone
  UnixMillis arrival{};
  std::uint32_t count = 0;
  std::uint32_t size = 0;
  std::uint32_t offset = 0;
  FrameKind kind = FrameKind::data;
};

constexpr std::size_t padded_frame_size(std::size_t payload) {
  return frame_header_size + ((payload + 7) & ~std::size_t{7});
}

void encode_block_header(const BlockHeader& header, std::byte* into);
// Nothing when these bytes are no whole header.
std::optional<BlockHeader> decode_block_header(ByteView bytes);

// Writes the header of a frame; the payload begins frame_header_size later.
void encode_frame_header(const Frame& frame, std::byte* into);
// All but the offset.
Frame decode_frame_header(const std::byte* from);

// The frames that lie in `block` from `offset` on, when there are `count` of them.
Result<std::vector<Frame>> decode_frames(ByteView block, std::size_t offset, std::uint32_t count);

// The frames of a block whose header was decoded; checks the body's checksum first.
Result<std::vector<Frame>> decode_block(const BlockHeader& header, ByteView block);

}  // namespace levada::log::local
