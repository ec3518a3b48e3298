#include "timestream/definitions.h"

#include <algorithm>

#include "timestream/field_time.h"

namespace levada::timestream {
namespace {

using state::FieldReader;
using state::FieldWriter;

// Field numbers are for ever.
enum ChangeField : std::uint32_t {
  change_put_database = 1,
  change_remove_database,
  change_put_table,
  change_remove_table,
  change_next_table,
  change_put_batch_load,
  change_remove_batch_load,
  change_put_feed_progress,
  change_put_scheduled_query = 10,
  change_remove_scheduled_query,
  change_put_settings,
};

void write(FieldWriter& to, std::uint32_t field, const Tags& tags) {
  for (const auto& [key, value] : tags)
    to.nested(field, [&](FieldWriter& tag) {
      tag.text(1, key);
      tag.text(2, value);
    });
}

void read_tag(ByteView bytes, Tags& tags) {
  FieldReader from(bytes);
  std::string key, value;
  while (const auto f = from.next()) (f->id == 1 ? key : value) = f->text();
  tags.insert_or_assign(std::move(key), std::move(value));
}

void write(FieldWriter& to, std::uint32_t field, const DatabaseKey& key) {
  to.nested(field, [&](FieldWriter& inner) {
    inner.text(1, key.account);
    inner.text(2, key.region);
    inner.text(3, key.name);
  });
}

DatabaseKey read_key(ByteView bytes) {
  DatabaseKey key;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) key.account = f->text();
    if (f->id == 2) key.region = f->text();
    if (f->id == 3) key.name = f->text();
  }
  return key;
}

void write(FieldWriter& to, const Database& d) {
  write(to, 1, d.key);
  to.text(2, d.key_id);
  to.number(3, millis(d.created));
  to.number(4, millis(d.updated));
  write(to, 5, d.tags);
}

bool read(ByteView bytes, Database& d) {
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) d.key = read_key(f->bytes);
    if (f->id == 2) d.key_id = f->text();
    if (f->id == 3) d.created = moment(f->number);
    if (f->id == 4) d.updated = moment(f->number);
    if (f->id == 5) read_tag(f->bytes, d.tags);
  }
  return !from.broken();
}

void write(FieldWriter& to, const MagneticWrites& m) {
  to.number(1, m.enabled ? 1 : 0);
  if (!m.rejected) return;
  to.nested(2, [&](FieldWriter& inner) {
    inner.text(1, m.rejected->bucket);
    inner.text(2, m.rejected->prefix);
    inner.text(3, m.rejected->encryption);
    inner.text(4, m.rejected->key_id);
  });
}

MagneticWrites read_magnetic(ByteView bytes) {
  MagneticWrites m;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) m.enabled = f->number != 0;
    if (f->id != 2) continue;
    ReportLocation& at = m.rejected.emplace();
    FieldReader inner(f->bytes);
    while (const auto g = inner.next()) {
      if (g->id == 1) at.bucket = g->text();
      if (g->id == 2) at.prefix = g->text();
      if (g->id == 3) at.encryption = g->text();
      if (g->id == 4) at.key_id = g->text();
    }
  }
  return m;
}

void write(FieldWriter& to, const PartitionKey& key) {
  to.number(1, key.dimension ? 1 : 0);
  to.text(2, key.name);
  to.number(3, key.required ? 1 : 0);
  to.number(4, key.enforcement_given ? 1 : 0);
}

PartitionKey read_partition_key(ByteView bytes) {
  PartitionKey key;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) key.dimension = f->number != 0;
    if (f->id == 2) key.name = f->text();
    if (f->id == 3) key.required = f->number != 0;
    if (f->id == 4) key.enforcement_given = f->number != 0;
  }
  return key;
}

void write(FieldWriter& to, const Table& t) {
  to.number(1, t.id.value());
  to.text(2, t.name);
  to.number(3, millis(t.created));
  to.number(4, millis(t.updated));
  to.number(5, static_cast<std::uint64_t>(t.retention.memory_hours));
  to.number(6, static_cast<std::uint64_t>(t.retention.magnetic_days));
  if (t.magnetic_writes) to.nested(7, [&](FieldWriter& in) { write(in, *t.magnetic_writes); });
  for (const PartitionKey& key : t.partition_keys)
    to.nested(8, [&](FieldWriter& in) { write(in, key); });
  write(to, 9, t.tags);
}

bool read(ByteView bytes, Table& t) {
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) t.id = TableId(f->number);
    if (f->id == 2) t.name = f->text();
    if (f->id == 3) t.created = moment(f->number);
    if (f->id == 4) t.updated = moment(f->number);
    if (f->id == 5) t.retention.memory_hours = static_cast<std::int64_t>(f->number);
    if (f->id == 6) t.retention.magnetic_days = static_cast<std::int64_t>(f->number);
    if (f->id == 7) t.magnetic_writes = read_magnetic(f->bytes);
    if (f->id == 8) t.partition_keys.push_back(read_partition_key(f->bytes));
    if (f->id == 9) read_tag(f->bytes, t.tags);
  }
  return !from.broken();
}

struct TablePlace {  // of a change: the database, then the table or its name
  DatabaseKey database;
  ByteView table;
};

TablePlace read_place(ByteView bytes) {
  TablePlace place;
  FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) place.database = read_key(f->bytes);
    if (f->id == 2) place.table = f->bytes;
  }
  return place;
}

}  // namespace

Buffer put_database(const Database& database) {
  Buffer out;
  FieldWriter to(out);
  to.nested(change_put_database, [&](FieldWriter& in) { write(in, database); });
  return out;
}

Buffer remove_database(const DatabaseKey& key) {
  Buffer out;
  FieldWriter to(out);
  write(to, change_remove_database, key);
  return out;
}

Buffer put_table(const DatabaseKey& database, const Table& table) {
  Buffer out;
  FieldWriter to(out);
  to.nested(change_put_table, [&](FieldWriter& in) {
    write(in, 1, database);
    in.nested(2, [&](FieldWriter& inner) { write(inner, table); });
  });
  return out;
}

Buffer remove_table(const DatabaseKey& database, const std::string& table) {
  Buffer out;
  FieldWriter to(out);
  to.nested(change_remove_table, [&](FieldWriter& in) {
    write(in, 1, database);
    in.text(2, table);
  });
  return out;
}

Buffer put_scheduled_query(const ScheduledQuery& query) {
  Buffer out;
  FieldWriter to(out);
  to.nested(change_put_scheduled_query, [&](FieldWriter& in) { write(in, query); });
  return out;
}

Buffer remove_scheduled_query(const std::string& arn) {
  Buffer out;
  FieldWriter to(out);
  to.text(change_remove_scheduled_query, arn);
  return out;
}

Buffer put_settings(const Caller& caller, const AccountSettings& settings) {
  Buffer out;
  FieldWriter to(out);
  to.nested(change_put_settings, [&](FieldWriter& in) {
    in.text(1, caller.account);
    in.text(2, caller.region);
    in.nested(3, [&](FieldWriter& inner) { write(inner, settings); });
  });
  return out;
}

Buffer put_batch_load(const BatchLoad& load) {
  Buffer out;
  FieldWriter to(out);
  to.bytes(change_put_batch_load, encode(load));
  return out;
}

Buffer remove_batch_load(const std::string& id) {
  Buffer out;
  FieldWriter to(out);
  to.text(change_remove_batch_load, id);
  return out;
}

Buffer put_feed_progress(const FeedProgress& progress) {
  Buffer out;
  FieldWriter to(out);
  to.bytes(change_put_feed_progress, encode(progress));
  return out;
}

Result<Unit> Definitions::apply(ByteView decision) {
  FieldReader from(decision);
  while (const auto f = from.next()) {
    switch (f->id) {
      case change_put_database: {
        Database database;
        if (!read(f->bytes, database))
          return fail(ErrorKind::corrupt, "a database does not decode");
        Database& at = databases_[database.key];
        database.tables = std::move(at.tables);
        at = std::move(database);
        break;
      }
      case change_remove_database:
        databases_.erase(read_key(f->bytes));
        break;
      case change_put_table: {
        const TablePlace place = read_place(f->bytes);
        Table table;
        if (!read(place.table, table)) return fail(ErrorKind::corrupt, "a table does not decode");
        table.database = place.database.name;
        next_table_ = std::max(next_table_, table.id.value() + 1);
        const auto database = databases_.find(place.database);
        if (database == databases_.end())
          return fail(ErrorKind::corrupt, "a table without its database");
        database->second.tables.insert_or_assign(table.name, std::move(table));
        break;
      }
      case change_remove_table: {
        const TablePlace place = read_place(f->bytes);
        const auto database = databases_.find(place.database);
        if (database == databases_.end()) break;
        const auto table = database->second.tables.find(std::string(as_text(place.table)));
        if (table == database->second.tables.end()) break;
        feeds_.erase(table->second.id);
        database->second.tables.erase(table);
        break;
      }
      case change_put_batch_load: {
        BatchLoad load = TRY(decode_batch_load(f->bytes));
        std::string id = load.id;
        batch_loads_.insert_or_assign(std::move(id), std::move(load));
        break;
      }
      case change_remove_batch_load:
        batch_loads_.erase(std::string(f->text()));
        break;
      case change_put_feed_progress: {
        FeedProgress progress = TRY(decode_feed_progress(f->bytes));
        feeds_.insert_or_assign(progress.table, std::move(progress));
        break;
      }
      case change_next_table:
        next_table_ = std::max(next_table_, f->number);
        break;
      case change_put_scheduled_query: {
        ScheduledQuery query;
        if (!read(f->bytes, query))
          return fail(ErrorKind::corrupt, "a scheduled query does not decode");
        std::string arn = query.arn;
        scheduled_.insert_or_assign(std::move(arn), std::move(query));
        break;
      }
      case change_remove_scheduled_query:
        scheduled_.erase(std::string(f->text()));
        break;
      case change_put_settings: {
        std::pair<std::string, std::string> whose;
        AccountSettings settings;
        FieldReader inner(f->bytes);
        while (const auto g = inner.next()) {
          if (g->id == 1) whose.first = g->text();
          if (g->id == 2) whose.second = g->text();
          if (g->id == 3) settings = read_settings(g->bytes);
        }
        settings_.insert_or_assign(std::move(whose), std::move(settings));
        break;
      }
      default:
        return fail(ErrorKind::unsupported, "a change that a newer Levada decided");
    }
  }
  if (from.broken()) return fail(ErrorKind::corrupt, "a decision does not decode");
  return Unit{};
}

// A checkpoint is the changes that lead from nothing to here.
Buffer Definitions::checkpoint() const {
  Buffer all;
  FieldWriter to(all);
  to.number(change_next_table, next_table_);
  const auto add = [&all](const Buffer& change) {
    all.insert(all.end(), change.begin(), change.end());
  };
  for (const auto& [key, database] : databases_) {
    add(put_database(database));
    for (const auto& [name, table] : database.tables) add(put_table(key, table));
  }
  for (const auto& [arn, query] : scheduled_) add(put_scheduled_query(query));
  for (const auto& [whose, settings] : settings_)
    add(put_settings({whose.first, whose.second}, settings));
  for (const auto& [id, load] : batch_loads_) add(put_batch_load(load));
  for (const auto& [id, progress] : feeds_) add(put_feed_progress(progress));
  return all;
}

Result<Unit> Definitions::restore(ByteView checkpoint) {
  databases_.clear();
  scheduled_.clear();
  settings_.clear();
  batch_loads_.clear();
  feeds_.clear();
  next_table_ = 1;
  return apply(checkpoint);
}

AccountSettings Definitions::settings(const Caller& caller) const {
  const auto at = settings_.find({caller.account, caller.region});
  return at == settings_.end() ? AccountSettings() : at->second;
}

const Database* Definitions::find(const DatabaseKey& key) const {
  const auto at = databases_.find(key);
  return at == databases_.end() ? nullptr : &at->second;
}

const Table* Definitions::find(const DatabaseKey& key, const std::string& table) const {
  const Database* database = find(key);
  if (database == nullptr) return nullptr;
  const auto at = database->tables.find(table);
  return at == database->tables.end() ? nullptr : &at->second;
}

}  // namespace levada::timestream
