#pragma once
// HealthWatch: looks at every reactor's journals once a second, tells the console when one has
// failed for good, and gives memory back when they have come to rest.

#include <memory>
#include <vector>

#include "server/build_io.h"
#include "server/build_log.h"
#include "server/server_state.h"
#include "server/upkeep.h"

namespace levada::server {

class HealthWatch {
 public:
  HealthWatch(IoFloor& ground, LogFloor& logs, ServerState& state);
  void stop();

 private:
  io::Reactors& reactors_;
  std::vector<std::unique_ptr<Upkeep>> watches_;
};

}  // namespace levada::server
