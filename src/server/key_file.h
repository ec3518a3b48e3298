#pragma once
// The key store's file for those who change it from outside the server: one at a time, and whole or
// not at all.

#include <string>

#include "base/result.h"
#include "keys/key_store.h"

namespace levada::server {

class KeyFile {
 public:
  // Waits until nobody else changes it. A file that is not there holds no keys. Errors: io,
  // corrupt.
  static Result<KeyFile> open(std::string path);
  KeyFile(KeyFile&& other) noexcept;
  KeyFile& operator=(KeyFile&&) = delete;
  ~KeyFile();

  keys::KeyStore& store() { return store_; }
  bool exists() const { return exists_; }
  Result<Unit> save();  // readable for its owner only; on stable storage when it returns

 private:
  KeyFile(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;
  bool exists_ = false;
  keys::KeyStore store_;
};

}  // namespace levada::server
