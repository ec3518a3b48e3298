#pragma once
// UnloadedFile: a file that Timestream's UNLOAD wrote, CSV or CSV.gz, from its begin to its end in
// pieces.

#include <cstdio>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace levada::cli {

class UnloadedFile {
 public:
  static Result<UnloadedFile> open(const std::string& path);
  UnloadedFile(UnloadedFile&&) noexcept;
  UnloadedFile& operator=(UnloadedFile&&) noexcept;
  ~UnloadedFile();

  // Fills some of `into`; 0: the end. Errors: cannot be read, is no gzip, is cut off.
  Result<std::size_t> read(MutableByteView into);
  std::uint64_t position() const { return position_; }  // of the file as it lies there
  std::uint64_t size() const { return size_; }

 private:
  struct Inflate;
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  UnloadedFile(std::string path, std::unique_ptr<std::FILE, Close> file);

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::unique_ptr<Inflate> inflate_;  // null: the file is plain
  std::uint64_t position_ = 0, size_ = 0;
};

}  // namespace levada::cli
