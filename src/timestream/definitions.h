#pragma once
// Definitions: the fold of all databases and tables. A change says what the new value is, so that
// applying it twice is the same as once (docs/formats/timestream.md).

#include "base/bytes.h"
#include "state/fields.h"
#include "state/fold.h"
#include "timestream/batch_load.h"
#include "timestream/definition.h"
#include "timestream/scheduled_query.h"
#include "timestream/stream_feed.h"

namespace levada::timestream {

class Definitions final : public state::Folded {
 public:
  Result<Unit> apply(ByteView decision) override;
  Buffer checkpoint() const override;
  Result<Unit> restore(ByteView checkpoint) override;

  const std::map<DatabaseKey, Database>& databases() const { return databases_; }
  const Database* find(const DatabaseKey& key) const;
  const Table* find(const DatabaseKey& key, const std::string& table) const;
  const std::map<std::string, BatchLoad>& batch_loads() const { return batch_loads_; }  // by id
  const std::map<TableId, FeedProgress>& feeds() const { return feeds_; }
  TableId next_table() const { return TableId(next_table_); }
  // By ARN.
  const std::map<std::string, ScheduledQuery>& scheduled() const { return scheduled_; }
  AccountSettings settings(const Caller& caller) const;

 private:
  std::map<DatabaseKey, Database> databases_;
  std::map<std::string, BatchLoad> batch_loads_;
  std::map<TableId, FeedProgress> feeds_;
  std::uint64_t next_table_ = 1;
  std::map<std::string, ScheduledQuery> scheduled_;
  std::map<std::pair<std::string, std::string>, AccountSettings> settings_;  // account, region
};

// The bytes of each change. A database is put without its tables.
Buffer put_database(const Database& database);
Buffer remove_database(const DatabaseKey& key);
Buffer put_table(const DatabaseKey& database, const Table& table);
Buffer remove_table(const DatabaseKey& database, const std::string& table);
Buffer put_scheduled_query(const ScheduledQuery& query);
Buffer remove_scheduled_query(const std::string& arn);
Buffer put_settings(const Caller& caller, const AccountSettings& settings);
Buffer put_batch_load(const BatchLoad& load);
Buffer remove_batch_load(const std::string& id);
// It goes with its table.
Buffer put_feed_progress(const FeedProgress& progress);

}  // namespace levada::timestream
