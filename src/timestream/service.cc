#include "timestream/service.h"

#include <algorithm>
#include <charconv>

#include "timestream/refusal.h"

namespace levada::timestream {
namespace {

constexpr Nanos look_interval = std::chrono::seconds(1);  // at the stores; full ones hurry
constexpr Nanos full_interval =
    std::chrono::milliseconds(50);  // while writers fill what is flushed
constexpr Nanos room_patience = std::chrono::seconds(5);

}  // namespace

Service::Service(const log::Journals& journals, io::Disk& disk, ServiceOptions options)
    : journal_(journals.of(definitions_partition)),
      options_(std::move(options)),
      fold_(journal_, definitions_partition, definitions_, disk,
            {.checkpoint_path = options_.directory + "/timestream.checkpoint"}),
      turn_(journal_.reactor),
      disk_(disk),
      objects_(disk, options_.objects.empty() ? options_.directory + "/objects" : options_.objects),
      cache_(count(options_.cache_max)) {}

Service::~Service() = default;

std::shared_ptr<TableStore> Service::make_store(TableId table) {
  return std::make_shared<TableStore>(
      journal_, disk_, cache_, table,
      options_.directory + "/timestream/" + std::to_string(table.value()) + "-");
}

Task<Unit> Service::open() {
  co_await fold_.open();
  co_await disk_.make_directory(options_.directory + "/timestream");
  for (const auto& [key, database] : definitions_.databases())
    for (const auto& [name, table] : database.tables) {
      const std::shared_ptr<TableStore> store = make_store(table.id);
      tables_.emplace(table.id, store);
      co_await store->open();
    }
  co_await drop_orphans();
  gate_.spawn(keep_stores());
  gate_.spawn(run_batch_loads());
  co_return Unit{};
}

// A stop between the decision that a table goes and the end of its log leaves log and files behind.
Task<Unit> Service::drop_orphans() {
  for (std::uint64_t id = 1; id < definitions_.next_table().value(); ++id) {
    if (tables_.contains(TableId(id))) continue;
    const log::PartitionId partition = partition_of(TableId(id));
    const log::Bounds bounds = journal_.log.bounds(partition);
    if (bounds.begin < bounds.end) co_await journal_.log.trim(partition, log::Position::end());
  }
  std::string directory = options_.directory + "/timestream";
  for (const std::string& name : co_await disk_.list(directory)) {
    std::uint64_t id = 0;
    std::from_chars(name.data(), name.data() + name.size(), id);
    if (tables_.contains(TableId(id))) continue;
    std::string path = directory + "/" + name;
    co_await disk_.remove(std::move(path));
  }
  co_return Unit{};
}

Task<Unit> Service::stop() {
  co_await gate_.close();
  (void)co_await outcome(flush());  // only makes the next start shorter
  co_return co_await outcome(fold_.checkpoint());
}

std::vector<std::shared_ptr<TableStore>> Service::stores() const {
  std::vector<std::shared_ptr<TableStore>> all;
  for (const auto& [id, store] : tables_) all.push_back(store);
  return all;
}

std::size_t Service::memory() const {
  std::size_t all = 0;
  for (const auto& [id, store] : tables_) all += store->memory();
  return all;
}

// What goes on behind: retention, memtables to segments, small segments to large ones. What fails
// is tried again the next time.
Task<Unit> Service::keep_stores() {
  io::Reactor& reactor = journal_.reactor;
  MonotonicNanos next = reactor.clock().monotonic() + options_.expiry_interval;
  Nanos until = look_interval;
  while (co_await gate_.pause(reactor, until)) {
    flush_failed_ = !co_await outcome(flush_some());
    (void)co_await outcome(compact_all());
    if (reactor.clock().monotonic() >= next) {
      (void)co_await outcome(expire_all());
      next = reactor.clock().monotonic() + options_.expiry_interval;
    }
    const bool full = !flush_failed_ && std::ranges::any_of(stores(), [this](const auto& store) {
      return is_full(*store);
    });
    until = std::min({full ? full_interval : look_interval, options_.flush_interval,
                      Nanos(next - reactor.clock().monotonic())});
  }
  co_return Unit{};
}

bool Service::is_full(const TableStore& store) const {
  return memory() > count(options_.memory_max) / 2 || store.memory() > count(memtable_max);
}

Task<Unit> Service::flush_some() {
  const MonotonicNanos now = journal_.reactor.clock().monotonic();
  std::vector<std::shared_ptr<TableStore>> all = stores();
  std::ranges::sort(all, std::greater(), [](const auto& store) { return store->memory(); });
  for (const std::shared_ptr<TableStore>& store : all) {
    if (is_full(*store) || now - store->flushed() > options_.flush_interval)
      co_await store->flush();
  }
  co_return Unit{};
}

Task<Unit> Service::flush() {
  for (const std::shared_ptr<TableStore>& store : stores()) co_await store->flush();
  co_return Unit{};
}

Task<Unit> Service::compact_all() {
  for (const std::shared_ptr<TableStore>& store : stores()) {
    bool more = true;
    while (more && !gate_.stopping()) more = co_await store->compact();
  }
  co_return Unit{};
}

Task<Unit> Service::expire_all() {
  struct Due {
    TableId table;
    std::int64_t before;
  };
  std::vector<Due> all;
  for (const auto& [key, database] : definitions_.databases())
    for (const auto& [name, table] : database.tables)
      all.push_back({table.id, window_of(table, now()).shown_from});
  for (const Due& due : all) {
    const auto at = tables_.find(due.table);
    if (at == tables_.end()) continue;
    const std::shared_ptr<TableStore> store = at->second;
    co_await store->expire(due.before);
  }
  co_return Unit{};
}

// Memory is bounded: writers wait for the disk, and are told when that cannot help.
Task<Unit> Service::wait_for_room() {
  const Deadline deadline = journal_.reactor.clock().monotonic() + room_patience;
  while (memory() > count(options_.memory_max)) {
    if (flush_failed_ || gate_.stopping() || journal_.reactor.clock().monotonic() > deadline)
      co_return refuse(Refusal::throttled,
                       "Points come faster than they can be stored. Please try again.");
    co_await io::sleep_for(journal_.reactor, std::chrono::milliseconds(2));
  }
  co_return Unit{};
}

Result<const Table*> Service::table(const Caller& caller, const std::string& database,
                                    const std::string& name) const {
  const Table* found = definitions_.find({caller.account, caller.region, database}, name);
  if (found == nullptr)
    return refuse(Refusal::not_found, definitions_.find({caller.account, caller.region, database})
                                          ? "The table " + name + " does not exist."
                                          : "The database " + database + " does not exist.");
  return found;
}

Task<WriteAnswer> Service::write(Caller caller, std::string database, std::string name,
                                 ReadRecords records) {
  co_await wait_for_room();
  const Table* definition = co_await table(caller, database, name);
  const TableId id = definition->id;
  const std::shared_ptr<TableStore> store = tables_.at(id);
  TableStore::Waiting request{std::move(records)};
  store->wait(request);
  {
    state::Turn::Held held = co_await store->turn().take();
    while (!request.answer) {
      const Result<const Table*> still = table(caller, database, name);  // it may have changed
      if (still && (*still)->id == id) {
        Table now_defined = **still;
        co_await store->write_waiting(std::move(now_defined), now());
      } else {
        store->refuse_waiting({ErrorKind::not_found, "The table was deleted."});
      }
    }
  }
  if (!flush_failed_ && is_full(*store)) gate_.hurry();
  if (!*request.answer) co_return unexpected<Error>(std::move(*request.answer).error());
  co_return std::move(**request.answer);
}

FeedProgress Service::feed_progress(TableId table) const {
  const auto at = definitions_.feeds().find(table);
  return at == definitions_.feeds().end() ? FeedProgress{} : at->second;
}

// Of a table that is gone meanwhile nothing is kept.
Task<Unit> Service::keep_feed(FeedProgress progress) {
  state::Turn::Held held = co_await turn_.take();
  if (!tables_.contains(progress.table)) co_return Unit{};
  Buffer change = put_feed_progress(progress);
  co_return co_await outcome(fold_.commit(std::move(change)));
}

Task<Unit> Service::commit(Buffer change) {
  co_return co_await outcome(fold_.commit(std::move(change)));
}

std::shared_ptr<const TableStore> Service::store(TableId table) const {
  const auto at = tables_.find(table);
  return at == tables_.end() ? nullptr : at->second;
}

}  // namespace levada::timestream
