#pragma once
// DirectoryLock: one process uses a data directory, not two. Held by the kernel for as long as the
// process lives, so that nothing is left behind by a kill -9.

#include <string>

#include "base/result.h"

namespace levada::io {

class DirectoryLock {
 public:
  // Makes the directory (and its parents) if it is not there. Errors: exists (another process holds
  // it; names its id), io (cannot be made, read or written).
  static Result<DirectoryLock> take(const std::string& directory);

  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace levada::io
