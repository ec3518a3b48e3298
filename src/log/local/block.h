#pragma once
// A journal block in memory: first what appends gather in, then what is written with one flush,
// then what the tail cache serves from: the same bytes all the way.

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/endian.h"
#include "io/disk.h"
#include "io/signal.h"
#include "log/local/block_format.h"
#include "log/local/block_memory.h"
#include "log/local/options.h"

namespace levada::log::local {

constexpr std::uint64_t align_up(std::uint64_t size) {
  return (size + journal_alignment - 1) / journal_alignment * journal_alignment;
}

// A journal file in use. Lives as long as a block of it may have to be read from it.
struct JournalFile {
  std::unique_ptr<io::File> file;
  std::string path;
  std::uint64_t sequence = 0;
  std::uint64_t capacity = 0;
};

struct Block : std::enable_shared_from_this<Block> {
  Block(io::Reactor& reactor, BlockMemories& from, std::size_t first_capacity)
      : memories(&from), settled(reactor) {
    BlockMemories::Piece piece = memories->cut(align_up(first_capacity));
    memory = std::move(piece.memory);
    capacity = piece.size;
  }
  explicit Block(io::Reactor& reactor) : settled(reactor) {}  // recovered: only on disk

  // Makes room for `more` bytes behind what is used, without moving that. False: it must be moved.
  bool reserve_in_place(std::size_t more) {
    if (used + more <= capacity) return true;
    const std::size_t wanted = align_up(used + more);
    if (!memories->resize(memory.get(), capacity, wanted)) return false;
    capacity = wanted;
    return true;
  }
  void reserve(std::size_t more) {
    if (reserve_in_place(more)) return;
    const std::size_t doubled = std::min(2 * capacity, BlockMemories::small_max);
    BlockMemories::Piece larger = memories->cut(align_up(std::max(used + more, doubled)));
    std::memcpy(larger.memory.get(), memory.get(), used);
    memory = std::move(larger.memory);
    capacity = larger.size;
  }
  // Nothing comes any more: what is not used is the next one's.
  void trim() {
    if (memories->resize(memory.get(), capacity, align_up(used))) capacity = align_up(used);
  }
  // Adds a frame; the caller fills the payload that is returned, before the next frame.
  MutableByteView add(Frame frame) {
    std::size_t size = padded_frame_size(frame.size);
    reserve(size);
    frame.offset = static_cast<std::uint32_t>(used + frame_header_size);
    store_le(memory.get() + used + size - 8, std::uint64_t{0});  // the padding, where there is some
    encode_frame_header(frame, memory.get() + used);
    used += size;
    frames.push_back(frame);
    if (frame.kind == FrameKind::data) only_control = false;
    if (frame.partition == catalog_partition) for_catalog = true;
    return {memory.get() + frame.offset, frame.size};
  }
  ByteView payload(const Frame& frame) const { return {memory.get() + frame.offset, frame.size}; }
  std::size_t footprint() const { return capacity + frames.size() * (sizeof(Frame) + 32) + 256; }

  BlockMemories* memories = nullptr;  // while it grows
  std::size_t capacity = 0;
  BlockMemory memory;  // null: evicted from the cache
  std::size_t used = block_header_size;
  std::vector<Frame> frames;
  bool only_control = true;
  bool for_catalog = false;  // some of it

  // Where it lies, once it was placed.
  std::shared_ptr<JournalFile> file;
  std::uint64_t offset = 0;
  std::uint64_t number = 0;

  // How it ended; whoever waits looks at `ended`.
  bool written = false;
  bool ended = false;
  std::optional<Error> error;
  io::Signal settled;

  bool stored = false;  // also in a stored segment: the journal's copy may go away
  bool only_stored() const { return stored && !memory; }
};

}  // namespace levada::log::local
