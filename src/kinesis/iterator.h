#pragma once
// Shard iterators: authenticated, stateless, bound to one incarnation of a stream, five minutes
// valid (spec kinesis 8). In the outer form of the service's own: eight bytes, then blocks of 16
// as many as the stream's name demands. Layout: docs/formats/iterator.md.

#include <string>

#include "catalog/stream.h"
#include "kinesis/refusal.h"
#include "kinesis/token_seal.h"

namespace levada::kinesis {

inline constexpr Millis iterator_life{300'000};  // API_GetShardIterator

struct Iterator {
  catalog::StreamId stream;
  catalog::ShardIndex shard;
  log::Position position;  // the first record that may be returned
  UnixMillis issued;
  std::string stream_name;  // for the texts when the stream is gone
};

Buffer seal_iterator(TokenSeal& seal, const Iterator& iterator);

// Errors: invalid_argument, expired_iterator; with AWS's texts.
Result<Iterator> open_iterator(TokenSeal& seal, ByteView token, UnixMillis now);

}  // namespace levada::kinesis
