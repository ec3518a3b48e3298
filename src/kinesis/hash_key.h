#pragma once
// From a partition key, or an explicit hash key, to the shard that takes the record.

#include <optional>
#include <string_view>

#include "base/uint128.h"
#include "catalog/stream.h"

namespace levada::kinesis {

// MD5 of the key as an unsigned big-endian number (API_PutRecord: "PartitionKey").
Uint128 hash_of(std::string_view partition_key);

// nullopt: not a decimal number below 2^128.
std::optional<Uint128> parse_hash_key(std::string_view text);

// The open shard whose range holds the key. The stream has open shards.
const catalog::Shard& route(const catalog::Stream& stream, Uint128 key);

}  // namespace levada::kinesis
