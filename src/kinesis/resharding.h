#pragma once
// Resharding: closing shards and opening their successors, as edits of one stream's next version.
// The open shards tile the key space after each.

#include "catalog/stream.h"

namespace levada::kinesis {

class Resharding {
 public:
  // Partitions are numbered from `next_partition` on.
  Resharding(catalog::Stream& stream, std::uint64_t next_partition, UnixMillis now)
      : stream_(stream), next_partition_(next_partition), now_(now) {}

  // `second_first` begins the second child; strictly inside the shard.
  void split(catalog::ShardIndex shard, Uint128 second_first);
  // `second` begins where `first` ends.
  void merge(catalog::ShardIndex first, catalog::ShardIndex second);

  // AWS's way (observed by shard totals): up, every open shard is halved until there are enough,
  // then neighbours are merged down to the target; down, neighbours are merged repeatedly. False:
  // the shards are too narrow to be halved.
  bool scale_to(std::uint32_t target);

  std::uint64_t next_partition() const { return next_partition_; }

 private:
  UnixMillis close(catalog::ShardIndex shard);
  catalog::Shard& open(catalog::HashRange range, UnixMillis parents_closed);
  std::vector<catalog::ShardIndex> open_by_range() const;
  // Up to `most` pairs of neighbours, none twice: the narrowest first, among equals the lowest.
  void merge_smallest(const std::vector<catalog::ShardIndex>& open, std::size_t most);

  catalog::Stream& stream_;
  std::uint64_t next_partition_;
  UnixMillis now_;
};

}  // namespace levada::kinesis
