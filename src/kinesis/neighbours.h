#pragma once
// Neighbours: from a partition to the host that owns it, on whatever reactor that is.

#include <vector>

#include "kinesis/shard_host.h"

namespace levada::kinesis {

class Neighbours {
 public:
  // `hosts` by journal.
  Neighbours(const log::Journals& journals, std::vector<ShardHost*> hosts)
      : journals_(journals), hosts_(std::move(hosts)) {}

  std::size_t journal_of(log::PartitionId partition) const { return journals_.index_of(partition); }
  std::size_t journals() const { return journals_.size(); }

  // Runs what `make(ShardHost&)` makes where the journal lives and brings the result home.
  template <class Make>
  auto at_journal(io::Reactor& home, std::size_t journal, Make make) const {
    ShardHost& host = *hosts_[journal];
    return io::call(home, journals_.at(journal).reactor,
                    [&host, make = std::move(make)] { return make(host); });
  }
  template <class Make>
  auto at(io::Reactor& home, log::PartitionId partition, Make make) const {
    return at_journal(home, journal_of(partition), std::move(make));
  }

 private:
  const log::Journals& journals_;
  std::vector<ShardHost*> hosts_;
};

}  // namespace levada::kinesis
