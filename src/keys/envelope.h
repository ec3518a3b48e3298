#pragma once
// Envelopes: a data key sealed by a version of a master key, so that it can lie beside what it
// encrypts. The context (say, whose data key it is) is authenticated: an envelope opens only there.

#include <optional>

#include "io/random.h"
#include "keys/key_store.h"

namespace levada::keys {

inline constexpr std::size_t envelope_size = 12 + 32 + 16;  // nonce, sealed key, tag

Buffer wrap(const KeyVersion& master, ByteView context, const KeyMaterial& data_key,
            io::Random& random);

// nullopt: not sealed by this version for this context, or changed.
std::optional<KeyMaterial> unwrap(const KeyVersion& master, ByteView context, ByteView envelope);

}  // namespace levada::keys
