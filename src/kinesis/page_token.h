#pragma once
// NextTokens: self-contained, authenticated, five minutes valid (spec kinesis 12). They name the
// listing, the stream, where the page ended, and the filter.

#include <string>

#include "kinesis/control.h"
#include "kinesis/refusal.h"
#include "kinesis/token_seal.h"

namespace levada::kinesis {

inline constexpr Millis page_token_life{300'000};  // API_ListShards: "NextToken", 300 seconds

enum class Listing : std::uint8_t { streams = 1, shards, consumers };

struct PageToken {
  Listing listing = Listing::streams;
  UnixMillis issued{};
  std::uint64_t stream = 0;
  std::string after{};       // a name
  std::uint32_t next = 0;    // a shard index
  std::uint32_t filter = 0;  // ShardFilterType
  std::uint64_t filter_shard = 0;
  UnixMillis filter_time{};
  std::string owner{};  // account and region, of a listing that belongs to no stream
};

Token seal_page(TokenSeal& seal, const PageToken& page);

// Errors: invalid_argument, expired_next_token.
Result<PageToken> open_page(TokenSeal& seal, ByteView token, Listing listing, UnixMillis now);

}  // namespace levada::kinesis
