#include "log/local/recovery.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "log/local/options.h"

namespace levada::log::local {
namespace {

// Journal files are read in pieces of this size; a larger block is read whole.
constexpr std::size_t read_piece_size = 1 << 20;

unexpected<Error> corrupt(const std::string& path, std::uint64_t offset, const std::string& what) {
  return fail(ErrorKind::corrupt, path + " at offset " + std::to_string(offset) + ": " + what);
}

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

// A journal file read from front to back.
class FileReader {
 public:
  explicit FileReader(std::shared_ptr<JournalFile> file)
      : file_(std::move(file)), piece_(Bytes{read_piece_size}) {}

  const std::shared_ptr<JournalFile>& file() const { return file_; }

  // At least `size` bytes at the offset, or what the file has of them. Good until the next call.
  Task<ByteView> at(std::uint64_t offset, std::size_t size) {
    std::uint64_t end = std::min<std::uint64_t>(offset + align_up(size), file_->capacity);
    if (offset < begin_ || end > begin_ + have_) {
      if (align_up(size) > piece_.size()) piece_ = io::AlignedBuffer(Bytes{align_up(size)});
      begin_ = offset;
      std::uint64_t left = file_->capacity - std::min(offset, file_->capacity);
      MutableByteView into = piece_.bytes().first(std::min<std::uint64_t>(piece_.size(), left));
      have_ = co_await read_up_to(*file_->file, offset, into);
    }
    co_return ByteView(piece_.bytes()).first(have_).subspan(offset - begin_);
  }

 private:
  std::shared_ptr<JournalFile> file_;
  io::AlignedBuffer piece_;
  std::uint64_t begin_ = 0;  // of what lies in the piece
  std::size_t have_ = 0;
};

// What the headers of one file say, their blocks not yet looked at.
struct ScannedFile {
  std::shared_ptr<JournalFile> file;                                      // sequence 0: not in use
  std::uint64_t first_block = std::numeric_limits<std::uint64_t>::max();  // at offset 0, if any
  std::uint64_t acknowledged = 0;  // the highest that a header tells, of those looked at
  bool unreadable = false;         // the first page is neither a header nor untouched
};

// Looks at every page from `offset` on: the header that one looks for may be the damaged one.
Task<Unit> scan(FileReader& reader, std::uint64_t offset, Manifest manifest, ScannedFile& found) {
  for (; offset < found.file->capacity; offset += journal_alignment) {
    ByteView page = co_await reader.at(offset, journal_alignment);
    if (page.size() < journal_alignment) break;
    std::optional<BlockHeader> header = decode_block_header(page.first(journal_alignment));
    if (!header || header->journal != manifest.journal) continue;
    if (header->sequence <= manifest.stored_sequence) continue;  // of an earlier use
    if (header->sequence < found.file->sequence) continue;
    if (header->sequence > found.file->sequence) {
      found.file->sequence = header->sequence;
      found.first_block = std::numeric_limits<std::uint64_t>::max();
    }
    if (offset == 0) found.first_block = header->number;
    found.acknowledged = std::max(found.acknowledged, header->acknowledged);
  }
  co_return Unit{};
}

// Whether the file is in use, by its first page. A page that is whole and of an earlier use, or was
// never written, means that the first block of a later use was not durable, hence none behind it
// was acknowledged. Only a first page that cannot be read asks for a look at all others.
Task<ScannedFile> look_at(io::Disk& disk, std::string path, Manifest manifest) {
  ScannedFile found;
  found.file = std::make_shared<JournalFile>();
  found.file->path = path;
  io::OpenOptions options{.direct = true};
  found.file->file = co_await disk.open(path, options);
  Bytes size = co_await found.file->file->size();
  // A file that was cut has any size; only whole pages can be read.
  found.file->capacity = count(size) / journal_alignment * journal_alignment;
  if (manifest.clean || found.file->capacity == 0) co_return found;

  io::AlignedBuffer first(Bytes{journal_alignment});
  std::size_t got = co_await read_up_to(*found.file->file, 0, first.bytes());
  ByteView page = ByteView(first.bytes()).first(got);
  std::optional<BlockHeader> header;
  if (got == journal_alignment) header = decode_block_header(page);
  bool never_written =
      std::all_of(page.begin(), page.end(), [](std::byte byte) { return byte == std::byte{0}; });
  if (header && header->journal == manifest.journal) {
    if (header->sequence <= manifest.stored_sequence) co_return found;
    found.file->sequence = header->sequence;
    found.first_block = header->number;
    found.acknowledged = header->acknowledged;
  } else if (!never_written) {
    found.unreadable = true;
    FileReader reader(found.file);
    co_await scan(reader, 0, manifest, found);
  }
  co_return found;
}

// The block of this sequence and number at the offset, without its bytes; null: there is none.
Task<std::shared_ptr<Block>> try_block(io::Reactor& reactor, FileReader& reader,
                                       std::uint32_t journal, std::uint64_t offset,
                                       std::uint64_t number, std::uint64_t& acknowledged) {
  const std::shared_ptr<Block> none;
  const JournalFile& file = *reader.file();
  if (offset + journal_alignment > file.capacity) co_return none;
  ByteView bytes = co_await reader.at(offset, journal_alignment);
  std::optional<BlockHeader> header = decode_block_header(bytes);
  if (!header || header->journal != journal || header->sequence != file.sequence ||
      header->number != number || header->length > file.capacity - offset)
    co_return none;
  bytes = co_await reader.at(offset, header->length);
  Result<std::vector<Frame>> frames = decode_block(*header, bytes);
  if (!frames) co_return none;
  acknowledged = std::max(acknowledged, header->acknowledged);
  auto block = std::make_shared<Block>(reactor);
  block->file = reader.file();
  block->offset = offset;
  block->number = number;
  block->used = header->length;
  block->frames = std::move(*frames);
  block->ended = true;
  co_return block;
}

struct Walk {
  std::uint64_t expected;  // the next block's number
  std::string path;        // where it should lie
  std::uint64_t offset = 0;
};

// Takes the blocks of one file, from the expected one on and before `bound`. Where they end too
// early, the rest of the file is asked what it knows to be acknowledged.
Task<std::unique_ptr<JournalSegment>> take_blocks(io::Reactor& reactor, ScannedFile& scanned,
                                                  Manifest manifest, std::uint64_t bound,
                                                  Walk& walk) {
  auto segment = std::make_unique<JournalSegment>();
  segment->file = scanned.file;
  FileReader reader(scanned.file);
  while (walk.expected < bound) {
    bool here = segment->written > 0 || scanned.first_block == walk.expected ||
                scanned.first_block == std::numeric_limits<std::uint64_t>::max();
    if (here) {  // a file that begins with a later block is not where this one should lie
      walk.path = scanned.file->path;
      walk.offset = segment->written;
    }
    std::shared_ptr<Block> block = co_await try_block(
        reactor, reader, manifest.journal, segment->written, walk.expected, scanned.acknowledged);
    if (!block) break;
    segment->written += align_up(block->used);
    segment->blocks.push_back(std::move(block));
    ++walk.expected;
  }
  if (walk.expected != bound) co_await scan(reader, segment->written, manifest, scanned);
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
    ScannedFile scanned = co_await look_at(disk, path, manifest);
    if (scanned.unreadable && scanned.file->sequence == 0) recovered.unreadable.push_back(path);
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

  Walk walk{.expected = manifest.next_block, .path = directory, .offset = 0};
  for (std::size_t i = 0; i < files.size(); ++i) {
    // A later segment begins where the log was cut before it: what is numbered so here is garbage.
    std::uint64_t bound = std::numeric_limits<std::uint64_t>::max();
    for (std::size_t later = i + 1; later < files.size(); ++later)
      bound = std::min(bound, files[later].first_block);
    std::unique_ptr<JournalSegment> segment =
        co_await take_blocks(reactor, files[i], manifest, bound, walk);
    if (segment->blocks.empty()) {
      if (files[i].file->capacity == segment_size)
        recovered.free_files.push_back(files[i].file->path);
      continue;
    }
    recovered.segments.push_back(std::move(segment));
  }
  std::uint64_t acknowledged = manifest.next_block - 1;
  for (const ScannedFile& file : files) acknowledged = std::max(acknowledged, file.acknowledged);
  if (walk.expected <= acknowledged) {
    std::string what =
        "block " + std::to_string(walk.expected) + " was acknowledged and is damaged or missing";
    for (const std::string& path : recovered.unreadable)  // its only block may have been the one
      what += ", unless it is the one at offset 0 of " + path + ", which cannot be read";
    co_return corrupt(walk.path, walk.offset, what);
  }
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
