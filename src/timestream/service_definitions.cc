// Service: the verbs that make, change and list databases and tables.

#include <algorithm>

#include "timestream/refusal.h"
#include "timestream/service.h"

namespace levada::timestream {
namespace {

// Quotas of the developer guide.
constexpr std::size_t name_min = 3, name_max = 256;
constexpr std::size_t tags_max = 200;

Result<Unit> check_name(const std::string& name, std::string_view what) {
  if (name.size() >= name_min && name.size() <= name_max) return Unit{};
  return refuse(Refusal::validation,
                "The " + std::string(what) + " name must be 3 to 256 characters long.");
}

Result<Unit> check_partition_keys(const std::vector<PartitionKey>& keys) {
  if (keys.size() > 1)
    return refuse(Refusal::validation,
                  "You have specified too many partition keys to be used in your composite "
                  "partition key. Only 1 partition keys can be specified.");
  for (const PartitionKey& key : keys) {
    if (key.dimension && key.name.empty())
      return refuse(Refusal::validation, "A partition key of type DIMENSION must have a name.");
    if (key.dimension && !key.enforcement_given)
      return refuse(Refusal::validation,
                    "A partition key of type DIMENSION must have EnforcementInRecord.");
    if (!key.dimension && (!key.name.empty() || key.enforcement_given))
      return refuse(Refusal::validation,
                    "A partition key of type MEASURE has neither a name nor EnforcementInRecord.");
  }
  return Unit{};
}

DatabaseDescription describe(const Database& database) {
  DatabaseDescription description;
  description.database.key = database.key;
  description.database.key_id = database.key_id;
  description.database.created = database.created;
  description.database.updated = database.updated;
  description.database.tags = database.tags;
  description.tables = database.tables.size();
  return description;
}

Database without_tables(const Database& database) { return describe(database).database; }

constexpr char between = '\x1f';  // database and table in a token

}  // namespace

std::string arn_of(const DatabaseKey& key) {
  return "arn:aws:timestream:" + key.region + ":" + key.account + ":database/" + key.name;
}
std::string arn_of(const DatabaseKey& key, const std::string& table) {
  return arn_of(key) + "/table/" + table;
}

Result<const Database*> Service::database(const Caller& caller, const std::string& name) const {
  const Database* found = definitions_.find({caller.account, caller.region, name});
  if (found == nullptr)
    return refuse(Refusal::not_found, "The database " + name + " does not exist.");
  return found;
}

Task<DatabaseDescription> Service::create_database(Caller caller, std::string name,
                                                   std::string key_id, Tags tags) {
  co_await check_name(name, "database");
  state::Turn::Held held = co_await turn_.take();
  Database fresh;
  fresh.key = {caller.account, caller.region, name};
  if (definitions_.find(fresh.key) != nullptr)
    co_return refuse(Refusal::conflict, "The database " + name + " already exists.");
  fresh.key_id = key_id.empty() ? "arn:aws:kms:" + caller.region + ":" + caller.account +
                                      ":key/levada-timestream-default"
                                : key_id;
  fresh.created = fresh.updated = now();
  fresh.tags = std::move(tags);
  Buffer change = put_database(fresh);
  co_await fold_.commit(std::move(change));
  co_return describe(fresh);
}

Task<DatabaseDescription> Service::describe_database(Caller caller, std::string name) {
  const Database* found = co_await database(caller, name);
  co_return describe(*found);
}

Task<DatabaseDescription> Service::update_database(Caller caller, std::string name,
                                                   std::string key_id) {
  state::Turn::Held held = co_await turn_.take();
  const Database* found = co_await database(caller, name);
  Database changed = without_tables(*found);
  if (changed.key_id != key_id) {
    changed.key_id = std::move(key_id);
    changed.updated = now();
    Buffer change = put_database(changed);
    co_await fold_.commit(std::move(change));
  }
  found = co_await database(caller, name);
  co_return describe(*found);
}

Task<Unit> Service::delete_database(Caller caller, std::string name) {
  state::Turn::Held held = co_await turn_.take();
  const Database* found = co_await database(caller, name);
  if (!found->tables.empty())
    co_return refuse(Refusal::validation, "The database " + name +
                                              " cannot be deleted because it has tables. Delete "
                                              "its tables first.");
  Buffer change = remove_database(found->key);
  co_await fold_.commit(std::move(change));
  co_return Unit{};
}

Task<DatabasePage> Service::list_databases(Caller caller, Page page) {
  DatabasePage answer;
  const auto& all = definitions_.databases();
  for (auto at = all.upper_bound({caller.account, caller.region, page.after}); at != all.end();
       ++at) {
    if (at->first.account != caller.account || at->first.region != caller.region) break;
    if (answer.databases.size() == page.limit) {
      answer.next = answer.databases.back().database.key.name;
      break;
    }
    answer.databases.push_back(describe(at->second));
  }
  co_return answer;
}

Task<Table> Service::create_table(Caller caller, CreateTable command) {
  co_await check_name(command.table, "table");
  co_await check_partition_keys(command.partition_keys);
  state::Turn::Held held = co_await turn_.take();
  const Database* found = co_await database(caller, command.database);
  if (found->tables.contains(command.table))
    co_return refuse(Refusal::conflict, "The table " + command.table + " already exists.");
  Table fresh;
  fresh.id = definitions_.next_table();
  fresh.database = command.database;
  fresh.name = command.table;
  fresh.created = fresh.updated = now();
  if (command.retention) fresh.retention = *command.retention;
  fresh.magnetic_writes = std::move(command.magnetic_writes);
  fresh.partition_keys = std::move(command.partition_keys);
  if (fresh.partition_keys.empty()) fresh.partition_keys.emplace_back();
  fresh.tags = std::move(command.tags);
  const std::shared_ptr<TableStore> store = make_store(fresh.id);
  co_await store->open();
  Buffer change = put_table(found->key, fresh);
  co_await fold_.commit(std::move(change));
  tables_.emplace(fresh.id, store);
  co_return fresh;
}

Task<Table> Service::describe_table(Caller caller, std::string database, std::string name) {
  const Table* found = co_await table(caller, database, name);
  co_return *found;
}

Task<Table> Service::update_table(Caller caller, UpdateTable command) {
  state::Turn::Held held = co_await turn_.take();
  const Table* found = co_await table(caller, command.database, command.table);
  Table changed = *found;
  if (command.retention) changed.retention = *command.retention;
  if (command.magnetic_writes) changed.magnetic_writes = std::move(command.magnetic_writes);
  if (!command.partition_keys.empty()) {
    co_await check_partition_keys(command.partition_keys);
    const auto same = [](const PartitionKey& a, const PartitionKey& b) {
      return a.dimension == b.dimension && a.name == b.name;
    };
    if (!std::ranges::equal(command.partition_keys, changed.partition_keys, same))
      co_return refuse(Refusal::validation,
                       "Of a partition key only EnforcementInRecord can be changed.");
    changed.partition_keys = std::move(command.partition_keys);
  }
  // What the old retention let go does not come back with a longer one.
  const std::int64_t shown_from = window_of(*found, now()).shown_from;
  if (window_of(changed, now()).shown_from < shown_from) {
    const std::shared_ptr<TableStore> store = tables_.at(changed.id);
    co_await store->settle(shown_from);
  }
  changed.updated = now();
  Buffer change = put_table({caller.account, caller.region, command.database}, changed);
  co_await fold_.commit(std::move(change));
  co_return changed;
}

Task<Unit> Service::delete_table(Caller caller, std::string database, std::string name) {
  state::Turn::Held held = co_await turn_.take();
  const Table* found = co_await table(caller, database, name);
  const TableId id = found->id;
  const std::shared_ptr<TableStore> store = tables_.at(id);
  {
    state::Turn::Held writes = co_await store->turn().take();
    Buffer change = remove_table({caller.account, caller.region, database}, name);
    co_await fold_.commit(std::move(change));
    tables_.erase(id);
  }
  (void)co_await outcome(store->remove());
  (void)co_await outcome(journal_.log.trim(partition_of(id), log::Position::end()));
  co_return Unit{};
}

Task<TablePage> Service::list_tables(Caller caller, std::string database, Page page) {
  if (!database.empty()) co_await this->database(caller, database);
  const std::size_t cut = std::min(page.after.find(between), page.after.size());
  const std::string after_database = page.after.substr(0, cut);
  const std::string after_table =
      cut < page.after.size() ? page.after.substr(cut + 1) : std::string();
  TablePage answer;
  for (const auto& [key, each] : definitions_.databases()) {
    if (key.account != caller.account || key.region != caller.region) continue;
    if (!database.empty() && key.name != database) continue;
    if (key.name < after_database) continue;
    for (const auto& [name, table] : each.tables) {
      if (key.name == after_database && name <= after_table) continue;
      if (answer.tables.size() == page.limit) {
        const Table& last = answer.tables.back();
        answer.next = last.database + between + last.name;
        co_return answer;
      }
      answer.tables.push_back(table);
    }
  }
  co_return answer;
}

Result<Service::Tagged> Service::resource(const Caller& caller, const std::string& arn) const {
  for (const auto& [key, each] : definitions_.databases()) {
    if (key.account != caller.account || key.region != caller.region) continue;
    if (arn_of(key) == arn) return Tagged{&each, nullptr};
    for (const auto& [name, table] : each.tables)
      if (arn_of(key, name) == arn) return Tagged{&each, &table};
  }
  const auto scheduled = definitions_.scheduled().find(arn);
  if (scheduled != definitions_.scheduled().end() && scheduled->second.account == caller.account &&
      scheduled->second.region == caller.region)
    return Tagged{nullptr, nullptr, &scheduled->second};
  if (!arn.starts_with("arn:aws:timestream:"))
    return refuse(Refusal::validation, "The resource ARN " + arn + " is not valid.");
  return refuse(Refusal::not_found, "The resource " + arn + " does not exist.");
}

Task<Unit> Service::put_tags(Tagged at, Tags tags) {
  if (tags.size() > tags_max)
    co_return refuse(Refusal::quota, "A resource may have at most 200 tags.");
  Buffer change;
  if (at.scheduled != nullptr) {
    ScheduledQuery changed = *at.scheduled;
    changed.tags = std::move(tags);
    change = put_scheduled_query(changed);
  } else if (at.table != nullptr) {
    Table changed = *at.table;
    changed.tags = std::move(tags);
    change = put_table(at.database->key, changed);
  } else {
    Database changed = without_tables(*at.database);
    changed.tags = std::move(tags);
    change = put_database(changed);
  }
  co_await fold_.commit(std::move(change));
  co_return Unit{};
}

Task<Unit> Service::tag(Caller caller, std::string arn, Tags tags) {
  state::Turn::Held held = co_await turn_.take();
  const Tagged at = co_await resource(caller, arn);
  Tags all = at.tags();
  for (auto& [key, value] : tags) all.insert_or_assign(key, value);
  co_return co_await outcome(put_tags(at, std::move(all)));
}

Task<Unit> Service::untag(Caller caller, std::string arn, std::vector<std::string> keys) {
  state::Turn::Held held = co_await turn_.take();
  const Tagged at = co_await resource(caller, arn);
  Tags all = at.tags();
  for (const std::string& key : keys) all.erase(key);
  co_return co_await outcome(put_tags(at, std::move(all)));
}

Task<Tags> Service::tags(Caller caller, std::string arn) {
  const Tagged at = co_await resource(caller, arn);
  co_return at.tags();
}

}  // namespace levada::timestream
