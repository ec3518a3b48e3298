#pragma once
// Floor 0: what everything else stands on. Outlives all other floors.

#include <memory>

#include "base/metrics.h"
#include "io/event_log.h"
#include "io/real/directory_lock.h"
#include "io/real/reactors.h"
#include "server/configuration.h"

namespace levada::server {

struct IoFloor {
  io::DirectoryLock lock;
  std::unique_ptr<io::Reactors> reactors;

  std::uint32_t size() const { return reactors->size(); }
};

// How many reactors this configuration asks for on this machine.
std::uint32_t reactor_count(const Configuration& configuration);

Result<IoFloor> build_io(const Configuration& configuration, io::EventLog& log);

}  // namespace levada::server
