#include "io/real/real_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/check.h"
#include "io/real/system_error.h"

namespace levada::io {
namespace {

// Zeros are written in pieces of this size, one in flight: 256 KiB take the disk of limits.md about
// 0.1 ms, so a flush that comes meanwhile waits no longer than that.
constexpr std::size_t zeros_size = 256 << 10;

alignas(direct_alignment) constinit std::byte zeros[zeros_size] = {};

int number(std::int64_t result) { return static_cast<int>(-result); }

}  // namespace

RealFile::~RealFile() { ::close(descriptor_); }

Task<std::size_t> RealFile::read(std::uint64_t offset, MutableByteView into) {
  std::size_t have = 0;
  while (have < into.size()) {
    FileWait wait{queue_,
                  {FileOperation::Kind::read, descriptor_, offset + have, into.data() + have,
                   into.size() - have}};
    std::int64_t got = co_await wait;
    if (got == -EINTR || got == -EAGAIN) continue;
    if (got < 0) co_return system_error(number(got), "read", path_);
    have += static_cast<std::size_t>(got);
    if (got == 0 || have % direct_alignment != 0) break;  // the end of the file
  }
  co_return have;
}

Task<Unit> RealFile::write(std::uint64_t offset, ByteView from, Durable durable) {
  auto kind = durable == Durable::now ? FileOperation::Kind::write_durably  //
                                      : FileOperation::Kind::write;
  while (!from.empty()) {
    FileWait wait{queue_,
                  {kind, descriptor_, offset, const_cast<std::byte*>(from.data()), from.size()}};
    std::int64_t written = co_await wait;
    if (written == -EINTR || written == -EAGAIN) continue;
    if (written < 0) co_return system_error(number(written), "write", path_);
    if (written == 0) co_return fail(ErrorKind::io, "write " + path_ + ": nothing was written");
    offset += static_cast<std::uint64_t>(written);
    from = from.subspan(static_cast<std::size_t>(written));
  }
  co_return Unit{};
}

Task<Unit> RealFile::sync() {
  FileWait wait{queue_, {FileOperation::Kind::sync, descriptor_}};
  std::int64_t result = co_await wait;
  if (result < 0) co_return system_error(number(result), "sync", path_);
  co_return Unit{};
}

Task<Unit> RealFile::preallocate(Bytes size) {
  std::uint64_t end = count(size);
  std::uint64_t offset = count(co_await this->size());
  if (offset >= end) co_return Unit{};
  offset = (offset + direct_alignment - 1) / direct_alignment * direct_alignment;

  FileWait reserve{queue_, {FileOperation::Kind::reserve, descriptor_, 0, nullptr, end}};
  std::int64_t reserved = co_await reserve;
  if (reserved < 0 && reserved != -EOPNOTSUPP)
    co_return system_error(number(reserved), "reserve space for", path_);
  while (offset < end) {
    ByteView piece = ByteView(zeros).first(std::min<std::uint64_t>(zeros_size, end - offset));
    co_await write(offset, piece, Durable::later);
    offset += piece.size();
  }
  co_await sync();
  co_return Unit{};
}

Task<Unit> RealFile::truncate(Bytes size) {
  auto change = [this, size]() -> Result<Unit> {
    if (ftruncate(descriptor_, static_cast<off_t>(count(size))) != 0)
      return system_error(errno, "truncate", path_);
    return Unit{};
  };
  BlockingWait wait(blocking_, change);
  co_return co_await wait;
}

Task<Bytes> RealFile::size() {
  struct stat status;  // in memory once the file is open: no need to leave the reactor
  if (fstat(descriptor_, &status) != 0) co_return system_error(errno, "look at", path_);
  co_return Bytes{static_cast<std::uint64_t>(status.st_size)};
}

}  // namespace levada::io
