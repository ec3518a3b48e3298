#include "io/disk.h"

#include <cstring>
#include <new>
#include <utility>

#include "base/check.h"
#include "io/path.h"

namespace levada::io {
namespace {

constexpr std::align_val_t alignment{direct_alignment};

Task<Unit> write_whole(Disk& disk, std::string path, ByteView content, Readers readers) {
  OpenOptions options{.create = true, .secret = readers == Readers::owner};
  std::unique_ptr<File> file = co_await disk.open(std::move(path), options);
  co_await file->truncate(0_B);
  co_await file->write(0, content, Durable::later);
  co_await file->sync();
  co_return Unit{};
}

}  // namespace

AlignedBuffer::AlignedBuffer(Bytes size)
    : size_((count(size) + direct_alignment - 1) / direct_alignment * direct_alignment) {
  if (size_ == 0) return;
  data_ = static_cast<std::byte*>(::operator new(size_, alignment));
  std::memset(data_, 0, size_);
}

AlignedBuffer::AlignedBuffer(AlignedBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

AlignedBuffer& AlignedBuffer::operator=(AlignedBuffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

AlignedBuffer::~AlignedBuffer() { ::operator delete(data_, alignment); }

Task<Unit> replace_file(Disk& disk, std::string path, ByteView content, Readers readers) {
  std::string temporary = path + ".new";
  Result<Unit> written = co_await outcome(write_whole(disk, temporary, content, readers));
  if (written) written = co_await outcome(disk.rename(temporary, path));
  if (!written) {
    (void)co_await outcome(disk.remove(temporary));  // best effort: the first error is the news
    co_return std::move(written);
  }
  co_await disk.sync_directory(directory_of(path));
  co_return Unit{};
}

Task<Buffer> read_file(Disk& disk, std::string path, Bytes size_max) {
  OpenOptions options{.write = false};
  std::unique_ptr<File> file = co_await disk.open(path, options);
  Bytes size = co_await file->size();
  if (size > size_max)
    co_return fail(ErrorKind::too_large, path + " has " + std::to_string(count(size)) +
                                             " bytes, more than the " +
                                             std::to_string(count(size_max)) + " it may have");
  Buffer content(count(size));
  std::size_t have = 0;
  while (have < content.size()) {
    MutableByteView rest = MutableByteView(content).subspan(have);
    std::size_t got = co_await file->read(have, rest);
    if (got == 0) break;
    have += got;
  }
  content.resize(have);
  co_return content;
}

}  // namespace levada::io
