#pragma once
// `levada stream export`: a stream's records as files, one for each shard, up to the moment at
// which it reaches the tip. Run again, it goes on behind the last whole line of each file.

#include <string>
#include <vector>

#include "cli/stream_service.h"

namespace levada::cli {

// Into `directory`/SHARD.jsonl; all shards, or those that are named.
Result<Unit> export_stream(StreamService& service, const std::string& directory,
                           const std::vector<std::string>& only);

}  // namespace levada::cli
