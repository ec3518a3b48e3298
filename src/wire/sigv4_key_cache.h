#pragma once
// The signing keys of SigV4, derived once per access key, day, region and service and then kept:
// four HMACs less for every request. Bounded; belongs to one reactor.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/sha256.h"

namespace levada::wire {

// What a signing key is made of. The secret is part of it: a changed secret finds no old key.
struct SigningScope {
  std::string_view access_key;
  std::string_view secret_key;
  std::string_view date;  // yyyymmdd
  std::string_view region;
  std::string_view service;
};

HmacSha256 derive_signing_key(const SigningScope& scope);

class SigningKeyCache {
 public:
  // 4 × 64 keys of about 400 bytes: the tenants of a day, more than once around the world.
  explicit SigningKeyCache(std::size_t sets = 64) : slots_(sets * ways) {}

  const HmacSha256* find(const SigningScope& scope) const;  // null when not kept
  // Only for keys that have verified a signature: who does not know a secret cannot push out
  // others.
  void keep(const SigningScope& scope, const HmacSha256& key);

 private:
  static constexpr std::size_t ways = 4;
  struct Slot {
    std::string access_key, secret_key, date, region, service;
    std::optional<HmacSha256> key;
    bool holds(const SigningScope& scope) const;
  };

  std::size_t first_slot(const SigningScope& scope) const;

  std::vector<Slot> slots_;
  std::size_t next_way_ = 0;
};

}  // namespace levada::wire
