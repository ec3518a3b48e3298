#include "server/build_log.h"

#include <utility>

namespace levada::server {
namespace {

log::local::LocalLogOptions log_options(const Configuration& configuration,
                                        std::uint32_t journals) {
  log::local::LocalLogOptions options;
  if (configuration.durability == Durability::os)
    options.acknowledge = log::local::Acknowledge::page_cache;
  options.segment_size = configuration.journal_segment;
  options.waiting_max = configuration.journal_queue;
  options.tail_cache_max = Bytes{count(configuration.tail_cache) / journals};
  return options;
}

}  // namespace

Result<std::unique_ptr<LogFloor>> LogFloor::build(const Configuration& configuration,
                                                  IoFloor& ground, io::EventLog& log,
                                                  MetricsRegistry& metrics) {
  io::Reactors& reactors = *ground.reactors;
  const auto open_folder = [&]() -> Task<std::uint32_t> {
    return log::local::open_data_folder(reactors.disk(io::ReactorIndex(0)), configuration.data_dir,
                                        ground.size());
  };
  const std::uint32_t journals = TRY(reactors.run(io::ReactorIndex(0), open_folder));

  std::unique_ptr<LogFloor> floor(new LogFloor(ground));
  const log::local::LocalLogOptions options = log_options(configuration, journals);
  const auto home = [&floor](std::size_t journal) { return floor->home(journal); };
  const auto open = [&](std::size_t journal) {
    const log::local::JournalIndex index(static_cast<std::uint32_t>(journal));
    return log::local::LocalLog::open(reactors.at(home(journal)), reactors.disk(home(journal)), log,
                                      {configuration.data_dir, index, &metrics}, options);
  };
  using Opened = std::unique_ptr<log::local::LocalLog>;
  std::vector<Result<Opened>> opened = reactors.run_each<Opened>(journals, home, open);
  floor->logs_.resize(journals);
  for (std::size_t journal = 0; journal < journals; ++journal)
    if (opened[journal]) floor->logs_[journal] = std::move(*opened[journal]);
  std::vector<log::Journal> faces;
  for (std::size_t journal = 0; journal < journals; ++journal) {
    TRY(std::move(opened[journal]));
    log::local::LocalLog& both = *floor->logs_[journal];
    faces.push_back({reactors.at(home(journal)), both, both});
  }
  floor->journals_ = std::make_unique<log::Journals>(std::move(faces));
  return floor;
}

bool LogFloor::healthy(io::ReactorIndex reactor) const {
  for (std::size_t journal = 0; journal < logs_.size(); ++journal)
    if (home(journal) == reactor && !logs_[journal]->healthy()) return false;
  return true;
}

std::uint64_t LogFloor::work_done(io::ReactorIndex reactor) const {
  std::uint64_t done = 0;
  for (std::size_t journal = 0; journal < logs_.size(); ++journal)
    if (home(journal) == reactor) done += logs_[journal]->work_done();
  return done;
}

void LogFloor::drop_idle_memory(io::ReactorIndex reactor) {
  for (std::size_t journal = 0; journal < logs_.size(); ++journal)
    if (home(journal) == reactor) logs_[journal]->drop_idle_memory();
}

LogFloor::~LogFloor() { (void)close(); }

Result<Unit> LogFloor::close() {
  if (std::exchange(closed_, true)) return Unit{};
  Result<Unit> result = Unit{};
  for (std::size_t journal = 0; journal < logs_.size(); ++journal) {
    if (!logs_[journal]) continue;
    log::local::LocalLog& log = *logs_[journal];
    const Result<Unit> closed = ground_.reactors->run(home(journal), [&] { return log.close(); });
    if (result && !closed) result = closed;
  }
  return result;
}

}  // namespace levada::server
