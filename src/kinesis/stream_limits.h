#pragma once
// StreamLimits: limits of one stream's shards that are not the server's. They stand in a tag of the
// stream, so that every client can set them and the catalog keeps them:
//
//   levada.shard-limits = off | RECORDS/BYTES          as in "5000/4194304", each a second

#include <optional>
#include <string>

#include "catalog/stream.h"
#include "kinesis/throttle.h"

namespace levada::kinesis {

inline const std::string limits_tag = "levada.shard-limits";

// nullopt: not one of the forms.
std::optional<ShardLimits> parse_stream_limits(std::string_view text);

// What the tag says; empty without it.
const std::string& limits_text(const catalog::Stream& stream);
ShardLimits limits_of(const catalog::Stream& stream, const ShardLimits& server);

}  // namespace levada::kinesis
