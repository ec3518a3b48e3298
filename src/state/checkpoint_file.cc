#include "state/checkpoint_file.h"

#include "base/crc32c.h"
#include "base/endian.h"
#include "io/path.h"

namespace levada::state {
namespace {

// Magic, version, position, size, checksum, content (docs/formats/catalog.md). The checksum of
// version 1 went over the head first, whose size nobody knows before the content is whole.
constexpr std::uint64_t magic = 0x74706b6341445645;  // "EVDAckpt"
constexpr std::uint32_t newest_version = 2;
constexpr std::uint32_t head_first = 1;
constexpr std::size_t header_size = 32;
constexpr std::size_t checksum_at = 28;

}  // namespace

Task<Unit> CheckpointFile::begin() {
  io::OpenOptions create;
  create.create = true;
  file_ = co_await disk_.open(temporary(), create);
  co_await file_->truncate(0_B);
  co_return Unit{};
}

Task<Unit> CheckpointFile::append(ByteView content) {
  co_await file_->write(header_size + size_, content, io::Durable::later);
  checksum_ = crc32c(content, checksum_);
  size_ += content.size();
  co_return Unit{};
}

Task<Unit> CheckpointFile::put_in_place(log::Position covers) {
  Buffer header(header_size);
  store_le<std::uint64_t>(header.data(), magic);
  store_le<std::uint32_t>(header.data() + 8, newest_version);
  store_le<std::uint64_t>(header.data() + 12, covers.value());
  store_le<std::uint64_t>(header.data() + 20, size_);
  store_le<std::uint32_t>(header.data() + checksum_at,
                          crc32c(ByteView(header).first(checksum_at), checksum_));
  co_await file_->write(0, header, io::Durable::later);
  co_await file_->sync();
  co_await disk_.rename(temporary(), path_);
  co_return Unit{};
}

Task<Unit> CheckpointFile::finish(log::Position covers) {
  Result<Unit> placed = co_await outcome(put_in_place(covers));
  if (!placed) {
    (void)co_await outcome(abandon());  // the first error is the news
    co_return placed;
  }
  co_await disk_.sync_directory(io::directory_of(path_));
  co_return Unit{};
}

Task<Unit> CheckpointFile::abandon() {
  file_.reset();
  co_await disk_.remove(temporary());
  co_return Unit{};
}

Result<Checkpoint> read_checkpoint(ByteView file, const std::string& path) {
  if (file.size() < header_size || load_le<std::uint64_t>(file.data()) != magic)
    return fail(ErrorKind::corrupt, path + " is not a checkpoint");
  const auto version = load_le<std::uint32_t>(file.data() + 8);
  if (version > newest_version)
    return fail(ErrorKind::unsupported, path + " was written by a newer Levada");
  const ByteView head = file.first(checksum_at), content = file.subspan(header_size);
  const std::uint32_t checksum =
      version == head_first ? crc32c(content, crc32c(head)) : crc32c(head, crc32c(content));
  if (load_le<std::uint64_t>(file.data() + 20) != content.size() ||
      load_le<std::uint32_t>(file.data() + checksum_at) != checksum)
    return fail(ErrorKind::corrupt, path + " fails its checksum");
  return Checkpoint{log::Position(load_le<std::uint64_t>(file.data() + 12)), content};
}

}  // namespace levada::state
