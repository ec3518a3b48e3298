#define OPENSSL_SUPPRESS_DEPRECATED  // SHA256_Update: the only door to the compression itself
#include "wire/sha256.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

#include "base/cpu.h"
#include "base/endian.h"
#include "wire/sha256_kernels.h"

namespace levada::wire {

void sha256_kernel::compress_openssl(std::uint32_t state[8], const std::byte* blocks,
                                     std::size_t count) {
  SHA256_CTX context{};
  context.md_len = SHA256_DIGEST_LENGTH;
  std::copy_n(state, 8, context.h);
  SHA256_Update(&context, blocks, count * Sha256::block_size);
  std::copy_n(context.h, 8, state);
}

namespace {

void compress(std::array<std::uint32_t, 8>& state, const std::byte* blocks, std::size_t count) {
  if (cpu_features().sha_ni) [[likely]]
    sha256_kernel::compress_sha_ni(state.data(), blocks, count);
  else
    sha256_kernel::compress_openssl(state.data(), blocks, count);
}

}  // namespace

void Sha256::update(ByteView bytes) {
  if (bytes.empty()) return;
  const std::size_t begun = size_ % block_size;
  size_ += bytes.size();
  if (begun > 0) {
    const std::size_t taken = std::min(bytes.size(), block_size - begun);
    std::memcpy(begun_.data() + begun, bytes.data(), taken);
    if (begun + taken < block_size) return;
    compress(state_, begun_.data(), 1);
    bytes = bytes.subspan(taken);
  }
  if (const std::size_t whole = bytes.size() / block_size; whole > 0) {
    compress(state_, bytes.data(), whole);
    bytes = bytes.subspan(whole * block_size);
  }
  if (!bytes.empty()) std::memcpy(begun_.data(), bytes.data(), bytes.size());
}

Sha256Digest Sha256::finish() {
  std::size_t begun = size_ % block_size;
  begun_[begun++] = std::byte{0x80};
  constexpr std::size_t length_at = block_size - sizeof(std::uint64_t);
  if (begun > length_at) {
    std::memset(begun_.data() + begun, 0, block_size - begun);
    compress(state_, begun_.data(), 1);
    begun = 0;
  }
  std::memset(begun_.data() + begun, 0, length_at - begun);
  store_be(begun_.data() + length_at, size_ * 8);
  compress(state_, begun_.data(), 1);
  Sha256Digest digest;
  for (std::size_t i = 0; i < 8; ++i) store_be(digest.data() + 4 * i, state_[i]);
  return digest;
}

Sha256Digest sha256(ByteView bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

HmacSha256::HmacSha256(ByteView key) {
  Sha256Digest hashed;
  if (key.size() > Sha256::block_size) {
    hashed = sha256(key);
    key = hashed;
  }
  std::array<std::byte, Sha256::block_size> pad;
  const auto xor_key = [&](std::byte with) {
    pad.fill(with);
    for (std::size_t i = 0; i < key.size(); ++i) pad[i] ^= key[i];
    return ByteView(pad);
  };
  inner_.update(xor_key(std::byte{0x36}));
  outer_.update(xor_key(std::byte{0x5c}));
}

Sha256Digest HmacSha256::of(ByteView message) const {
  Sha256 inner = begin();
  inner.update(message);
  return finish(inner);
}

Sha256Digest HmacSha256::finish(Sha256 message) const {
  Sha256 outer = outer_;
  outer.update(message.finish());
  return outer.finish();
}

}  // namespace levada::wire
