#pragma once
// Service: Kinesis, put together. Made by the server on top of the journals; hands out the two
// planes of each reactor.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "io/disk.h"
#include "io/random.h"
#include "kinesis/control_plane.h"
#include "kinesis/data_plane.h"
#include "kinesis/local_control_plane.h"
#include "kinesis/on_demand.h"
#include "kinesis/throttle.h"
#include "log/journals.h"

namespace levada::kinesis {

struct ServiceOptions {
  std::string directory;  // of the data folder: the catalog's checkpoint and the token key
  std::string key_store;  // the file of the master keys; empty: `keys` in the directory
  ShardLimits limits;
  ControlOptions control;
  MetricsRegistry* metrics = nullptr;                  // null: nobody reads them
  Nanos retention_interval = std::chrono::minutes(1);  // between two looks for what is too old
  Nanos key_interval = std::chrono::seconds(1);        // between two looks at the key store
  Nanos on_demand_window = std::chrono::minutes(1);    // how long load is measured before scaling
};

struct ReactorDoors {
  io::Reactor& reactor;
  io::Random& random;
};

class Service {
 public:
  // `reactors` by ReactorIndex, all of them. `disk` belongs to the catalog's reactor.
  Service(std::vector<ReactorDoors> reactors, const log::Journals& journals, io::Disk& disk,
          ServiceOptions options);
  ~Service();

  // On the catalog's reactor: journals.of(log::catalog_partition).reactor. The planes may be used
  // when it has resolved; stop() before they go away, when nobody calls them any more.
  Task<Unit> open();
  Task<Unit> stop();

  // Makes the server's own master key where the key store has none. On the catalog's reactor.
  Task<Unit> make_own_key();

  DataPlane& data(io::ReactorIndex reactor);
  ControlPlane& control(io::ReactorIndex reactor);

 private:
  struct Room;  // what lives on one reactor

  Task<Unit> keep_retention(Room& room);
  Task<Unit> keep_keys(Room& room);
  Task<Unit> keep_scaling(Room& room);
  Task<Unit> keep_metrics(Room& room);
  Task<Unit> open_room(Room& room, TokenKey key);

  log::Journals journals_;
  io::Disk& disk_;
  io::Random& random_;
  ServiceOptions options_;
  std::optional<MetricsRegistry> unread_;  // metrics that nobody asked for
  std::vector<std::unique_ptr<Room>> rooms_;
  std::unique_ptr<Neighbours> neighbours_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<Lifecycle> lifecycle_;
  std::unique_ptr<KeyKeeper> keeper_;
  std::unique_ptr<OnDemand> on_demand_;
};

}  // namespace levada::kinesis
