#include "io/real/real_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include "io/path.h"
#include "io/real/real_file.h"
#include "io/real/system_error.h"

namespace levada::io {
namespace {

constexpr mode_t file_mode = 0640;  // the group may read, others nothing
constexpr mode_t secret_mode = 0600;
constexpr int directory_mode = 0750;

int flags_of(OpenOptions options) {
  int flags = O_CLOEXEC | (options.write ? O_RDWR : O_RDONLY);
  if (options.create) flags |= O_CREAT;
  if (options.exclusive) flags |= O_EXCL;
  if (options.direct) flags |= O_DIRECT;
  return flags;
}

Result<int> open_descriptor(const std::string& path, int flags, mode_t mode = file_mode) {
  int descriptor = ::open(path.c_str(), flags, mode);
  if (descriptor < 0) return system_error(errno, "open", path);
  return descriptor;
}

Result<Unit> sync_names(const std::string& directory) {
  int descriptor = TRY(open_descriptor(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  int result = fsync(descriptor);
  int error = errno;
  ::close(descriptor);
  if (result != 0) return system_error(error, "sync", directory);
  return Unit{};
}

Result<Unit> make_with_parents(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (::mkdir(path.c_str(), directory_mode) == 0) return sync_names(directory_of(path));
  if (errno == ENOENT) {
    std::string parent = directory_of(path);
    if (parent == path) return system_error(ENOENT, "make directory", path);
    TRY(make_with_parents(parent));
    return make_with_parents(path);
  }
  int error = errno;
  struct stat status;
  if (error == EEXIST && stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return Unit{};
  return system_error(error, "make directory", path);
}

Result<std::vector<std::string>> names_in(const std::string& directory) {
  DIR* stream = opendir(directory.c_str());
  if (stream == nullptr) return system_error(errno, "list", directory);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(stream)) {
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  int error = errno;
  closedir(stream);
  if (error != 0) return system_error(error, "list", directory);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Task<std::unique_ptr<File>> RealDisk::open(std::string path, OpenOptions options) {
  BlockingWait wait(blocking_, [&path, options] {
    return open_descriptor(path, flags_of(options), options.secret ? secret_mode : file_mode);
  });
  Result<int> opened = co_await wait;
  int descriptor = co_await std::move(opened);
  std::unique_ptr<File> made =
      std::make_unique<RealFile>(queue_, blocking_, descriptor, std::move(path));
  co_return made;
}

Task<Unit> RealDisk::remove(std::string path) {
  BlockingWait wait(blocking_, [&path]() -> Result<Unit> {
    if (::remove(path.c_str()) != 0) return system_error(errno, "remove", path);
    return Unit{};
  });
  co_return co_await wait;
}

Task<Unit> RealDisk::rename(std::string from, std::string to) {
  BlockingWait wait(blocking_, [&from, &to]() -> Result<Unit> {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_error(errno, "rename", from);
    return Unit{};
  });
  co_return co_await wait;
}

Task<Unit> RealDisk::make_directory(std::string path) {
  BlockingWait wait(blocking_, [&path] { return make_with_parents(path); });
  co_return co_await wait;
}

Task<std::vector<std::string>> RealDisk::list(std::string directory) {
  BlockingWait wait(blocking_, [&directory] { return names_in(directory); });
  co_return co_await wait;
}

Task<Unit> RealDisk::sync_directory(std::string directory) {
  BlockingWait wait(blocking_, [&directory] { return sync_names(directory); });
  co_return co_await wait;
}

Task<Bytes> RealDisk::free_space(std::string directory) {
  BlockingWait wait(blocking_, [&directory]() -> Result<Bytes> {
    struct statvfs status;
    if (statvfs(directory.c_str(), &status) != 0) return system_error(errno, "look at", directory);
    return Bytes{status.f_bavail * status.f_frsize};
  });
  co_return co_await wait;
}

}  // namespace levada::io
