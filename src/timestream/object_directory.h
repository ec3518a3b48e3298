#pragma once
// ObjectDirectory: what stands for S3 on this machine. The object s3://bucket/key is the file
// bucket/key below one root. UNLOAD and reports write there, batch load reads from it.

#include <memory>
#include <string>
#include <vector>

#include "io/disk.h"

namespace levada::timestream {

class ObjectDirectory {
 public:
  // The disk outlives it.
  ObjectDirectory(io::Disk& disk, std::string root) : disk_(disk), root_(std::move(root)) {}

  // Names that could lead out of the root are invalid.
  Result<std::string> path_of(const std::string& bucket, const std::string& key) const;

  // Durable when it resolves; replaces what was there.
  Task<Unit> put(std::string bucket, std::string key, Buffer content);
  // Errors: not_found, too_large.
  Task<Buffer> get(std::string bucket, std::string key, Bytes size_max);
  Task<std::unique_ptr<io::File>> open(std::string bucket, std::string key);
  // The keys that begin so, sorted. An unknown bucket has none.
  Task<std::vector<std::string>> list(std::string bucket, std::string prefix);

 private:
  Task<Unit> add_keys(std::string directory, std::string keys_before, std::size_t depth,
                      std::string prefix, std::vector<std::string>& keys);

  io::Disk& disk_;
  std::string root_;
};

// "s3://bucket/key/prefix" taken apart.
struct ObjectPlace {
  std::string bucket, key;
};
Result<ObjectPlace> object_place_of(const std::string& address);

}  // namespace levada::timestream
