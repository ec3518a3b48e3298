#include "wire/sigv4_key_cache.h"

#include <functional>

namespace levada::wire {

HmacSha256 derive_signing_key(const SigningScope& scope) {
  const std::string secret = "AWS4" + std::string(scope.secret_key);
  const Sha256Digest date = HmacSha256(as_bytes(secret)).of(scope.date);
  const Sha256Digest region = HmacSha256(date).of(scope.region);
  const Sha256Digest service = HmacSha256(region).of(scope.service);
  return HmacSha256(HmacSha256(service).of("aws4_request"));
}

bool SigningKeyCache::Slot::holds(const SigningScope& scope) const {
  return key && access_key == scope.access_key && secret_key == scope.secret_key &&
         date == scope.date && region == scope.region && service == scope.service;
}

std::size_t SigningKeyCache::first_slot(const SigningScope& scope) const {
  const std::hash<std::string_view> hash;
  const std::size_t mixed =
      hash(scope.access_key) + 31 * hash(scope.region) + 961 * hash(scope.date);
  return mixed % (slots_.size() / ways) * ways;
}

const HmacSha256* SigningKeyCache::find(const SigningScope& scope) const {
  const std::size_t first = first_slot(scope);
  for (std::size_t i = first; i < first + ways; ++i)
    if (slots_[i].holds(scope)) return &*slots_[i].key;
  return nullptr;
}

void SigningKeyCache::keep(const SigningScope& scope, const HmacSha256& key) {
  next_way_ = (next_way_ + 1) % ways;
  slots_[first_slot(scope) + next_way_] = Slot{
      .access_key = std::string(scope.access_key),
      .secret_key = std::string(scope.secret_key),
      .date = std::string(scope.date),
      .region = std::string(scope.region),
      .service = std::string(scope.service),
      .key = key,
  };
}

}  // namespace levada::wire
