#include "kinesis/partial_puts.h"

#include "kinesis/hash_key.h"

namespace levada::kinesis {
namespace {

catalog::ShardIndex shard_of(const catalog::Stream& stream, const PutEntry& record) {
  const auto own = parse_hash_key(record.explicit_hash_key);
  return route(stream, own ? *own : hash_of(record.partition_key)).index;
}

}  // namespace

// The first record always passes on, so that the whole call is checked as ever.
Task<PutRecordsAnswer> PartialPuts::put_records(Caller caller, PutRecords command) {
  std::vector<std::uint32_t> passed;
  for (std::uint32_t n = 0; n < command.records.size(); ++n)
    if (n == 0 || !dice_.chance(share_)) passed.push_back(n);
  if (passed.size() == command.records.size())
    co_return co_await outcome(inner_.put_records(caller, command));

  std::vector<PutEntry> records;
  std::vector<Uint128> hashes;
  for (const std::uint32_t n : passed) {
    records.push_back(command.records[n]);
    if (!command.hashes.empty()) hashes.push_back(command.hashes[n]);
  }
  PutRecords fewer = command;
  fewer.records = records;
  fewer.hashes = hashes;
  PutRecordsAnswer some = co_await inner_.put_records(caller, fewer);
  PutRecordsAnswer answer;
  answer.stream = some.stream;
  answer.outcomes.resize(command.records.size());
  for (std::size_t n = 0; n < answer.outcomes.size(); ++n) {
    answer.outcomes[n].failure = n % 2 == 0 ? PutFailure::throttled : PutFailure::internal;
    answer.outcomes[n].shard = shard_of(*answer.stream, command.records[n]);
  }
  for (std::size_t n = 0; n < passed.size(); ++n) answer.outcomes[passed[n]] = some.outcomes[n];
  for (const PutOutcome& outcome : answer.outcomes)
    answer.failed += outcome.failure != PutFailure::none;
  co_return answer;
}

}  // namespace levada::kinesis
