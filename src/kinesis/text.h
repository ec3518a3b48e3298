#pragma once
// What the service says when it says no, word for word (spec kinesis 7 to 15). Clients match on
// these texts, so all of them stand in one place.

#include <string>
#include <string_view>

#include "base/time.h"
#include "catalog/stream.h"

namespace levada::kinesis::text {

using S = std::string_view;

std::string stream_not_found(S stream, S account);
std::string stream_exists(S stream, S account);
std::string stream_not_active(S stream, S account, catalog::StreamStatus status);
std::string stream_not_usable(S stream, S account, catalog::StreamStatus status);
std::string stream_on_demand(S stream, S account);
std::string stream_has_consumers(const catalog::StreamKey& stream);
std::string stream_rate_exceeded(S stream, S account);
std::string shard_limit(S account, S region, std::uint64_t open, std::uint64_t limit,
                        std::uint64_t additional);

std::string stream_limit(S account, S region, std::uint64_t limit);
std::string on_demand_stream_limit(S account, S region, std::uint64_t limit);

std::string shard_not_found(S shard_as_sent, S stream, S account);
std::string shard_missing(catalog::ShardIndex shard, S stream, S account);  // iterators' words
std::string rate_exceeded(catalog::ShardIndex shard, S stream, S account);

std::string explicit_hash_key_range(S value);
std::string ordering_number_invalid(S number, S stream, S account);

std::string number_with_type(S type);     // a StartingSequenceNumber where none may be
std::string number_without_type(S type);  // none where one must be
std::string number_unparsable(S number, catalog::ShardIndex shard, S stream, S account);
std::string number_of_other_shard(std::uint32_t encoded, catalog::ShardIndex shard);
std::string number_of_other_stream(S number, catalog::ShardIndex shard, S stream, S account);
std::string timestamp_missing();
std::string timestamp_in_future(UnixMillis timestamp, UnixMillis now);
std::string iterator_expired(UnixMillis issued, UnixMillis now);

std::string retention_too_short(std::int64_t hours);
std::string retention_too_long(std::int64_t hours);
std::string retention_shorter(S stream, std::int64_t asked, std::int64_t has);
std::string retention_longer(S stream, std::int64_t asked, std::int64_t has);

std::string shard_closed(catalog::ShardIndex shard, S stream, S account);
std::string split_key(S key, catalog::ShardIndex shard, S stream, S account,
                      const catalog::HashRange& range);
std::string not_adjacent(catalog::ShardIndex first, catalog::ShardIndex second, S stream,
                         S account);

std::string scaled_too_far_up(std::uint64_t open, std::uint64_t target);
std::string scaled_too_far_down(std::uint64_t open, std::uint64_t target);
std::string scaled_beyond(std::uint64_t most, std::uint64_t open, std::uint64_t target);

std::string encryption_type_none();
std::string encryption_changes(S stream, S account);
std::string dry_run();
std::string disk_full();  // our own: AWS has no disk
std::string next_token_expired();
std::string consumer_not_found(S consumer, S account);
std::string consumer_not_active(const catalog::StreamKey& stream,
                                const catalog::Consumer& consumer);
std::string subscription_exists(S stream, catalog::ShardIndex shard, S consumer, S account);

S name(catalog::StreamStatus status);

}  // namespace levada::kinesis::text
