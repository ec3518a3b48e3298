#include "keys/key_store.h"

#include <algorithm>

#include "base/check.h"

namespace levada::keys {
namespace {

constexpr std::string_view alias_prefix = "alias/", key_prefix = "key/";
constexpr std::size_t alias_size_max = 256;  // KMS API_CreateAlias: "AliasName", with the prefix

std::string fresh_id(io::Random& random) {
  std::array<std::byte, 16> bytes;
  random.fill(bytes);
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};  // a UUID of version 4
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id;
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    if (n == 4 || n == 6 || n == 8 || n == 10) id += '-';
    id += digits[std::to_integer<unsigned>(bytes[n]) >> 4];
    id += digits[std::to_integer<unsigned>(bytes[n]) & 15];
  }
  return id;
}

bool is_key_id(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t n = 0; n < text.size(); ++n) {
    const bool dash = n == 8 || n == 13 || n == 18 || n == 23;
    const char c = text[n];
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !digit) return false;
  }
  return true;
}

std::string_view take_until_colon(std::string_view& text) {
  const std::size_t at = text.find(':');
  const std::string_view part = text.substr(0, at);
  text = at == text.npos ? std::string_view{} : text.substr(at + 1);
  return part;
}

}  // namespace

bool is_alias_name(std::string_view alias) {
  if (!alias.starts_with(alias_prefix) || alias.size() == alias_prefix.size() ||
      alias.size() > alias_size_max)
    return false;
  return std::ranges::all_of(alias, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-';
  });
}

const KeyVersion* MasterKey::version(std::uint32_t number) const {
  const auto at = std::ranges::find(versions, number, &KeyVersion::number);
  return at == versions.end() ? nullptr : &*at;
}

const MasterKey* KeyStore::by_id(std::string_view id) const {
  const auto at = std::ranges::find(keys_, id, &MasterKey::id);
  return at == keys_.end() ? nullptr : &*at;
}
MasterKey* KeyStore::by_id(std::string_view id) {
  const auto at = std::ranges::find(keys_, id, &MasterKey::id);
  return at == keys_.end() ? nullptr : &*at;
}

tl::expected<const MasterKey*, KeyProblem> KeyStore::find(const KeyOwner& who,
                                                          std::string_view name) const {
  std::string_view rest = name;
  if (name.starts_with("arn:")) {
    (void)take_until_colon(rest);
    if (!take_until_colon(rest).starts_with("aws") || take_until_colon(rest) != "kms")
      return tl::unexpected(KeyProblem::malformed);
    if (take_until_colon(rest) != who.region) return tl::unexpected(KeyProblem::other_region);
    if (take_until_colon(rest) != who.account) return tl::unexpected(KeyProblem::other_account);
    if (rest.starts_with(key_prefix))
      rest.remove_prefix(key_prefix.size());
    else if (!rest.starts_with(alias_prefix))
      return tl::unexpected(KeyProblem::malformed);
  }
  const bool alias = rest.starts_with(alias_prefix);
  if (alias ? !is_alias_name(rest) : !is_key_id(rest)) return tl::unexpected(KeyProblem::malformed);
  for (const MasterKey& key : keys_) {
    if (!key.managed() && key.owner != who) continue;
    if (alias ? std::ranges::find(key.aliases, rest) != key.aliases.end() : key.id == rest)
      return &key;
  }
  return tl::unexpected(alias ? KeyProblem::alias_not_found : KeyProblem::key_not_found);
}

MasterKey& KeyStore::create(KeyOwner owner, std::string alias, UnixMillis now, io::Random& random) {
  MasterKey& key = keys_.emplace_back();
  key.id = fresh_id(random);
  key.owner = std::move(owner);
  key.made = now;
  if (!alias.empty()) key.aliases.push_back(std::move(alias));
  rotate(key, now, random);
  return key;
}

std::size_t KeyStore::bury(UnixMillis now) {
  return std::erase_if(keys_, [&](const MasterKey& key) {
    return key.state == KeyState::pending_deletion && key.deletion <= now;
  });
}

void rotate(MasterKey& key, UnixMillis now, io::Random& random) {
  KeyVersion version;
  version.number = key.versions.empty() ? 1 : key.newest().number + 1;
  version.made = now;
  random.fill(version.material);
  key.versions.push_back(version);
}

tl::expected<const MasterKey*, KeyProblem> usable(const MasterKey& key, UnixMillis now) {
  switch (key.state) {
    case KeyState::enabled:
      return &key;
    case KeyState::disabled:
      return tl::unexpected(KeyProblem::disabled);
    case KeyState::pending_deletion:
      return tl::unexpected(key.deletion <= now ? KeyProblem::key_not_found
                                                : KeyProblem::pending_deletion);
  }
  CHECK(false);
}

std::string key_arn(const MasterKey& key, const KeyOwner& who) {
  const KeyOwner& owner = key.managed() ? who : key.owner;
  return "arn:aws:kms:" + owner.region + ":" + owner.account + ":key/" + key.id;
}

}  // namespace levada::keys
