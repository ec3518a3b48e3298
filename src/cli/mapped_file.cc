#include "cli/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/exit_code.h"

namespace levada::cli {

Result<MappedFile> MappedFile::open(const std::string& path) {
  const auto failed = [&path] {
    return fail_as(ExitCode::general, path + ": " + std::strerror(errno));
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed();
  struct stat state {};
  if (::fstat(file, &state) != 0) {
    auto why = failed();
    ::close(file);
    return why;
  }
  const auto size = static_cast<std::size_t>(state.st_size);
  void* const at = size == 0 ? nullptr : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  auto why = failed();
  ::close(file);
  if (at == MAP_FAILED) return why;
  return MappedFile(ByteView(static_cast<const std::byte*>(at), size));
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace levada::cli
