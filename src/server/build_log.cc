#include "server/build_log.h"

#include <utility>

namespace levada::server {
namespace {

log::local::LocalLogOptions log_options(const Configuration& configuration,
                                        std::uint32_t journals) {
  log::local::LocalLogOptions options;
  options.segment_size = configuration.journal_segment;
  options.waiting_max = configuration.journal_queue;
  options.tail_cache_max = Bytes{count(configuration.tail_cache) / journals};
  return options;
}

}  // namespace

Result<std::unique_ptr<LogFloor>> LogFloor::build(const Configuration& configuration,
                                                  IoFloor& ground, io::EventLog& log) {
  io::Reactors& reactors = *ground.reactors;
  const auto open_folder = [&]() -> Task<std::uint32_t> {
    return log::local::open_data_folder(reactors.disk(io::ReactorIndex(0)), configuration.data_dir,
                                        ground.size());
  };
  const std::uint32_t journals = TRY(reactors.run(io::ReactorIndex(0), open_folder));

  std::unique_ptr<LogFloor> floor(new LogFloor(ground));
  const log::local::LocalLogOptions options = log_options(configuration, journals);
  std::vector<log::Journal> faces;
  for (std::uint32_t journal = 0; journal < journals; ++journal) {
    const io::ReactorIndex home = floor->home(journal);
    const auto open = [&]() -> Task<std::unique_ptr<log::local::LocalLog>> {
      return log::local::LocalLog::open(reactors.at(home), reactors.disk(home), log,
                                        {configuration.data_dir, log::local::JournalIndex(journal)},
                                        options);
    };
    floor->logs_.push_back(TRY(reactors.run(home, open)));
    log::local::LocalLog& opened = *floor->logs_.back();
    faces.push_back({reactors.at(home), opened, opened});
  }
  floor->journals_ = std::make_unique<log::Journals>(std::move(faces));
  return floor;
}

bool LogFloor::healthy(io::ReactorIndex reactor) const {
  for (std::size_t journal = 0; journal < logs_.size(); ++journal)
    if (home(journal) == reactor && !logs_[journal]->healthy()) return false;
  return true;
}

LogFloor::~LogFloor() { (void)close(); }

Result<Unit> LogFloor::close() {
  if (std::exchange(closed_, true)) return Unit{};
  Result<Unit> result = Unit{};
  for (std::size_t journal = 0; journal < logs_.size(); ++journal) {
    log::local::LocalLog& log = *logs_[journal];
    const Result<Unit> closed = ground_.reactors->run(home(journal), [&] { return log.close(); });
    if (result && !closed) result = closed;
  }
  return result;
}

}  // namespace levada::server
