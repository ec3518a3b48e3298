#pragma once
// Where reading begins: GetShardIterator's five types and SubscribeToShard's, with every check in
// the service's order (spec kinesis 7.2, 8).

#include "kinesis/caller.h"
#include "kinesis/neighbours.h"
#include "kinesis/read.h"
#include "kinesis/refusal.h"

namespace levada::kinesis {

struct StartAsk {
  StartType type;
  std::string_view sequence_number;  // empty: absent
  std::optional<UnixMillis> timestamp;
};

// Everything that can be refused without asking the shard's owner. Returns the position that
// the ask names, except for latest and at_timestamp, which only the owner knows.
Result<std::optional<log::Position>> check_start(const catalog::Stream& stream,
                                                 const catalog::Shard& shard, const StartAsk& ask,
                                                 std::string_view shown_stream,
                                                 std::string_view account, UnixMillis now);

// Where the first record to be read is, or will be.
Task<log::Position> find_start(io::Reactor& home, const Neighbours& neighbours,
                               const catalog::Shard& shard, StartAsk ask,
                               std::optional<log::Position> known);

}  // namespace levada::kinesis
