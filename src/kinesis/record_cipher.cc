#include "kinesis/record_cipher.h"

#include <cstring>

#include "base/endian.h"
#include "kinesis/record_codec.h"
#include "kinesis/text.h"

namespace levada::kinesis {
namespace {

constexpr std::size_t opened_max = 10'000;  // data keys; 40 bytes each
constexpr std::size_t nonce_prefix = 8;

static_assert(sizeof(keys::Nonce) == nonce_size && sizeof(keys::Tag) == tag_size);

// The head of the payload and the partition: sealed records can be moved nowhere.
using Authenticated = std::array<std::byte, payload_header_size + 8>;
Authenticated authenticated(ByteView payload, log::PartitionId partition) {
  Authenticated bytes;
  std::memcpy(bytes.data(), payload.data(), payload_header_size);
  store_le<std::uint64_t>(bytes.data() + payload_header_size, partition.value());
  return bytes;
}

keys::KeyOwner owner_of(const catalog::Stream& stream) {
  return {stream.key.account, stream.key.region};
}

}  // namespace

Buffer envelope_context(catalog::StreamId stream) {
  Buffer context(8);
  store_le<std::uint64_t>(context.data(), stream.value());
  return context;
}

tl::unexpected<Error> refuse_key(keys::KeyProblem problem, std::string_view name,
                                 const keys::KeyOwner& who) {
  const std::string prefix = "arn:aws:kms:" + who.region + ":" + who.account + ":";
  std::string arn(name);
  if (!name.starts_with("arn:"))
    arn = prefix + (name.starts_with("alias/") ? "" : "key/") + std::string(name);
  switch (problem) {
    case keys::KeyProblem::malformed:
      return refuse(Refusal::kms_not_found, "Invalid keyId " + std::string(name));
    case keys::KeyProblem::key_not_found:
      return refuse(Refusal::kms_not_found, "Key '" + arn + "' does not exist");
    case keys::KeyProblem::alias_not_found:
      return refuse(Refusal::kms_not_found, "Alias " + arn + " is not found.");
    case keys::KeyProblem::other_region:
      return refuse(Refusal::kms_not_found, "Invalid arn " + who.region);
    case keys::KeyProblem::other_account:
      return refuse(Refusal::kms_access_denied,
                    "Not authorized to perform: kms:GenerateDataKey on resource: " + arn +
                        " because the resource does not exist in this Region, no resource-based "
                        "policies allow access, or a resource-based policy explicitly denies "
                        "access");
    case keys::KeyProblem::disabled:
      return refuse(Refusal::kms_disabled, arn + " is disabled.");
    case keys::KeyProblem::pending_deletion:
      return refuse(Refusal::kms_invalid_state, arn + " is pending deletion.");
  }
  CHECK(false);
}

RecordCipher::RecordCipher(io::Clock& clock, io::Random& random)
    : clock_(clock), random_(random), store_(std::make_shared<const keys::KeyStore>()) {
  random_.fill(MutableByteView(nonce_).first(nonce_prefix));
}

void RecordCipher::use(std::shared_ptr<const keys::KeyStore> store) {
  store_ = std::move(store);
  opened_.clear();
}

Result<RecordCipher::DataKey> RecordCipher::unwrap(const catalog::Stream& stream,
                                                   std::uint32_t number) const {
  const catalog::DataKey* sealed = stream.data_key(number);
  if (sealed == nullptr)
    return refuse_key(keys::KeyProblem::key_not_found, stream.key_id, owner_of(stream));
  const keys::MasterKey* master = store_->by_id(sealed->master_key);
  if (master == nullptr)
    return refuse_key(keys::KeyProblem::key_not_found, sealed->master_key, owner_of(stream));
  if (const auto fit = keys::usable(*master, clock_.now()); !fit)
    return refuse_key(fit.error(), sealed->master_key, owner_of(stream));
  const keys::KeyVersion* version = master->version(sealed->master_version);
  const auto key = version == nullptr
                       ? std::nullopt
                       : keys::unwrap(*version, envelope_context(stream.id), sealed->envelope);
  if (!key)  // another key store with a key of the same id, or damage
    return refuse(Refusal::kms_invalid_state,
                  "Key " + keys::key_arn(*master, owner_of(stream)) +
                      " does not open the data key of this stream; the key store is another one.");
  return DataKey{number, *key};
}

Result<const RecordCipher::DataKey*> RecordCipher::find(const catalog::Stream& stream,
                                                        std::uint32_t number) {
  const Place place{stream.id, number};
  auto at = opened_.find(place);
  if (at == opened_.end()) {
    if (opened_.size() >= opened_max) opened_.clear();
    at = opened_.emplace(place, unwrap(stream, number)).first;
  }
  if (!at->second) return tl::unexpected<Error>(at->second.error());
  return &*at->second;
}

Result<const RecordCipher::DataKey*> RecordCipher::sealing_key(const catalog::Stream& stream) {
  return find(stream, stream.data_keys.empty() ? 0 : stream.data_keys.back().number);
}

keys::Nonce RecordCipher::next_nonce() {
  if (++nonces_used_ == 0) random_.fill(MutableByteView(nonce_).first(nonce_prefix));
  store_le(nonce_.data() + nonce_prefix, nonces_used_);
  return nonce_;
}

void RecordCipher::seal(const DataKey& key, log::PartitionId partition, MutableByteView payload) {
  const keys::Nonce nonce = next_nonce();
  std::memcpy(payload.data() + payload_header_size, nonce.data(), nonce.size());
  const std::size_t records = payload.size() - payload_header_size - seal_overhead;
  const MutableByteView text = payload.subspan(payload_header_size + nonce_size, records);
  const keys::Tag tag = aes_.seal(key.material, nonce, authenticated(payload, partition), text);
  std::memcpy(text.data() + text.size(), tag.data(), tag.size());
}

Result<RecordCipher::Opened> RecordCipher::open(const catalog::Stream& stream,
                                                log::PartitionId partition, ByteView payload) {
  const std::optional<PayloadHead> head = read_payload_head(payload);
  CHECK(head && head->data_key != 0);
  const DataKey& key = *TRY(find(stream, head->data_key));
  keys::Nonce nonce;
  keys::Tag tag;
  std::memcpy(nonce.data(), payload.data() + payload_header_size, nonce.size());
  std::memcpy(tag.data(), payload.data() + payload.size() - tag.size(), tag.size());
  const ByteView sealed = payload.subspan(payload_header_size + nonce_size,
                                          payload.size() - payload_header_size - seal_overhead);
  auto memory = std::make_shared_for_overwrite<std::byte[]>(sealed.size());
  const MutableByteView records(memory.get(), sealed.size());
  if (!aes_.open(key.material, nonce, authenticated(payload, partition), sealed, tag, records))
    return fail(ErrorKind::corrupt, "sealed records do not open");
  return Opened{std::move(memory), records};
}

}  // namespace levada::kinesis
