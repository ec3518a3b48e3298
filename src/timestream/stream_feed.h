#pragma once
// What a table knows of the stream that feeds it. Which stream that is, tags of the table say; how
// far it came is kept among the definitions, together with what was counted on the way. The feeding
// itself is connect/'s.

#include <map>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "timestream/definition.h"

namespace levada::timestream {

inline constexpr std::string_view feed_stream_tag = "levada.stream";       // its name
inline constexpr std::string_view feed_model_tag = "levada.stream-model";  // s3://bucket/key

struct FeedProgress {
  TableId table{};
  std::string stream;
  std::map<std::string, std::string> positions;  // by shard
  std::uint64_t records = 0, bad = 0;            // that were written, that could not be
  std::string last_error;
};

Buffer encode(const FeedProgress& progress);
// Errors: corrupt.
Result<FeedProgress> decode_feed_progress(ByteView bytes);

}  // namespace levada::timestream
