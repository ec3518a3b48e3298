#pragma once
// TokenSeal: what clients carry for us (iterators, page tokens) and can neither read nor change.
// AES-256-GCM under a key that is made once for a data folder and kept in it, so a token survives a
// restart and nothing is stored for it.

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/task.h"
#include "io/disk.h"
#include "io/random.h"

namespace levada::kinesis {

using TokenKey = std::array<std::byte, 32>;

// Reads the key's file, or makes it.
Task<TokenKey> load_token_key(io::Disk& disk, io::Random& random, std::string path);

class TokenSeal {
 public:
  static constexpr std::size_t overhead = 12 + 16;  // nonce and tag

  TokenSeal(const TokenKey& key, io::Random& random);
  ~TokenSeal();

  // `prefix` stays readable and is authenticated too. Never the same bytes twice.
  Buffer seal(ByteView prefix, ByteView content);
  // The content; nullopt: not sealed by this key, or changed.
  std::optional<Buffer> open(std::size_t prefix_size, ByteView token);

 private:
  struct Cipher;
  std::unique_ptr<Cipher> cipher_;
  io::Random& random_;
};

}  // namespace levada::kinesis
