#include "keys/envelope.h"

#include <cstring>

namespace levada::keys {

Buffer wrap(const KeyVersion& master, ByteView context, const KeyMaterial& data_key,
            io::Random& random) {
  Nonce nonce;
  random.fill(nonce);
  KeyMaterial sealed = data_key;
  const Tag tag = AesGcm().seal(master.material, nonce, context, sealed);
  Buffer envelope;
  envelope.reserve(envelope_size);
  envelope.insert(envelope.end(), nonce.begin(), nonce.end());
  envelope.insert(envelope.end(), sealed.begin(), sealed.end());
  envelope.insert(envelope.end(), tag.begin(), tag.end());
  return envelope;
}

std::optional<KeyMaterial> unwrap(const KeyVersion& master, ByteView context, ByteView envelope) {
  if (envelope.size() != envelope_size) return std::nullopt;
  Nonce nonce;
  Tag tag;
  KeyMaterial key;
  std::memcpy(nonce.data(), envelope.data(), nonce.size());
  std::memcpy(tag.data(), envelope.data() + nonce.size() + key.size(), tag.size());
  const ByteView sealed = envelope.subspan(nonce.size(), key.size());
  if (!AesGcm().open(master.material, nonce, context, sealed, tag, key)) return std::nullopt;
  return key;
}

}  // namespace levada::keys
