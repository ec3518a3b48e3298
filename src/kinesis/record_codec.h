#pragma once
// The payload of a log entry of a shard: the records of one request that went there. Grammar:
// docs/formats/record-payload.md. Encoding copies each record once, straight into the journal.

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "catalog/stream.h"
#include "kinesis/put.h"

namespace levada::kinesis {

inline constexpr std::size_t payload_header_size = 8;
inline constexpr std::size_t record_header_size = 6;
inline constexpr std::size_t nonce_size = 12,
                             tag_size = 16;  // around the records of a sealed payload
inline constexpr std::size_t seal_overhead = nonce_size + tag_size;

// What a record takes of the stream's limits: its data and its key (spec kinesis 10).
inline std::size_t billed_size(const PutEntry& record) {
  return record.data.size() + record.partition_key.size();
}
inline std::size_t encoded_size(const PutEntry& record) {
  return record_header_size + billed_size(record);
}

class PayloadWriter {
 public:
  explicit PayloadWriter(MutableByteView into);
  // With room for the nonce in front of the records and the tag behind them.
  PayloadWriter(MutableByteView into, std::uint32_t data_key);
  void add(const PutEntry& record);
  bool full() const { return left_ == 0; }

 private:
  std::byte* at_;
  std::size_t left_;
};

struct StoredRecord {
  std::string_view partition_key;
  ByteView data;
  bool keyless = false;
  std::size_t billed() const { return data.size() + partition_key.size(); }
};

// What stands before the records; nullopt: the bytes are no payload.
struct PayloadHead {
  std::uint32_t data_key = 0;  // 0: the records are not sealed
  catalog::Encryption encryption = catalog::Encryption::none;
};
std::optional<PayloadHead> read_payload_head(ByteView payload);

// Reads records one after the other.
class PayloadReader {
 public:
  // Of a payload that is not sealed.
  static std::optional<PayloadReader> open(ByteView payload);
  // Of records that were sealed and are opened.
  static PayloadReader of_opened(ByteView records) {
    return PayloadReader(records, catalog::Encryption::kms);
  }
  catalog::Encryption encryption() const { return encryption_; }
  std::optional<StoredRecord> next();  // nullopt at the end, or where the bytes are wrong

 private:
  PayloadReader(ByteView rest, catalog::Encryption encryption)
      : rest_(rest), encryption_(encryption) {}
  ByteView rest_;
  catalog::Encryption encryption_;
};

}  // namespace levada::kinesis
