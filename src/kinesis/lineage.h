#pragma once
// Who follows a closed shard.

#include <vector>

#include "catalog/stream.h"
#include "kinesis/read.h"

namespace levada::kinesis {

// The children of a shard, each with all its parents; by index.
std::vector<ChildShard> children_of(const catalog::Stream& stream, catalog::ShardIndex parent);

}  // namespace levada::kinesis
