#pragma once
// File operations by ordinary system calls on the blocking thread, one at a time.

#include "io/real/blocking_thread.h"
#include "io/real/kernel.h"

namespace levada::io {

class BlockingFileQueue final : public FileQueue {
 public:
  explicit BlockingFileQueue(BlockingThread& thread) : thread_(thread) {}
  void submit(FileOperation& operation) override;

 private:
  BlockingThread& thread_;
};

}  // namespace levada::io
