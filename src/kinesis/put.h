#pragma once
// PutRecord and PutRecords: what is asked and what is answered. One command serves both; a record
// is a view into the request, so nothing is allocated for it.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/uint128.h"
#include "base/uint192.h"
#include "catalog/stream.h"
#include "kinesis/caller.h"

namespace levada::kinesis {

inline constexpr std::size_t put_records_max = 500;  // API_PutRecords: "Records", maximum items
inline constexpr Bytes put_bytes_max = 10_MiB;       // API_PutRecords: 10 MiB, keys included
inline constexpr std::uint16_t no_partition_key = 0xffff;  // as a length: the producer sent none

struct PutEntry {
  ByteView data{};
  std::string_view partition_key{};      // 1 to 256 characters, checked by the face
  std::string_view explicit_hash_key{};  // decimal digits; empty: absent
  bool keyless = false;                  // PartitionKey was absent (newest model)
};

struct PutRecords {
  StreamRef stream{};
  std::span<const PutEntry> records{};
  // MD5 of each partition key as a big-endian number, when the face has computed them side by side;
  // empty: computed here. Entries with an explicit hash key may hold anything.
  std::span<const Uint128> hashes{};
  bool dry_run = false;
};

enum class PutFailure : std::uint8_t { none, throttled, disk_full, internal };

struct PutOutcome {
  Uint192 sequence{};  // 56 decimal digits; see write_56_digits
  catalog::ShardIndex shard{};
  PutFailure failure = PutFailure::none;
};

struct PutRecordsAnswer {
  std::vector<PutOutcome> outcomes{};  // in the order of the records
  std::uint32_t failed = 0;
  catalog::StreamSnapshot stream{};  // for EncryptionType
  // ErrorCode and ErrorMessage of a failed outcome, exactly as AWS writes them.
  static std::string_view error_code(PutFailure failure);
  std::string error_message(const PutOutcome& outcome, const PutRecords& command) const;
};

struct PutRecord {
  StreamRef stream{};
  PutEntry record{};
  std::optional<Uint128> hash{};                    // MD5 of the partition key, as in PutRecords
  std::string_view sequence_number_for_ordering{};  // empty: absent
  bool dry_run = false;
};

struct PutRecordAnswer {
  Uint192 sequence{};
  catalog::ShardIndex shard{};
  catalog::StreamSnapshot stream{};  // for EncryptionType
};

}  // namespace levada::kinesis
