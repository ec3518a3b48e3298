#include "io/sim/sim_disk.h"

#include <algorithm>

#include "base/check.h"

namespace levada::io {

class SimFile final : public File {
 public:
  SimFile(SimDisk& disk, std::shared_ptr<SimInode> inode, std::string path, OpenOptions options)
      : disk_(disk), inode_(std::move(inode)), path_(std::move(path)), options_(options) {}

  Task<std::size_t> read(std::uint64_t offset, MutableByteView into) override;
  Task<Unit> write(std::uint64_t offset, ByteView from, Durable durable) override;
  Task<Unit> sync() override;
  Task<Unit> preallocate(Bytes size) override;
  Task<Unit> truncate(Bytes size) override;
  Task<Bytes> size() override { co_return Bytes{inode_->size()}; }
  const std::string& path() const override { return path_; }

 private:
  Result<Unit> check_access(const char* deed, std::uint64_t offset, const std::byte* data,
                            std::size_t size) const;

  SimDisk& disk_;
  std::shared_ptr<SimInode> inode_;
  std::string path_;
  OpenOptions options_;
};

Result<Unit> SimFile::check_access(const char* deed, std::uint64_t offset, const std::byte* data,
                                   std::size_t size) const {
  bool aligned = offset % direct_alignment == 0 && size % direct_alignment == 0 &&
                 reinterpret_cast<std::uintptr_t>(data) % direct_alignment == 0;
  if (!options_.direct || aligned) return Unit{};
  return fail(ErrorKind::io, std::string(deed) + " " + path_ + ": Invalid argument");
}

Task<std::size_t> SimFile::read(std::uint64_t offset, MutableByteView into) {
  co_await check_access("read", offset, into.data(), into.size());
  SimEvents::Delay delay(disk_.events_, disk_.some_latency());
  co_await delay;
  co_await disk_.fault(SimFileDeed::read, path_, disk_.behaviour_.read_error_chance);
  if (offset >= inode_->size()) co_return std::size_t{0};
  auto length =
      static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), inode_->size() - offset));
  inode_->read(offset, into.first(length));
  co_return length;
}

Task<Unit> SimFile::write(std::uint64_t offset, ByteView from, Durable durable) {
  if (!options_.write) co_return fail(ErrorKind::io, "write " + path_ + ": Bad file descriptor");
  co_await check_access("write", offset, from.data(), from.size());
  std::uint64_t more = inode_->space_after_write(offset, from.size()) - inode_->space();
  if (more > 0) co_await disk_.storage_.make_room(more, path_);

  auto& in_flight = disk_.storage_.writes_in_flight();
  auto self = in_flight.insert(in_flight.end(), {inode_, offset, from});
  SimEvents::Delay delay(disk_.events_, disk_.some_latency());
  co_await delay;
  in_flight.erase(self);

  Result<Unit> fault = disk_.fault(SimFileDeed::write, path_, disk_.behaviour_.write_error_chance);
  if (!fault) {  // the bytes there are undefined now
    if (fault.error().kind != ErrorKind::disk_full)
      inode_->tear(offset, from, disk_.events_.dice());
    co_return fault;
  }
  inode_->write(offset, from);
  if (durable == Durable::now) inode_->make_durable(offset, from.size());
  co_return Unit{};
}

Task<Unit> SimFile::sync() {
  SimInode::Snapshot snapshot = inode_->begin_sync();
  SimEvents::Delay delay(disk_.events_, disk_.some_latency());
  co_await delay;
  Result<Unit> fault = disk_.fault(SimFileDeed::sync, path_, disk_.behaviour_.sync_error_chance);
  if (!fault) {
    inode_->fail_sync(snapshot);
    co_return fault;
  }
  inode_->end_sync(snapshot);
  co_return Unit{};
}

Task<Unit> SimFile::preallocate(Bytes size) {
  std::uint64_t end = count(size);
  if (end <= inode_->size()) co_return Unit{};
  if (end > inode_->space()) {
    co_await disk_.storage_.make_room(end - inode_->space(), path_);
    inode_->reserve(end);
  }
  constexpr std::uint64_t piece = 256 << 10;  // as the real one writes its zeros
  co_await disk_.fault(SimFileDeed::preallocate, path_, 0);
  while (inode_->size() < end) {
    SimEvents::Delay delay(disk_.events_, disk_.some_latency());
    co_await delay;
    inode_->resize(std::min(inode_->size() + piece, end));
  }
  co_return co_await outcome(sync());
}

Task<Unit> SimFile::truncate(Bytes size) {
  SimEvents::Delay delay(disk_.events_, disk_.some_latency());
  co_await delay;
  inode_->resize(count(size));
  co_return Unit{};
}

Nanos SimDisk::some_latency() {
  if (events_.dice().chance(behaviour_.stall_chance))
    return events_.between(behaviour_.latency_max, behaviour_.stall_max);
  return events_.between(behaviour_.latency_min, behaviour_.latency_max);
}

Result<Unit> SimDisk::fault(SimFileDeed deed, const std::string& path, double chance) {
  if (chance > 0 && events_.dice().chance(chance))
    return fail(ErrorKind::io, path + ": Input/output error (by chance)");
  return storage_.fault(deed, path);
}

Task<std::unique_ptr<File>> SimDisk::open(std::string path, OpenOptions options) {
  SimEvents::Delay delay(events_, some_latency());
  co_await delay;
  co_await fault(SimFileDeed::open, path, 0);
  std::shared_ptr<SimInode> inode = co_await storage_.open(path, options.create, options.exclusive);
  std::unique_ptr<File> file =
      std::make_unique<SimFile>(*this, std::move(inode), std::move(path), options);
  co_return file;
}

Task<Unit> SimDisk::remove(std::string path) {
  SimEvents::Delay delay(events_, some_latency());
  co_await delay;
  co_await fault(SimFileDeed::remove, path, 0);
  Result<Unit> done = storage_.remove(path);
  SimEvents::Delay answer(events_, some_latency());
  co_await answer;
  co_return done;
}

Task<Unit> SimDisk::rename(std::string from, std::string to) {
  SimEvents::Delay delay(events_, some_latency());
  co_await delay;
  co_await fault(SimFileDeed::rename, from, 0);
  Result<Unit> done = storage_.rename(from, to);
  SimEvents::Delay answer(events_, some_latency());
  co_await answer;
  co_return done;
}

Task<Unit> SimDisk::make_directory(std::string path) {
  SimEvents::Delay delay(events_, some_latency());
  co_await delay;
  co_return storage_.make_directory(std::move(path));
}

Task<std::vector<std::string>> SimDisk::list(std::string directory) {
  SimEvents::Delay delay(events_, some_latency());
  co_await delay;
  co_return storage_.list(directory);
}

Task<Unit> SimDisk::sync_directory(std::string directory) {
  std::uint64_t before_change = storage_.name_changes();
  SimEvents::Delay delay(events_, some_latency());
  co_await delay;
  co_await fault(SimFileDeed::sync_directory, directory, 0);
  if (!storage_.has_directory(directory))
    co_return fail(ErrorKind::not_found, "sync " + directory + ": No such file or directory");
  storage_.sync_directory(directory, before_change);
  co_return Unit{};
}

Task<Bytes> SimDisk::free_space(std::string) {
  std::uint64_t used = count(storage_.used());
  co_return Bytes{storage_.capacity() > used ? storage_.capacity() - used : 0};
}

}  // namespace levada::io
