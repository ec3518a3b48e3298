#pragma once
// KeyStore: the master keys of a server, as a value. What AWS keeps in KMS: keys that belong to an
// account and a region, their aliases, their state, their versions. One key is the server's own,
// for everybody who names alias/aws/kinesis.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "base/time.h"
#include "io/random.h"
#include "keys/aes_gcm.h"

namespace levada::keys {

inline constexpr std::string_view managed_alias = "alias/aws/kinesis";

enum class KeyState : std::uint8_t { enabled, disabled, pending_deletion };

struct KeyVersion {
  std::uint32_t number = 1;  // counts from 1
  UnixMillis made{};
  KeyMaterial material{};
  friend bool operator==(const KeyVersion&, const KeyVersion&) = default;
};

struct KeyOwner {
  std::string account{}, region{};  // both empty: the server's own key
  friend auto operator<=>(const KeyOwner&, const KeyOwner&) = default;
};

struct MasterKey {
  std::string id;  // a UUID
  KeyOwner owner;
  UnixMillis made{};
  KeyState state = KeyState::enabled;
  UnixMillis deletion{};             // when a pending deletion comes true
  std::vector<std::string> aliases;  // "alias/…"
  std::vector<KeyVersion> versions;  // the last one seals, all of them open
  bool managed() const { return owner == KeyOwner{}; }
  const KeyVersion& newest() const { return versions.back(); }
  const KeyVersion* version(std::uint32_t number) const;
  friend bool operator==(const MasterKey&, const MasterKey&) = default;
};

// Why a name gives no key that may be used.
enum class KeyProblem : std::uint8_t {
  malformed,      // neither id nor ARN nor alias
  key_not_found,  // also after its deletion
  alias_not_found,
  other_region,
  other_account,
  disabled,
  pending_deletion,
};

class KeyStore {
 public:
  const std::vector<MasterKey>& keys() const { return keys_; }

  // By id, "arn:aws:kms:…:key/ID", "alias/NAME" or an alias's ARN; as `who` may name it.
  tl::expected<const MasterKey*, KeyProblem> find(const KeyOwner& who, std::string_view name) const;
  const MasterKey* by_id(std::string_view id) const;
  MasterKey* by_id(std::string_view id);

  MasterKey& create(KeyOwner owner, std::string alias, UnixMillis now, io::Random& random);
  void add(MasterKey key) { keys_.push_back(std::move(key)); }
  // Keys whose deletion came true leave with all that only they can open. How many.
  std::size_t bury(UnixMillis now);

 private:
  std::vector<MasterKey> keys_;
};

// A new version, which seals from now on.
void rotate(MasterKey& key, UnixMillis now, io::Random& random);

// Whether the key may seal and open now.
tl::expected<const MasterKey*, KeyProblem> usable(const MasterKey& key, UnixMillis now);

// As `who` sees it: the server's own key lies in everybody's account.
std::string key_arn(const MasterKey& key, const KeyOwner& who);

bool is_alias_name(std::string_view alias);  // "alias/" and 1 to 250 of [A-Za-z0-9/_-]

}  // namespace levada::keys
