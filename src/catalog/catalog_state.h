#pragma once
// CatalogState: what the catalog's log folds into. Streams are immutable snapshots; applying a
// decision replaces those it names and leaves the others untouched.

#include <map>
#include <unordered_map>

#include "catalog/decision.h"
#include "state/fold.h"

namespace levada::catalog {

// One stream's step from one version to the next; either may be null.
struct StreamStep {
  StreamSnapshot before, after;
};

// What limits are counted against.
struct AccountTotals {
  std::uint64_t streams = 0, open_shards = 0, on_demand_streams = 0;
};

class CatalogState final : public state::Folded {
 public:
  Result<Unit> apply(ByteView decision) override;
  Buffer checkpoint() const override;
  Result<Unit> restore(ByteView checkpoint) override;

  // Null when there is none.
  StreamSnapshot find(const StreamKey& key) const;
  StreamSnapshot find(StreamId id) const;
  const std::map<StreamKey, StreamSnapshot>& streams() const { return streams_; }
  AccountSettings account(const AccountKey& key) const;
  const std::map<AccountKey, AccountSettings>& accounts() const { return accounts_; }
  AccountTotals totals(const AccountKey& key) const;
  std::uint64_t next_stream() const { return next_stream_; }
  std::uint64_t next_partition() const { return next_partition_; }

  // What the last apply changed.
  const std::vector<StreamStep>& steps() const { return steps_; }

 private:
  std::map<StreamKey, StreamSnapshot> streams_;
  std::unordered_map<StreamId, StreamSnapshot> by_id_;
  std::map<AccountKey, AccountSettings> accounts_;
  void count(const StreamStep& step);

  std::map<AccountKey, AccountTotals> totals_;
  std::uint64_t next_stream_ = 1, next_partition_ = 1;  // partition 0 is the catalog itself
  std::vector<StreamStep> steps_;
};

}  // namespace levada::catalog
