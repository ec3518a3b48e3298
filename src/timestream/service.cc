#include "timestream/service.h"

#include <algorithm>

#include "timestream/point_codec.h"
#include "timestream/refusal.h"

namespace levada::timestream {
namespace {

constexpr Bytes replay_chunk = 4_MiB;
constexpr Nanos slice = std::chrono::milliseconds(100);  // how long a stop may wait for a sleeper

}  // namespace

Service::Service(const log::Journals& journals, io::Disk& disk, ServiceOptions options)
    : journal_(journals.of(definitions_partition)),
      options_(std::move(options)),
      fold_(journal_, definitions_partition, definitions_, disk,
            {.checkpoint_path = options_.directory + "/timestream.checkpoint"}),
      turn_(journal_.reactor) {}

Service::~Service() = default;

Task<Unit> Service::open() {
  co_await fold_.open();
  for (const auto& [key, database] : definitions_.databases())
    for (const auto& [name, table] : database.tables) {
      tables_.emplace(table.id, std::make_shared<Hosted>(journal_.reactor));
      co_await replay(table.id);
    }
  co_await drop_orphans();
  gate_.spawn(keep_retention());
  co_return Unit{};
}

// A stop between the decision that a table goes and the end of its log leaves the log behind.
Task<Unit> Service::drop_orphans() {
  for (std::uint64_t id = 1; id < definitions_.next_table().value(); ++id) {
    if (tables_.contains(TableId(id))) continue;
    const log::PartitionId partition = partition_of(TableId(id));
    const log::Bounds bounds = journal_.log.bounds(partition);
    if (bounds.begin < bounds.end) co_await journal_.log.trim(partition, log::Position::end());
  }
  co_return Unit{};
}

Task<Unit> Service::replay(TableId table) {
  const log::PartitionId partition = partition_of(table);
  TableData& data = *tables_.at(table)->data;
  log::Position at;
  for (;;) {
    log::Batches read = co_await journal_.reader.read(partition, at, replay_chunk);
    if (read.batches.empty()) co_return Unit{};
    for (const log::Batch& batch : read.batches) {
      std::vector<Point> points = co_await decode_points(batch.payload);
      for (const Point& point : points) data.apply(point);
    }
    at = read.next;
  }
}

Task<Unit> Service::stop() {
  co_await gate_.close();
  co_return co_await outcome(fold_.checkpoint());
}

Task<Unit> Service::keep_retention() {
  io::Reactor& reactor = journal_.reactor;
  for (;;) {
    const MonotonicNanos next = reactor.clock().monotonic() + options_.expiry_interval;
    while (reactor.clock().monotonic() < next) {
      if (gate_.stopping()) co_return Unit{};
      const Nanos left = next - reactor.clock().monotonic();
      co_await io::sleep_for(reactor, std::min(left, slice));
    }
    (void)co_await outcome(expire_all());
  }
}

// A batch that came before the moment from which points are shown holds none that is, because no
// record may lie further than a grace in the future.
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
    const std::shared_ptr<Hosted> hosted = at->second;
    {
      state::Turn::Held held = co_await hosted->turn.take();
      hosted->data->expire(due.before);
    }
    const log::PartitionId partition = partition_of(due.table);
    const log::Bounds bounds = journal_.log.bounds(partition);
    const UnixMillis horizon(due.before / 1'000'000 - Millis(std::chrono::minutes(16)).count());
    if (bounds.begin == bounds.end || horizon.count() <= 0) continue;
    Result<log::Position> first = co_await outcome(journal_.reader.seek(partition, horizon));
    if (first && *first > bounds.begin)
      (void)co_await outcome(journal_.log.trim(partition, *first));
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
                                 std::vector<ReadRecord> records) {
  const Table* definition = co_await table(caller, database, name);
  const TableId id = definition->id;
  const std::shared_ptr<Hosted> hosted = tables_.at(id);
  state::Turn::Held held = co_await hosted->turn.take();
  definition = co_await table(caller, database, name);  // it may have changed meanwhile
  if (definition->id != id) co_return refuse(Refusal::not_found, "The table was deleted.");
  TableData::Decided decided = hosted->data->decide(*definition, records, now());
  if (!decided.accepted.empty()) {
    const Buffer bytes = encode_points(decided.accepted);
    const auto encode = [&bytes](MutableByteView into) { std::ranges::copy(bytes, into.begin()); };
    const log::Entry entries[] = {{partition_of(id),
                                   static_cast<std::uint32_t>(decided.accepted.size()),
                                   static_cast<std::uint32_t>(bytes.size()), encode}};
    co_await journal_.log.append(entries);
    for (const Point* point : decided.accepted) hosted->data->apply(*point);
  }
  co_return std::move(decided.answer);
}

std::shared_ptr<const TableData> Service::data(TableId table) const {
  const auto at = tables_.find(table);
  return at == tables_.end() ? nullptr : at->second->data;
}

}  // namespace levada::timestream
