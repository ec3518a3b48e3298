// The operator's files: settings and credentials end in an error that names the line, or in values.

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "base/check.h"
#include "server/toml_file.h"

using namespace levada;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = memfd_create("settings", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  CHECK(ftruncate(file, 0) == 0);
  CHECK(pwrite(file, data, size, 0) == static_cast<ssize_t>(size));
  (void)server::read_settings(path);
  if (const auto credentials = server::read_credentials(path))
    for (const server::Credential& each : *credentials)
      CHECK(!each.access_key.empty() && !each.secret_key.empty());
  return 0;
}
