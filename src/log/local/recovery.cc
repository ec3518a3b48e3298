#include "log/local/recovery.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "log/local/options.h"

namespace levada::log::local {
namespace {

constexpr std::uint64_t scan_size = 1 << 20;

unexpected<Error> corrupt(const std::string& path, std::uint64_t offset, const std::string& what) {
  return fail(ErrorKind::corrupt, path + " at offset " + std::to_string(offset) + ": " + what);
}

// What the headers of one file say, their blocks not yet looked at.
struct ScannedFile {
  std::shared_ptr<JournalFile> file;
  std::uint64_t first_block = std::numeric_limits<std::uint64_t>::max();  // at offset 0, if any
  std::uint64_t acknowledged = 0;  // the highest that a header of this sequence or an older tells
};

Task<std::size_t> read_up_to(io::File& file, std::uint64_t offset, MutableByteView into) {
  std::size_t have = 0;
  while (have < into.size()) {
    std::size_t got = co_await file.read(offset + have, into.subspan(have));
    if (got == 0) break;
    have += got;
    if (have % journal_alignment != 0) break;  // the end of the file
  }
  co_return have;
}

// Looks for headers everywhere, because the first may be the one that is damaged.
Task<ScannedFile> scan(io::Disk& disk, std::string path, Manifest manifest) {
  ScannedFile found;
  found.file = std::make_shared<JournalFile>();
  found.file->path = path;
  io::OpenOptions options{.direct = true};
  found.file->file = co_await disk.open(path, options);
  Bytes size = co_await found.file->file->size();
  // A file that was cut has any size; only whole pages can be read.
  found.file->capacity = count(size) / journal_alignment * journal_alignment;
  io::AlignedBuffer piece(Bytes{scan_size});
  for (std::uint64_t offset = 0; offset < found.file->capacity; offset += scan_size) {
    std::size_t got = co_await read_up_to(*found.file->file, offset, piece.bytes());
    for (std::size_t at = 0; at + journal_alignment <= got; at += journal_alignment) {
      ByteView bytes = ByteView(piece.bytes()).subspan(at, journal_alignment);
      std::optional<BlockHeader> header = decode_block_header(bytes);
      if (!header || header->journal != manifest.journal) continue;
      if (header->sequence <= manifest.stored_sequence) continue;  // of an earlier use
      if (header->sequence < found.file->sequence) continue;
      if (header->sequence > found.file->sequence) {
        found.file->sequence = header->sequence;
        found.first_block = std::numeric_limits<std::uint64_t>::max();
      }
      if (offset + at == 0) found.first_block = header->number;
      found.acknowledged = std::max(found.acknowledged, header->acknowledged);
    }
    if (got < scan_size) break;
  }
  co_return found;
}

struct ReadBlock {
  BlockHeader header;
  BlockMemory memory;
  std::vector<Frame> frames;
};

// Nothing: there is no valid block of this sequence and number here.
Task<std::optional<ReadBlock>> try_block(std::shared_ptr<JournalFile> file, std::uint32_t journal,
                                         std::uint64_t offset, std::uint64_t number) {
  std::optional<ReadBlock> none;
  if (offset + journal_alignment > file->capacity) co_return none;
  constexpr std::size_t guess = 64 << 10;  // most blocks need no second read
  std::size_t size = std::min<std::uint64_t>(guess, file->capacity - offset);
  BlockMemory memory = allocate_block_memory(size);
  std::size_t got = co_await read_up_to(*file->file, offset, MutableByteView(memory.get(), size));
  std::optional<BlockHeader> header = decode_block_header(ByteView(memory.get(), got));
  if (!header || header->journal != journal || header->sequence != file->sequence ||
      header->number != number || header->length > file->capacity - offset)
    co_return none;
  if (header->length > got) {
    size = align_up(header->length);
    memory = allocate_block_memory(size);
    got = co_await read_up_to(*file->file, offset, MutableByteView(memory.get(), size));
  }
  Result<std::vector<Frame>> frames = decode_block(*header, ByteView(memory.get(), got));
  if (!frames) co_return none;
  std::optional<ReadBlock> block = ReadBlock{*header, std::move(memory), std::move(*frames)};
  co_return block;
}

struct Walk {
  std::uint64_t expected;  // the next block's number
  std::string path;        // where it should lie
  std::uint64_t offset = 0;
};

// Takes the blocks of one file, from the expected one on and before `bound`.
Task<std::unique_ptr<JournalSegment>> take_blocks(io::Reactor& reactor, ScannedFile scanned,
                                                  std::uint32_t journal, std::uint64_t bound,
                                                  Walk& walk) {
  auto segment = std::make_unique<JournalSegment>();
  segment->file = scanned.file;
  while (walk.expected < bound) {
    std::optional<ReadBlock> read =
        co_await try_block(scanned.file, journal, segment->written, walk.expected);
    bool here = segment->written > 0 || scanned.first_block == walk.expected ||
                scanned.first_block == std::numeric_limits<std::uint64_t>::max();
    if (here) {  // a file that begins with a later block is not where this one should lie
      walk.path = scanned.file->path;
      walk.offset = segment->written;
    }
    if (!read) break;
    auto block = std::make_shared<Block>(reactor);
    block->file = scanned.file;
    block->offset = segment->written;
    block->number = read->header.number;
    block->used = read->header.length;
    block->frames = std::move(read->frames);
    block->ended = true;
    segment->written += align_up(block->used);
    segment->blocks.push_back(std::move(block));
    ++walk.expected;
  }
  co_return segment;
}

Task<std::vector<ScannedFile>> scan_all(io::Disk& disk, std::string directory, Manifest manifest,
                                        std::uint64_t segment_size, Recovered& recovered) {
  std::vector<ScannedFile> used;
  std::vector<std::string> names = co_await disk.list(directory);
  for (const std::string& name : names) {
    if (!name.starts_with("journal-")) continue;
    std::string path = directory + "/" + name;
    recovered.next_slot =
        std::max(recovered.next_slot, static_cast<std::uint32_t>(std::stoul(name.substr(8))) + 1);
    ScannedFile scanned;
    if (manifest.clean) {
      io::OpenOptions options{.direct = true};
      std::unique_ptr<io::File> file = co_await disk.open(path, options);
      Bytes size = co_await file->size();
      scanned.file = std::make_shared<JournalFile>();
      scanned.file->capacity = count(size);
    } else {
      scanned = co_await scan(disk, path, manifest);
    }
    if (scanned.file->sequence != 0)
      used.push_back(std::move(scanned));
    else if (scanned.file->capacity == segment_size)
      recovered.free_files.push_back(path);
    else
      co_await disk.remove(path);  // half made, or of other options
  }
  std::sort(used.begin(), used.end(), [](const ScannedFile& a, const ScannedFile& b) {
    return a.file->sequence < b.file->sequence;
  });
  co_return used;
}

}  // namespace

Task<Recovered> recover_journal(io::Reactor& reactor, io::Disk& disk, std::string directory,
                                Manifest manifest, std::uint64_t segment_size) {
  Recovered recovered;
  std::vector<ScannedFile> files =
      co_await scan_all(disk, directory, manifest, segment_size, recovered);

  std::uint64_t acknowledged = manifest.next_block - 1;
  for (const ScannedFile& file : files) acknowledged = std::max(acknowledged, file.acknowledged);

  Walk walk{.expected = manifest.next_block, .path = directory, .offset = 0};
  for (std::size_t i = 0; i < files.size(); ++i) {
    // A later segment begins where the log was cut before it: what is numbered so here is garbage.
    std::uint64_t bound = std::numeric_limits<std::uint64_t>::max();
    for (std::size_t later = i + 1; later < files.size(); ++later)
      bound = std::min(bound, files[later].first_block);
    std::unique_ptr<JournalSegment> segment =
        co_await take_blocks(reactor, files[i], manifest.journal, bound, walk);
    if (segment->blocks.empty()) {
      if (files[i].file->capacity == segment_size)
        recovered.free_files.push_back(files[i].file->path);
      continue;
    }
    recovered.segments.push_back(std::move(segment));
  }
  if (walk.expected <= acknowledged)
    co_return corrupt(
        walk.path, walk.offset,
        "block " + std::to_string(walk.expected) + " was acknowledged and is damaged or missing");
  recovered.next_block = walk.expected;
  co_return recovered;
}

Task<BlockMemory> read_journal_block(std::shared_ptr<Block> block, std::uint32_t journal) {
  std::size_t size = align_up(block->used);
  BlockMemory memory = allocate_block_memory(size);
  MutableByteView bytes(memory.get(), size);
  std::size_t got = co_await read_up_to(*block->file->file, block->offset, bytes);
  std::optional<BlockHeader> header = decode_block_header(ByteView(bytes).first(got));
  if (!header || header->journal != journal || header->sequence != block->file->sequence ||
      header->number != block->number)
    co_return corrupt(block->file->path, block->offset, "this is not the block that was written");
  Result<std::vector<Frame>> frames = decode_block(*header, ByteView(bytes).first(got));
  if (!frames) co_return corrupt(block->file->path, block->offset, frames.error().message);
  co_return memory;
}

}  // namespace levada::log::local
