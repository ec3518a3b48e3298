#include "kinesis/lineage.h"

namespace levada::kinesis {

std::vector<ChildShard> children_of(const catalog::Stream& stream, catalog::ShardIndex parent) {
  std::vector<ChildShard> children;
  for (const catalog::Shard& shard : stream.shards) {
    if (shard.parent != parent && shard.adjacent_parent != parent) continue;
    ChildShard& child = children.emplace_back(ChildShard{shard.index, {}, shard.range});
    if (shard.parent) child.parents.push_back(*shard.parent);
    if (shard.adjacent_parent) child.parents.push_back(*shard.adjacent_parent);
  }
  return children;
}

}  // namespace levada::kinesis
