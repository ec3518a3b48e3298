#include "kinesis/hash_key.h"

#include <openssl/evp.h>

#include <algorithm>
#include <functional>
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

// Shards are mostly as wide as their neighbours, so the search begins where the key's share of the
// key space says and steps away from there: with a thousand shards it mostly looks at two of them.
const catalog::Shard& route(const catalog::Stream& stream, Uint128 key) {
  const auto& open = stream.open_shards;
  CHECK(!open.empty(), "a stream that takes records has open shards");
  const auto begins_behind = [&](const catalog::OpenShard& shard) { return shard.begin > key; };
  const std::size_t size = open.size();
  // The first range begins at 0: [low] never begins behind the key, [high], if any, always does.
  std::size_t low = static_cast<std::size_t>((key >> 64) * size >> 64), high = low + 1;
  if (begins_behind(open[low])) {
    for (std::size_t step = 1; begins_behind(open[low]); step *= 2) {
      high = low;
      low -= std::min(step, low);
    }
  } else {
    for (std::size_t step = 1; high < size && !begins_behind(open[high]); step *= 2) {
      low = high;
      high = std::min(high + step, size);
    }
  }
  const auto begin = open.begin();
  const auto behind =
      std::partition_point(begin + static_cast<std::ptrdiff_t>(low) + 1,
                           begin + static_cast<std::ptrdiff_t>(high), std::not_fn(begins_behind));
  return stream.shards[(behind - 1)->place];
}

}  // namespace levada::kinesis
