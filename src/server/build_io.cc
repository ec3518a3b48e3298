#include "server/build_io.h"

#include <algorithm>
#include <thread>

namespace levada::server {
namespace {

io::IoBackend backend(IoChoice choice) {
  switch (choice) {
    case IoChoice::automatic:
      return io::IoBackend::automatic;
    case IoChoice::uring:
      return io::IoBackend::uring;
    case IoChoice::epoll:
      return io::IoBackend::epoll;
  }
  CHECK(false);
  return io::IoBackend::automatic;
}

}  // namespace

std::uint32_t reactor_count(const Configuration& configuration) {
  const auto asked = static_cast<std::uint32_t>(configuration.reactors);
  return asked != 0 ? asked : std::max(1u, std::thread::hardware_concurrency());
}

Result<IoFloor> build_io(const Configuration& configuration, io::EventLog& log) {
  io::DirectoryLock lock = TRY(io::DirectoryLock::take(configuration.data_dir));
  std::unique_ptr<io::Reactors> reactors = TRY(io::Reactors::start(
      {.count = reactor_count(configuration), .backend = backend(configuration.io), .pin = true}));
  log.info("reactors run",
           {{"count", reactors->size()},
            {"kernel", reactors->backend() == io::IoBackend::uring ? "io_uring" : "epoll"}});
  if (configuration.io == IoChoice::automatic && reactors->backend() == io::IoBackend::epoll)
    log.warning("this system refuses io_uring; the disk is slower by way of threads");
  return IoFloor{std::move(lock), std::move(reactors)};
}

}  // namespace levada::server
