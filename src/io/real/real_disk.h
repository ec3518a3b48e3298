#pragma once
// RealDisk: the machine's file system. Reads, writes and syncs go through the FileQueue; names and
// directories through the blocking thread.

#include "io/disk.h"
#include "io/real/blocking_thread.h"
#include "io/real/kernel.h"

namespace levada::io {

class RealDisk final : public Disk {
 public:
  RealDisk(FileQueue& queue, BlockingThread& blocking) : queue_(queue), blocking_(blocking) {}

  Task<std::unique_ptr<File>> open(std::string path, OpenOptions options) override;
  Task<Unit> remove(std::string path) override;
  Task<Unit> rename(std::string from, std::string to) override;
  Task<Unit> make_directory(std::string path) override;
  Task<std::vector<std::string>> list(std::string directory) override;
  Task<Unit> sync_directory(std::string directory) override;
  Task<Bytes> free_space(std::string directory) override;

 private:
  FileQueue& queue_;
  BlockingThread& blocking_;
};

}  // namespace levada::io
