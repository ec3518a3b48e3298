#include "kinesis/hash_key.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "base/bytes.h"
#include "base/check.h"
#include "base/endian.h"

namespace levada::kinesis {

Uint128 hash_of(std::string_view partition_key) {
  // Fetching the algorithm in every call would cost more than the hash.
  static EVP_MD* const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::byte digest[16];
  const bool done =
      EVP_DigestInit_ex2(context.get(), md5, nullptr) == 1 &&
      EVP_DigestUpdate(context.get(), partition_key.data(), partition_key.size()) == 1 &&
      EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest), nullptr) == 1;
  CHECK(done, "OpenSSL has MD5");
  return Uint128{load_be<std::uint64_t>(digest)} << 64 | load_be<std::uint64_t>(digest + 8);
}

std::optional<Uint128> parse_hash_key(std::string_view text) {
  const auto number = parse_uint128(text);
  if (!number) return std::nullopt;
  return *number;
}

const catalog::Shard& route(const catalog::Stream& stream, Uint128 key) {
  const auto& open = stream.open_shards;
  CHECK(!open.empty(), "a stream that takes records has open shards");
  const auto behind = std::partition_point(open.begin(), open.end(), [&](std::uint32_t n) {
    return stream.shards[n].range.first <= key;
  });
  return stream.shards[*(behind - 1)];  // the first range begins at 0
}

}  // namespace levada::kinesis
