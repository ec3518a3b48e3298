#include "kinesis/put_validation.h"

#include "kinesis/hash_key.h"
#include "kinesis/record_codec.h"
#include "kinesis/sequence_number.h"
#include "kinesis/text.h"

namespace levada::kinesis {
namespace {

std::string member(PutVerb verb, std::size_t record, std::string_view name) {
  std::string path;
  if (verb == PutVerb::many) path = "records." + std::to_string(record + 1) + ".member.";
  return path.append(name);
}

// In the form of a constraint's failure, because that is what the service makes of it.
tl::unexpected<Error> constraint(std::string value, const std::string& path, std::string rule) {
  return refuse(Refusal::validation, "1 validation error detected: " + std::move(value) + " at '" +
                                         path +
                                         "' failed to satisfy constraint: " + std::move(rule));
}

}  // namespace

Result<Unit> hash_keys(const catalog::Stream& stream, const PutRecords& command, PutVerb verb,
                       std::span<Uint128> out) {
  const bool automatic = stream.distribution == catalog::Distribution::automatic;
  for (std::size_t n = 0; n < command.records.size(); ++n) {
    const PutEntry& record = command.records[n];
    // An ExplicitHashKey routes in a key's place, but does not replace it.
    if (record.keyless && !automatic) [[unlikely]]
      return constraint("Value null", member(verb, n, "partitionKey"), "Member must not be null");
    if (!record.explicit_hash_key.empty()) [[unlikely]] {
      const std::optional<Uint128> key = parse_hash_key(record.explicit_hash_key);
      if (!key)
        return refuse(Refusal::invalid_argument,
                      text::explicit_hash_key_range(record.explicit_hash_key));
      out[n] = *key;
    } else if (!record.keyless) [[likely]] {
      out[n] = command.hashes.empty() ? hash_of(record.partition_key) : command.hashes[n];
    }
  }
  return Unit{};
}

Result<Unit> check_sizes(const catalog::Stream& stream, const PutRecords& command, PutVerb verb) {
  const std::size_t record_max = std::size_t{stream.record_kib_max} * 1024;
  std::size_t total = 0;
  for (std::size_t n = 0; n < command.records.size(); ++n) {
    const std::size_t size = billed_size(command.records[n]);
    if (size > record_max) [[unlikely]]
      return constraint(
          "Value", member(verb, n, "data"),
          "Member must have length less than or equal to " + std::to_string(record_max));
    total += size;
  }
  if (verb == PutVerb::many && total > count(put_bytes_max))
    return refuse(Refusal::invalid_argument, "Records size exceeds 10 MB limit");
  return Unit{};
}

Result<Unit> check_ordering(std::string_view number, std::string_view stream,
                            std::string_view account, UnixMillis now) {
  const std::optional<SequenceNumber> parsed = parse_sequence_number(number);
  const auto now_seconds = static_cast<std::uint64_t>(now.count() / 1000);
  if (!parsed || parsed->record_seconds > now_seconds)
    return refuse(Refusal::invalid_argument,
                  text::ordering_number_invalid(number, stream, account));
  return Unit{};
}

}  // namespace levada::kinesis
