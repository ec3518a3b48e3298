#pragma once
// Where records of a sink end in each shard, and the shards in the order in which they are read.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connect/kinesis_port.h"

namespace levada::connect {

using SequenceNumbers = std::map<std::string, std::string>;  // by shard

// "shard number,shard number", and back.
std::string text_of(const SequenceNumbers& positions);
SequenceNumbers positions_of(std::string_view text);

// Of sequence numbers: decimal numbers of any length.
bool is_below(std::string_view a, std::string_view b);

// Parents before their children, so that a key's records come in their order.
std::vector<ShardInfo> parents_first(std::vector<ShardInfo> shards);

}  // namespace levada::connect
