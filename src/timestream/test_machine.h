#pragma once
// For tests: Timestream on a simulated machine, and every point that a reader of a table finds.

#include <map>
#include <string>

#include "io/event_log.h"
#include "io/sim/sim_world.h"
#include "log/local/local_log.h"
#include "timestream/documents.h"
#include "timestream/service.h"

namespace levada::timestream {

inline const Caller test_caller{"000000000000", "us-east-1"};

struct TestMachine {
  io::SilentEventLog events;
  std::unique_ptr<log::local::LocalLog> log;
  std::unique_ptr<Service> service;
};

inline Task<Unit> boot(io::SimWorld& world, TestMachine& machine, ServiceOptions options) {
  io::Disk& disk = world.disk();
  options.directory = "/data";
  co_await log::local::open_data_folder(disk, options.directory, 1);
  log::local::LocalLogPlace place{options.directory, log::local::JournalIndex(0)};
  log::local::LocalLogOptions small;
  small.segment_size = small.first_segment_size = 1_MiB;
  machine.log =
      co_await log::local::LocalLog::open(world.reactor(), disk, machine.events, place, small);
  std::vector<log::Journal> journals;
  journals.push_back({world.reactor(), *machine.log, *machine.log});
  machine.service = std::make_unique<Service>(log::Journals(journals), disk, std::move(options));
  co_return co_await outcome(machine.service->open());
}

class NoDocuments final : public Documents {
 public:
  Buffer manifest(const std::vector<UnloadedFile>&) const override { return {}; }
  Buffer metadata(const sql::Scope&) const override { return {}; }
  Buffer error_report(const std::string&, const std::vector<ReportedError>&) const override {
    return Buffer(1);
  }
};

struct Seen {
  std::int64_t version = 0;
  double value = 0;
  std::string text;  // of the measure "note", if there is one
  friend bool operator==(const Seen&, const Seen&) = default;
};
// By the dimension "host" and the time in milliseconds.
using SeenPoints = std::map<std::pair<std::string, std::int64_t>, Seen>;

inline Task<SeenPoints> read_table(Service& service, TableId id, std::int64_t from = 0) {
  const std::shared_ptr<const TableStore> store = service.store(id);
  const TableData& data = store->data();
  const StoreView view = data.view();
  SeenPoints all;
  for (std::uint32_t s = 0; s < data.series().size(); ++s) {
    const std::string host = data.series()[s].dimensions.front().second;
    SeriesCursor cursor(data, view, service.cache(), s, from, INT64_MAX);
    for (;;) {
      const SeriesCursor::Chunk chunk = co_await cursor.next();
      if (chunk.begin == chunk.end) break;
      for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
        Seen seen;
        seen.version = chunk.series->version(i);
        for (const Series::Column& column : chunk.series->columns()) {
          if (!column.present[i]) continue;
          if (data.attributes()[column.attribute].type == MeasureType::varchar)
            seen.text = chunk.texts->at(column.bits[i]);
          else
            seen.value = std::bit_cast<double>(column.bits[i]);
        }
        const bool fresh =
            all.emplace(std::pair(host, chunk.series->times()[i] / 1'000'000), seen).second;
        CHECK(fresh, "no point is there twice");
      }
    }
  }
  co_return all;
}

// One MULTI record with a number and, if it is not empty, a text.
struct TestPoint {
  std::string host;
  std::int64_t time = 0;  // milliseconds
  Seen is;
};

inline Task<WriteAnswer> write_points(Service& service, std::vector<TestPoint> points) {
  struct Texts {
    std::string time, value;
    std::vector<DimensionInput> dimensions;
    std::vector<MeasureInput> measures;
  };
  std::vector<Texts> texts(points.size());
  std::vector<RecordInput> records(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    texts[i].time = std::to_string(points[i].time);
    texts[i].value = std::to_string(points[i].is.value);
    texts[i].dimensions = {{"host", points[i].host}};
    texts[i].measures = {{"value", texts[i].value, "DOUBLE"}};
    if (!points[i].is.text.empty())
      texts[i].measures.push_back({"note", points[i].is.text, "VARCHAR"});
    records[i].dimensions = texts[i].dimensions;
    records[i].measures = texts[i].measures;
    records[i].measure_name = "m";
    records[i].measure_type = "MULTI";
    records[i].time = texts[i].time;
    records[i].version = points[i].is.version;
  }
  RecordInput common;
  ReadRecords read = co_await read_records(common, records);
  std::string database = "metrics", table = "points";
  Caller caller = test_caller;
  co_return co_await outcome(service.write(caller, database, table, std::move(read)));
}

inline Task<TableId> make_table(Service& service, Retention retention) {
  Caller caller = test_caller;
  std::string database = "metrics";
  const Database* known = nullptr;
  for (const auto& [key, each] : service.definitions().databases()) known = &each;
  if (known == nullptr) co_await service.create_database(caller, database, "", {});
  const Table* there =
      service.definitions().find({caller.account, caller.region, database}, "points");
  if (there != nullptr) co_return there->id;
  CreateTable command;
  command.database = database;
  command.table = "points";
  command.retention = retention;
  command.magnetic_writes = MagneticWrites{true, {}};
  const Table made = co_await service.create_table(caller, command);
  co_return made.id;
}

}  // namespace levada::timestream
