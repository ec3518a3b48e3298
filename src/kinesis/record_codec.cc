#include "kinesis/record_codec.h"

#include <cstring>

#include "base/check.h"
#include "base/endian.h"

namespace levada::kinesis {
namespace {

constexpr std::byte plain_version{1}, sealed_version{2};

}  // namespace

PayloadWriter::PayloadWriter(MutableByteView into)
    : at_(into.data() + payload_header_size), left_(into.size() - payload_header_size) {
  CHECK(into.size() >= payload_header_size);
  std::memset(into.data(), 0, payload_header_size);
  into[0] = plain_version;
}

PayloadWriter::PayloadWriter(MutableByteView into, std::uint32_t data_key)
    : at_(into.data() + payload_header_size + nonce_size),
      left_(into.size() - payload_header_size - seal_overhead) {
  CHECK(into.size() >= payload_header_size + seal_overhead);
  std::memset(into.data(), 0, payload_header_size);
  into[0] = sealed_version;
  into[1] = static_cast<std::byte>(catalog::Encryption::kms);
  store_le(into.data() + 4, data_key);
}

void PayloadWriter::add(const PutEntry& record) {
  const std::size_t size = encoded_size(record);
  CHECK(size <= left_, "the entry has room for its records");
  const std::size_t key_size = record.partition_key.size();
  store_le(at_, static_cast<std::uint32_t>(record.data.size()));
  store_le(at_ + 4, record.keyless ? no_partition_key : static_cast<std::uint16_t>(key_size));
  if (key_size != 0) std::memcpy(at_ + record_header_size, record.partition_key.data(), key_size);
  if (!record.data.empty())
    std::memcpy(at_ + record_header_size + key_size, record.data.data(), record.data.size());
  at_ += size;
  left_ -= size;
}

std::optional<PayloadHead> read_payload_head(ByteView payload) {
  if (payload.size() < payload_header_size) return std::nullopt;
  PayloadHead head{.encryption = static_cast<catalog::Encryption>(payload[1])};
  if (payload[0] == plain_version) return head;
  head.data_key = load_le<std::uint32_t>(payload.data() + 4);
  const bool whole = payload.size() >= payload_header_size + seal_overhead && head.data_key != 0;
  if (payload[0] != sealed_version || !whole) return std::nullopt;
  return head;
}

std::optional<PayloadReader> PayloadReader::open(ByteView payload) {
  const std::optional<PayloadHead> head = read_payload_head(payload);
  if (!head || head->data_key != 0) return std::nullopt;
  return PayloadReader(payload.subspan(payload_header_size), head->encryption);
}

std::optional<StoredRecord> PayloadReader::next() {
  if (rest_.size() < record_header_size) return std::nullopt;
  const std::size_t data_size = load_le<std::uint32_t>(rest_.data());
  const std::uint16_t key_field = load_le<std::uint16_t>(rest_.data() + 4);
  const bool keyless = key_field == no_partition_key;
  const std::size_t key_size = keyless ? 0 : key_field;
  if (rest_.size() - record_header_size < key_size + data_size) return std::nullopt;
  const ByteView key = rest_.subspan(record_header_size, key_size);
  const ByteView data = rest_.subspan(record_header_size + key_size, data_size);
  rest_ = rest_.subspan(record_header_size + key_size + data_size);
  return StoredRecord{as_text(key), data, keyless};
}

}  // namespace levada::kinesis
