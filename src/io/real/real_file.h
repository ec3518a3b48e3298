#pragma once
// RealFile: one open file descriptor.

#include "io/disk.h"
#include "io/real/blocking_thread.h"
#include "io/real/kernel.h"

namespace levada::io {

class RealFile final : public File {
 public:
  RealFile(FileQueue& queue, BlockingThread& blocking, int descriptor, std::string path)
      : queue_(queue), blocking_(blocking), descriptor_(descriptor), path_(std::move(path)) {}
  ~RealFile() override;

  Task<std::size_t> read(std::uint64_t offset, MutableByteView into) override;
  Task<Unit> write(std::uint64_t offset, ByteView from, Durable durable) override;
  Task<Unit> sync() override;
  Task<Unit> preallocate(Bytes size) override;
  Task<Unit> truncate(Bytes size) override;
  Task<Bytes> size() override;
  const std::string& path() const override { return path_; }

 private:
  FileQueue& queue_;
  BlockingThread& blocking_;
  int descriptor_;
  std::string path_;
};

}  // namespace levada::io
