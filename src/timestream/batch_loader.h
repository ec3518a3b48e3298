#pragma once
// BatchLoader: one batch load while it runs: reads the objects, hands their records to the table
// and writes reports of what was refused. What it says of itself is durable (through `keep`)
// together with the place from which a later run goes on; records behind that place may come twice,
// which changes nothing.

#include <functional>

#include "io/disk.h"
#include "io/reactor.h"
#include "timestream/batch_load.h"

namespace levada::timestream {

class ObjectDirectory;

class BatchLoader {
 public:
  // What it needs of the service. All outlive the loader.
  struct Doors {
    io::Reactor& reactor;
    io::Disk& disk;
    ObjectDirectory& objects;
    std::function<Task<WriteAnswer>(const BatchLoad&, ReadRecords)> write;
    std::function<Task<Unit>(const BatchLoad&)> keep;
    std::function<bool()> stopping;
  };
  BatchLoader(Doors doors, BatchLoad load);

  // Ends when the load has ended or stopped, or when the service stops (then it is left in progress
  // and a later run goes on). Errors: only of `keep`.
  Task<Unit> run();

 private:
  struct Row {
    std::uint64_t line;
    std::uint64_t end_offset;
    std::vector<std::string> fields;
  };
  struct Fault {  // for the report
    std::string object, reason;
    std::uint64_t line;  // 0: the whole object
  };
  enum class Ended : std::uint8_t { done, stopping };

  Task<Ended> load_all();
  Task<Ended> load_object(std::string key);
  Task<Unit> load_rows(const RowMapper& mapper, const std::vector<Row>& rows);
  Task<Unit> write(ReadRecords records, std::span<const std::uint64_t> lines);
  void fault(std::uint64_t line, std::string reason);
  Task<Unit> write_report();
  Task<Unit> keep();
  Task<Unit> keep_now_and_then();
  UnixMillis now() const { return doors_.reactor.clock().now(); }

  Doors doors_;
  BatchLoad load_;
  std::vector<Fault> faults_;
  MonotonicNanos kept_{};
  std::uint64_t objects_seen_ = 0;
};

}  // namespace levada::timestream
