#pragma once
// The key store's file: lines of text with a checksum, so that a truncated or mistyped file is
// refused whole. Grammar: docs/formats/key-store.md.

#include <string>

#include "base/result.h"
#include "keys/key_store.h"

namespace levada::keys {

inline constexpr Bytes key_file_max = 4_MiB;  // ten thousand keys of a few versions

std::string write_key_store(const KeyStore& store);

// Errors: corrupt, with the number of the line.
Result<KeyStore> read_key_store(std::string_view text);

}  // namespace levada::keys
