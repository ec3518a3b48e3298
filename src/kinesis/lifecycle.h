#pragma once
// Lifecycle: what happens to streams by themselves. Brings creating, updating and deleting to their
// end when they are due, also after a restart; closes parents before their children are seen; drops
// the partitions of what is gone. On the catalog's reactor.

#include "catalog/catalog.h"
#include "io/gate.h"
#include "kinesis/neighbours.h"

namespace levada::kinesis {

class Lifecycle final : public catalog::Witness {
 public:
  Lifecycle(catalog::Catalog& catalog, const Neighbours& neighbours);

  // Takes up what a restart left unfinished.
  Task<Unit> resume();
  // Ends what is due of this stream now.
  Task<Unit> finish(catalog::StreamId stream);
  // Closed shards whose last record is too old leave their streams.
  Task<Unit> expire_shards();
  Task<Unit> stop() { return gate_.close(); }

  Task<Unit> before_publication(const std::vector<catalog::StreamStep>& steps) override;
  Task<Unit> after_publication(const std::vector<catalog::StreamStep>& steps) override;

 private:
  void watch(const catalog::Stream& stream);
  Task<Unit> finish_when_due(catalog::StreamId stream, UnixMillis due);
  Task<Unit> drop(log::PartitionId partition);

  catalog::Catalog& catalog_;
  const Neighbours& neighbours_;
  io::Gate gate_;
};

}  // namespace levada::kinesis
