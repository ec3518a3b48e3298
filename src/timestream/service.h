#pragma once
// Service: Timestream's databases, tables and their points, on the reactor that owns them. Other
// reactors ask through at_home. Durable is what was appended; a restart replays the tables' logs.

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "io/disk.h"
#include "io/gate.h"
#include "log/journals.h"
#include "state/fold.h"
#include "state/turn.h"
#include "timestream/definitions.h"
#include "timestream/object_directory.h"
#include "timestream/table_store.h"
#include "timestream/write.h"

namespace levada::timestream {

struct DatabaseDescription {
  Database database;  // without its tables
  std::size_t tables = 0;
};

struct CreateTable {
  std::string database, table;
  std::optional<Retention> retention;
  std::optional<MagneticWrites> magnetic_writes;
  std::vector<PartitionKey> partition_keys;
  Tags tags;
};

struct UpdateTable {
  std::string database, table;
  std::optional<Retention> retention;
  std::optional<MagneticWrites> magnetic_writes;
  std::vector<PartitionKey> partition_keys;
};

struct Page {
  std::size_t limit;
  std::string after;  // where the page before ended; empty: from the first
};

struct DatabasePage {
  std::vector<DatabaseDescription> databases;
  std::string next;  // empty: the last
};
struct TablePage {
  std::vector<Table> tables;
  std::string next;
};

struct LoadPage {
  std::vector<BatchLoad> loads;
  std::string next;
};

struct ServiceOptions {
  std::string directory;
  std::string objects = {};  // the root of what stands for S3; empty: objects/ in the directory
  Nanos expiry_interval = std::chrono::seconds(60);
  Bytes memory_max = 128_MiB;  // points that are in no segment; half of it makes segments begin
  Bytes cache_max = 128_MiB;   // blocks of segments that were read lately, as far as decoded
  Nanos flush_interval = std::chrono::minutes(30);  // for tables that are seldom written
};

class Service {
 public:
  // All outlive the service. `disk` is that of the home reactor.
  Service(const log::Journals& journals, io::Disk& disk, ServiceOptions options);
  ~Service();

  io::Reactor& home() { return journal_.reactor; }
  template <class Make>
  auto at_home(io::Reactor& here, Make make) {
    return io::call(here, home(), std::move(make));
  }

  // All that follows is for the home reactor.
  Task<Unit> open();
  Task<Unit> stop();

  Task<DatabaseDescription> create_database(Caller caller, std::string name, std::string key_id,
                                            Tags tags);
  Task<DatabaseDescription> describe_database(Caller caller, std::string name);
  Task<DatabaseDescription> update_database(Caller caller, std::string name, std::string key_id);
  Task<Unit> delete_database(Caller caller, std::string name);
  Task<DatabasePage> list_databases(Caller caller, Page page);

  Task<Table> create_table(Caller caller, CreateTable command);
  Task<Table> describe_table(Caller caller, std::string database, std::string table);
  Task<Table> update_table(Caller caller, UpdateTable command);
  Task<Unit> delete_table(Caller caller, std::string database, std::string table);
  // Of one database, or of all where `database` is empty.
  Task<TablePage> list_tables(Caller caller, std::string database, Page page);

  Task<Unit> tag(Caller caller, std::string arn, Tags tags);
  Task<Unit> untag(Caller caller, std::string arn, std::vector<std::string> keys);
  Task<Tags> tags(Caller caller, std::string arn);

  // `records` is what read_records made of the request, which outlives the call.
  Task<WriteAnswer> write(Caller caller, std::string database, std::string table,
                          ReadRecords records);

  const Definitions& definitions() const { return definitions_; }
  // For those who keep definitions of their own beside the tables: what is decided under the turn
  // is durable and applied when commit resolves.
  state::Turn& turn() { return turn_; }
  Task<Unit> commit(Buffer change);
  // Null when there is none. The store stays alive as long as someone holds it.
  std::shared_ptr<const TableStore> store(TableId table) const;
  BlockCache& cache() { return cache_; }
  ObjectDirectory& objects() { return objects_; }

  // The id of the load. Errors: validation, not_found, conflict.
  Task<std::string> create_batch_load(Caller caller, LoadCommand command);
  Task<BatchLoad> describe_batch_load(Caller caller, std::string id);
  Task<LoadPage> list_batch_loads(Caller caller, std::optional<LoadStatus> status, Page page);
  Task<Unit> resume_batch_load(Caller caller, std::string id);

  // How far a stream has fed a table; nothing known yet: from the begin.
  FeedProgress feed_progress(TableId table) const;
  Task<Unit> keep_feed(FeedProgress progress);

  // All that is in memory goes to segments.
  Task<Unit> flush();

 private:
  struct Tagged {
    const Database* database;
    const Table* table;  // null: the database itself
    const ScheduledQuery* scheduled = nullptr;
    const Tags& tags() const {
      return scheduled != nullptr ? scheduled->tags
             : table != nullptr   ? table->tags
                                  : database->tags;
    }
  };

  Result<const Database*> database(const Caller& caller, const std::string& name) const;
  Result<const Table*> table(const Caller& caller, const std::string& database,
                             const std::string& name) const;
  Result<Tagged> resource(const Caller& caller, const std::string& arn) const;
  Task<Unit> put_tags(Tagged at, Tags tags);
  Result<const BatchLoad*> batch_load(const Caller& caller, const std::string& id) const;
  Task<Unit> drop_oldest_load();
  Task<Unit> keep_load(BatchLoad load);
  Task<Unit> run_batch_loads();
  std::shared_ptr<TableStore> make_store(TableId table);
  Task<Unit> drop_orphans();
  Task<Unit> keep_stores();
  Task<Unit> expire_all();
  Task<Unit> flush_some();  // what there is too much of, and what is old
  Task<Unit> compact_all();
  Task<Unit> wait_for_room();
  std::size_t memory() const;
  bool is_full(const TableStore& store) const;  // it is to be flushed now
  std::vector<std::shared_ptr<TableStore>> stores() const;
  UnixMillis now() { return journal_.reactor.clock().now(); }

  log::Journal journal_;
  ServiceOptions options_;
  Definitions definitions_;
  state::Fold fold_;
  state::Turn turn_;
  io::Disk& disk_;
  ObjectDirectory objects_;
  BlockCache cache_;
  std::unordered_map<TableId, std::shared_ptr<TableStore>> tables_;
  bool flush_failed_ = false;
  io::Gate gate_;
};

std::string arn_of(const DatabaseKey& key);
std::string arn_of(const DatabaseKey& key, const std::string& table);

}  // namespace levada::timestream
