#pragma once
// MappedFile: a file as bytes, of which only what is looked at is read.

#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

namespace levada::cli {

class MappedFile {
 public:
  static Result<MappedFile> open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  ByteView bytes() const { return bytes_; }

 private:
  explicit MappedFile(ByteView bytes) : bytes_(bytes) {}
  ByteView bytes_;
};

}  // namespace levada::cli
