#pragma once
// RecordCipher: seals the records of encrypted streams on their way into the journal, where they
// stand, and opens them on their way out. One on each reactor. Data keys come from the stream's
// catalog entry and are opened with the master keys of the key store. Layout:
// docs/formats/record-payload.md; why here: docs/adr/0009.

#include <memory>
#include <unordered_map>

#include "catalog/stream.h"
#include "io/clock.h"
#include "keys/envelope.h"
#include "kinesis/refusal.h"
#include "log/position.h"

namespace levada::kinesis {

class RecordCipher {
 public:
  RecordCipher(io::Clock& clock, io::Random& random);

  // From now on these master keys count; what older ones opened is forgotten.
  void use(std::shared_ptr<const keys::KeyStore> store);

  struct DataKey {
    std::uint32_t number;
    keys::KeyMaterial material;
  };
  // What seals an encrypted stream's records now; valid until the caller next waits. Errors: the
  // KMS refusals, in AWS's words.
  Result<const DataKey*> sealing_key(const catalog::Stream& stream);

  // A payload that a PayloadWriter filled for this data key, in place.
  void seal(const DataKey& key, log::PartitionId partition, MutableByteView payload);

  // The records of a sealed payload, in memory of their own. Errors: the KMS refusals; corrupt.
  struct Opened {
    std::shared_ptr<const std::byte[]> memory;
    ByteView records;
  };
  Result<Opened> open(const catalog::Stream& stream, log::PartitionId partition, ByteView payload);

 private:
  Result<const DataKey*> find(const catalog::Stream& stream, std::uint32_t number);
  Result<DataKey> unwrap(const catalog::Stream& stream, std::uint32_t number) const;
  keys::Nonce next_nonce();

  io::Clock& clock_;
  io::Random& random_;
  std::shared_ptr<const keys::KeyStore> store_;
  keys::AesGcm aes_;
  // A nonce is eight random bytes and a counter; new random bytes when the counter is spent.
  keys::Nonce nonce_{};
  std::uint32_t nonces_used_ = 0;
  struct Place {
    catalog::StreamId stream;
    std::uint32_t number;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place& place) const {
      return std::hash<std::uint64_t>()(place.stream.value() * 0x9e3779b97f4a7c15u + place.number);
    }
  };
  std::unordered_map<Place, Result<DataKey>, PlaceHash> opened_;
};

// What an envelope in the catalog is bound to.
Buffer envelope_context(catalog::StreamId stream);

// A master key that cannot be used, in the service's words. `name` as the client or the stream has
// it.
tl::unexpected<Error> refuse_key(keys::KeyProblem problem, std::string_view name,
                                 const keys::KeyOwner& who);

}  // namespace levada::kinesis
