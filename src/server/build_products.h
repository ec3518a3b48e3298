#pragma once
// Floors 2 and 4: the catalog, and on each reactor the planes of Kinesis.

#include <memory>
#include <vector>

#include "catalog/catalog.h"
#include "kinesis/lifecycle.h"
#include "kinesis/local_control_plane.h"
#include "kinesis/local_data_plane.h"
#include "kinesis/neighbours.h"
#include "kinesis/subscription_desk.h"
#include "server/build_io.h"
#include "server/build_log.h"
#include "server/upkeep.h"

namespace levada::server {

class ProductFloor {
 public:
  // When this returns, every stream there is stands in every reactor's table, and what a restart
  // interrupted goes on.
  static Result<std::unique_ptr<ProductFloor>> build(const Configuration& configuration,
                                                     IoFloor& ground, LogFloor& logs);

  kinesis::DataPlane& data(io::ReactorIndex index) { return *here(index).data; }
  kinesis::ControlPlane& control(io::ReactorIndex index) { return *here(index).control; }

  // Ends what runs beside requests; nothing may be asked after this.
  void close();

 private:
  struct OnReactor {
    catalog::StreamTable table;
    std::unique_ptr<kinesis::ShardHost> host;
    std::unique_ptr<kinesis::SubscriptionDesk> desk;
    std::unique_ptr<kinesis::LocalDataPlane> data;
    std::unique_ptr<kinesis::LocalControlPlane> control;
    std::unique_ptr<Upkeep> retention;
  };

  ProductFloor(const Configuration& configuration, IoFloor& ground, LogFloor& logs);
  Result<Unit> open(const Configuration& configuration);
  void build_planes(const kinesis::TokenKey& key);
  OnReactor& here(io::ReactorIndex index) { return *reactors_[index.value()]; }
  io::ReactorIndex catalog_home() const { return logs_.home(0); }  // its partition is number 0

  IoFloor& ground_;
  LogFloor& logs_;
  kinesis::ControlOptions control_options_;
  std::vector<std::unique_ptr<OnReactor>> reactors_;
  std::unique_ptr<kinesis::Neighbours> neighbours_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<kinesis::Lifecycle> lifecycle_;
  std::unique_ptr<Upkeep> shard_expiry_;
};

}  // namespace levada::server
