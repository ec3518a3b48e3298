#include "server/key_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "keys/key_text.h"

namespace levada::server {
namespace {

constexpr mode_t owner_only = 0600;

unexpected<Error> system_error(const char* verb, const std::string& path) {
  return fail(ErrorKind::io,
              std::string("cannot ") + verb + ' ' + path + ": " + std::strerror(errno));
}

Result<std::string> read_whole(int descriptor, const std::string& path) {
  std::string text;
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t got = ::read(descriptor, piece.data(), piece.size());
    if (got < 0) return system_error("read", path);
    if (got == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > count(keys::key_file_max))
      return fail(ErrorKind::too_large, path + " is too large for a key store");
  }
}

bool write_whole(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(descriptor, text.data(), text.size());
    if (put < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return ::fsync(descriptor) == 0;
}

Result<Unit> sync_directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == path.npos ? "." : path.substr(0, slash + 1);
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return system_error("open", directory);
  const bool done = ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (!done) return system_error("sync", directory);
  return Unit{};
}

}  // namespace

Result<KeyFile> KeyFile::open(std::string path) {
  const std::string lock_path = path + ".lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, owner_only);
  if (lock < 0) return system_error("open", lock_path);
  KeyFile file(std::move(path), lock);
  if (::flock(lock, LOCK_EX) != 0) return system_error("lock", lock_path);
  const int descriptor = ::open(file.path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return file;
  if (descriptor < 0) return system_error("open", file.path_);
  const Result<std::string> text = read_whole(descriptor, file.path_);
  ::close(descriptor);
  Result<keys::KeyStore> store = keys::read_key_store(TRY(text));
  if (!store) return fail(store.error().kind, file.path_ + ": " + store.error().message);
  file.store_ = std::move(*store);
  file.exists_ = true;
  return file;
}

KeyFile::KeyFile(KeyFile&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      exists_(other.exists_),
      store_(std::move(other.store_)) {}

KeyFile::~KeyFile() {
  if (lock_ >= 0) ::close(lock_);
}

Result<Unit> KeyFile::save() {
  const std::string fresh = path_ + ".edited";
  (void)::unlink(fresh.c_str());  // of an edit that was killed
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, owner_only);
  if (descriptor < 0) return system_error("create", fresh);
  const bool written = write_whole(descriptor, keys::write_key_store(store_));
  ::close(descriptor);
  if (!written) return system_error("write", fresh);
  // A server may have made its own key meanwhile: where there was no file, none is replaced.
  const bool placed = exists_ ? std::rename(fresh.c_str(), path_.c_str()) == 0
                              : ::link(fresh.c_str(), path_.c_str()) == 0;
  const Result<Unit> refused = placed ? Result<Unit>(Unit{}) : system_error("replace", path_);
  if (!placed || !exists_) (void)::unlink(fresh.c_str());  // it holds keys
  TRY(refused);
  exists_ = true;
  return sync_directory_of(path_);
}

}  // namespace levada::server
