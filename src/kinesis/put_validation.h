#pragma once
// What a put is refused for before any shard is asked, in the service's order (spec kinesis 10).
// These refusals are of the whole call.

#include <vector>

#include "catalog/stream.h"
#include "kinesis/put.h"
#include "kinesis/refusal.h"

namespace levada::kinesis {

enum class PutVerb : std::uint8_t { one, many };  // texts name members differently

// The hash keys of all records, in order, into room for them. Errors: invalid_argument, validation.
Result<Unit> hash_keys(const catalog::Stream& stream, const PutRecords& command, PutVerb verb,
                       std::span<Uint128> out);

Result<Unit> check_sizes(const catalog::Stream& stream, const PutRecords& command, PutVerb verb);

// SequenceNumberForOrdering: one that this server can have given before now.
Result<Unit> check_ordering(std::string_view number, std::string_view stream,
                            std::string_view account, UnixMillis now);

}  // namespace levada::kinesis
