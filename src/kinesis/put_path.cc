// The writing half of LocalDataPlane.

#include "kinesis/hash_key.h"
#include "kinesis/local_data_plane.h"
#include "kinesis/put_validation.h"
#include "kinesis/stream_lookup.h"
#include "kinesis/text.h"

namespace levada::kinesis {

std::string_view PutRecordsAnswer::error_code(PutFailure failure) {
  return failure == PutFailure::throttled ? "ProvisionedThroughputExceededException"
                                          : "InternalFailure";
}

std::string PutRecordsAnswer::error_message(const PutOutcome& outcome,
                                            const PutRecords& command) const {
  if (outcome.failure == PutFailure::disk_full) return text::disk_full();
  if (outcome.failure != PutFailure::throttled) return "Internal Service Failure";
  return text::rate_exceeded(outcome.shard, shown(command.stream), stream->key.account);
}

Result<catalog::StreamSnapshot> LocalDataPlane::writable_stream(Caller caller,
                                                                const StreamRef& ref) const {
  catalog::StreamSnapshot stream = TRY(find_stream(table_, caller, ref));
  if (!stream->accepts_records())
    return refuse(Refusal::resource_not_found, text::stream_not_found(shown(ref), caller.account));
  if (stream->encryption == catalog::Encryption::kms) TRY(cipher_.sealing_key(*stream));
  return stream;
}

Task<PutRecordsAnswer> LocalDataPlane::put_records(Caller caller, PutRecords command) {
  PutRecordsAnswer answer;
  answer.stream = co_await writable_stream(caller, command.stream);
  std::vector<Uint128> keys(command.records.size());
  co_await hash_keys(*answer.stream, command, PutVerb::many, keys);
  co_await check_sizes(*answer.stream, command, PutVerb::many);
  if (command.dry_run) co_return refuse(Refusal::dry_run, text::dry_run());
  answer.outcomes.resize(command.records.size());
  co_await router_.put(answer.stream, command.records, keys, answer.outcomes);
  for (const PutOutcome& outcome : answer.outcomes)
    answer.failed += outcome.failure != PutFailure::none;
  co_return answer;
}

Task<PutRecordAnswer> LocalDataPlane::put_record(Caller caller, PutRecord command) {
  catalog::StreamSnapshot stream = co_await writable_stream(caller, command.stream);
  PutRecords one{.stream = command.stream, .records = {&command.record, 1}, .hashes = {}};
  if (command.hash) one.hashes = {&*command.hash, 1};
  Uint128 key;
  co_await hash_keys(*stream, one, PutVerb::one, {&key, 1});
  if (!command.sequence_number_for_ordering.empty())
    co_await check_ordering(command.sequence_number_for_ordering, shown(command.stream),
                            caller.account, reactor_.clock().now());
  co_await check_sizes(*stream, one, PutVerb::one);
  if (command.dry_run) co_return refuse(Refusal::dry_run, text::dry_run());
  PutOutcome outcome;
  co_await router_.put(stream, one.records, {&key, 1}, {&outcome, 1});
  if (outcome.failure == PutFailure::throttled)
    co_return refuse(Refusal::throughput_exceeded,
                     text::rate_exceeded(outcome.shard, shown(command.stream), caller.account));
  if (outcome.failure == PutFailure::disk_full)
    co_return fail(ErrorKind::disk_full, text::disk_full());
  if (outcome.failure == PutFailure::internal)
    co_return refuse(Refusal::internal_failure, "Internal Service Failure");
  co_return PutRecordAnswer{outcome.sequence, outcome.shard, std::move(stream)};
}

}  // namespace levada::kinesis
