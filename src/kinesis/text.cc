#include "kinesis/text.h"

#include <cstdio>
#include <ctime>
#include <initializer_list>

#include "base/uint128.h"
#include "kinesis/shard_id.h"

namespace levada::kinesis::text {
namespace {

std::string join(std::initializer_list<S> parts) {
  std::size_t size = 0;
  for (const S part : parts) size += part.size();
  std::string whole;
  whole.reserve(size);
  for (const S part : parts) whole += part;
  return whole;
}

template <class N>
std::string digits(N number) {
  return std::to_string(number);
}

std::string in_stream(S stream, S account) {
  return join({" in stream ", stream, " under account ", account});
}

std::string shard_counts(std::uint64_t open, std::uint64_t target) {
  return join(
      {" Current open shard count: ", digits(open), " Target shard count: ", digits(target)});
}

// Thu Jan 22 01:22:02 UTC 2015
std::string date(UnixMillis moment) {
  const std::time_t seconds = moment.count() / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char form[64];
  const std::size_t size = std::strftime(form, sizeof form, "%a %b %d %H:%M:%S UTC %Y", &parts);
  return {form, size};
}

constexpr S either_or =
    "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and "
    "StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request "
    "specified ";

}  // namespace

S name(catalog::StreamStatus status) {
  switch (status) {
    case catalog::StreamStatus::creating:
      return "CREATING";
    case catalog::StreamStatus::active:
      return "ACTIVE";
    case catalog::StreamStatus::updating:
      return "UPDATING";
    case catalog::StreamStatus::deleting:
      return "DELETING";
  }
  return "";
}

std::string stream_not_found(S stream, S account) {
  return join({"Stream ", stream, " under account ", account, " not found."});
}
std::string stream_exists(S stream, S account) {
  return join({"Stream ", stream, " under account ", account, " already exists."});
}
std::string stream_not_active(S stream, S account, catalog::StreamStatus status) {
  return join({"Stream ", stream, " under account ", account, " not ACTIVE, instead in state ",
               name(status)});
}
std::string stream_not_usable(S stream, S account, catalog::StreamStatus status) {
  return join({"Stream ", stream, " under account ", account,
               " not ACTIVE or UPDATING, instead in state ", name(status)});
}
std::string stream_on_demand(S stream, S account) {
  return join({"Request is invalid. Stream ", stream, " under account ", account,
               " is in On-Demand mode."});
}
std::string stream_has_consumers(const catalog::StreamKey& stream) {
  return join({"DeleteStream can't delete ", stream.account, ":", stream.name,
               " because there are consumers associated with this data stream. To delete ",
               stream.name,
               " anyway, set the EnforceConsumerDeletion parameter to true to force the deletion "
               "of all the consumers that are associated with it."});
}
std::string stream_rate_exceeded(S stream, S account) {
  return join({"Rate exceeded for stream ", stream, " under account ", account, "."});
}

std::string shard_limit(S account, S region, std::uint64_t open, std::uint64_t limit,
                        std::uint64_t additional) {
  return join({"This request would exceed the shard limit for the account ", account, " in ",
               region, ". Current shard count for the account: ", digits(open),
               ". Limit: ", digits(limit),
               ". Number of additional shards that would have resulted from this "
               "request: ",
               digits(additional),
               ". Refer to the AWS Service Limits page "
               "(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current "
               "limits and how to request higher limits."});
}

std::string stream_limit(S account, S region, std::uint64_t limit) {
  return join({"This request would exceed the stream limit for the account ", account, " in ",
               region, ". Limit: ", digits(limit), "."});
}

std::string on_demand_stream_limit(S account, S region, std::uint64_t limit) {
  return join({"This request would exceed the on-demand stream limit for the account ", account,
               " in ", region, ". Limit: ", digits(limit), "."});
}

std::string shard_not_found(S shard_as_sent, S stream, S account) {
  return join({"Could not find shard ", shard_as_sent, in_stream(stream, account), "."});
}
std::string shard_missing(catalog::ShardIndex shard, S stream, S account) {
  return join({"Shard ", shard_id(shard), in_stream(stream, account), " does not exist"});
}
std::string rate_exceeded(catalog::ShardIndex shard, S stream, S account) {
  return join({"Rate exceeded for shard ", shard_id(shard), in_stream(stream, account), "."});
}

std::string explicit_hash_key_range(S value) {
  return join(
      {"Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
       "Specified value was ",
       value});
}
std::string ordering_number_invalid(S number, S stream, S account) {
  return join({"ExclusiveMinimumSequenceNumber ", number, " used in PutRecord on stream ", stream,
               " under account ", account, " is invalid."});
}

std::string number_with_type(S type) {
  return join({either_or, type, " and also a StartingSequenceNumber."});
}
std::string number_without_type(S type) {
  return join({either_or, type, " and no StartingSequenceNumber."});
}
std::string number_unparsable(S number, catalog::ShardIndex shard, S stream, S account) {
  return join({"StartingSequenceNumber ", number, " used in GetShardIterator on shard ",
               shard_id(shard), in_stream(stream, account), " is invalid."});
}
std::string number_of_other_shard(std::uint32_t encoded, catalog::ShardIndex shard) {
  const auto index = static_cast<std::int32_t>(encoded);
  char id[40];
  std::snprintf(id, sizeof id, "shardId-%012d", index);
  return join({"Invalid StartingSequenceNumber. It encodes ", id,
               ", while it was used in a call to a shard with ", shard_id(shard)});
}
std::string number_of_other_stream(S number, catalog::ShardIndex shard, S stream, S account) {
  return join({"StartingSequenceNumber ", number, " used in GetShardIterator on shard ",
               shard_id(shard), in_stream(stream, account),
               " is invalid because it did not come from this stream."});
}
std::string timestamp_missing() {
  return "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current "
         "request has no timestamp parameter.";
}
std::string timestamp_in_future(UnixMillis timestamp, UnixMillis now) {
  return join(
      {"The timestampInMillis parameter cannot be greater than the "
       "currentTimestampInMillis. timestampInMillis: ",
       digits(timestamp.count()), ", currentTimestampInMillis: ", digits(now.count())});
}
std::string iterator_expired(UnixMillis issued, UnixMillis now) {
  return join({"Iterator expired. The iterator was created at time ", date(issued),
               " while right now it is ", date(now),
               " which is further in the future than the "
               "tolerated delay of 300000 milliseconds."});
}

std::string retention_too_short(std::int64_t hours) {
  return join({"Minimum allowed retention period is 24 hours. Requested retention period (",
               digits(hours), " hours) is too short."});
}
std::string retention_too_long(std::int64_t hours) {
  return join({"Maximum allowed retention period is 8760 hours. Requested retention period (",
               digits(hours), " hours) is too long."});
}
std::string retention_shorter(S stream, std::int64_t asked, std::int64_t has) {
  return join({"Requested retention period (", digits(asked), " hours) for stream ", stream,
               " can not be shorter than existing retention period (", digits(has),
               " hours). Use DecreaseRetentionPeriod API."});
}
std::string retention_longer(S stream, std::int64_t asked, std::int64_t has) {
  return join({"Requested retention period (", digits(asked), " hours) for stream ", stream,
               " can not be longer than existing retention period (", digits(has),
               " hours). Use IncreaseRetentionPeriod API."});
}

std::string shard_closed(catalog::ShardIndex shard, S stream, S account) {
  return join({"Shard ", shard_id(shard), in_stream(stream, account),
               " has already been merged or split, and thus is not eligible for merging or "
               "splitting."});
}
std::string split_key(S key, catalog::ShardIndex shard, S stream, S account,
                      const catalog::HashRange& range) {
  return join({"NewStartingHashKey ", key, " used in SplitShard() on shard ", shard_id(shard),
               in_stream(stream, account),
               " is not both greater than one plus the shard's "
               "StartingHashKey ",
               decimal_string(range.first),
               " and less than the shard's "
               "EndingHashKey ",
               decimal_string(range.last), "."});
}
std::string not_adjacent(catalog::ShardIndex first, catalog::ShardIndex second, S stream,
                         S account) {
  return join({"Shards ", shard_id(first), " and ", shard_id(second), in_stream(stream, account),
               " are not an adjacent pair of shards eligible for merging"});
}

std::string scaled_too_far_up(std::uint64_t open, std::uint64_t target) {
  return join({"UpdateShardCount cannot scale up over double your current open shard count.",
               shard_counts(open, target)});
}
std::string scaled_too_far_down(std::uint64_t open, std::uint64_t target) {
  return join({"UpdateShardCount cannot scale down below half your current open shard count.",
               shard_counts(open, target)});
}
std::string scaled_beyond(std::uint64_t most, std::uint64_t open, std::uint64_t target) {
  return join({"Target shard count or number of open shards cannot be greater than ", digits(most),
               ".", shard_counts(open, target)});
}

std::string encryption_type_none() { return "Encryption type cannot be NONE."; }
std::string encryption_changes(S stream, S account) {
  return join({"Stream ", stream, " under account ", account,
               " was encrypted 25 times in the last 24 hours, the most that is allowed."});
}

std::string dry_run() { return "Request would have succeeded, but the DryRun flag is set."; }
std::string disk_full() { return "There is no room on the server's disk."; }
std::string next_token_expired() { return "The NextToken has expired."; }
std::string consumer_not_found(S consumer, S account) {
  return join({"Consumer ", consumer, ", account ", account, " not found."});
}
std::string consumer_not_active(const catalog::StreamKey& stream,
                                const catalog::Consumer& consumer) {
  return join({"Consumer ", consumer.name, " with creation timestamp ",
               digits(consumer.created.count() / 1000), " under stream ", stream.name,
               " and account ", stream.account, " is not in ACTIVE status."});
}
std::string subscription_exists(S stream, catalog::ShardIndex shard, S consumer, S account) {
  return join({"Another active subscription exists for this consumer: ", account, ":", stream, ":",
               shard_id(shard), ":", consumer});
}

}  // namespace levada::kinesis::text
