#pragma once
// StreamTable: the streams as one reactor sees them. Looked at without waiting; changed only by
// messages from the catalog.

#include <map>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/account.h"
#include "catalog/stream.h"

namespace levada::catalog {

struct StreamKeyView {
  std::string_view account, region, name;
  friend auto operator<=>(const StreamKeyView&, const StreamKeyView&) = default;
};
inline StreamKeyView view(const StreamKey& key) { return {key.account, key.region, key.name}; }

class StreamTable {
 public:
  // Null when there is none. The snapshot stays as it is while someone holds it.
  const StreamSnapshot& find(const StreamKeyView& key) const;
  const StreamSnapshot& find(StreamId id) const;

  // The streams of an account in a region, by name, behind `after` (empty: from the first).
  std::vector<StreamSnapshot> list(std::string_view account, std::string_view region,
                                   std::string_view after, std::size_t limit) const;
  const std::unordered_map<StreamId, StreamSnapshot>& all() const { return by_id_; }
  AccountSettings account(const AccountKey& key) const;
  // Whether any stream has a policy: mostly none has, and nobody need look for one.
  bool any_policy() const { return with_policy_ > 0; }

  void put(StreamSnapshot stream);
  void remove(const Stream& stream);
  void put(const AccountKey& key, const AccountSettings& settings) {
    accounts_.insert_or_assign(key, settings);
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const StreamKeyView& key) const;
    std::size_t operator()(const StreamKey& key) const { return (*this)(view(key)); }
  };
  struct Equal {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return a.name == b.name && a.region == b.region && a.account == b.account;
    }
  };
  struct Less {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return std::tie(a.account, a.region, a.name) < std::tie(b.account, b.region, b.name);
    }
  };
  std::unordered_map<StreamKey, StreamSnapshot, Hash, Equal> by_key_;
  std::map<StreamKeyView, StreamSnapshot, Less> by_name_;  // views into the snapshot beside them
  std::unordered_map<StreamId, StreamSnapshot> by_id_;
  std::map<AccountKey, AccountSettings> accounts_;
  std::size_t with_policy_ = 0;  // streams
};

}  // namespace levada::catalog
