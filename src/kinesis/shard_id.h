#pragma once
// Shard ids: "shardId-" and twelve digits; input is loose (spec kinesis 7.3).

#include <optional>
#include <string>
#include <string_view>

#include "catalog/stream.h"

namespace levada::kinesis {

inline constexpr std::size_t shard_id_size = 20;

std::string shard_id(catalog::ShardIndex index);
// Exactly shard_id_size characters; returns where they end.
char* write_shard_id(catalog::ShardIndex index, char* to);

// "0", "shardId-0" and "x-000000000000" all mean shard 0; nullopt: no shard is named like that.
std::optional<catalog::ShardIndex> parse_shard_id(std::string_view text);

}  // namespace levada::kinesis
