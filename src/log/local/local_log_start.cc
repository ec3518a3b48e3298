// LocalLog: opening and closing.

#include <algorithm>

#include "base/crc32c.h"
#include "base/endian.h"
#include "log/local/local_log.h"

namespace levada::log::local {
namespace {

constexpr std::uint32_t folder_magic = 0x52444c4c;  // "LLDR"
constexpr std::uint32_t folder_version = 1;
constexpr std::size_t folder_size = 16;

}  // namespace

Task<std::uint32_t> open_data_folder(io::Disk& disk, std::string directory,
                                     std::uint32_t journals_if_new) {
  CHECK(journals_if_new > 0 && journals_if_new <= container_count);
  co_await disk.make_directory(directory);
  std::string path = directory + "/log";
  Result<Buffer> content = co_await outcome(io::read_file(disk, path, 4_KiB));
  if (!content && content.error().kind == ErrorKind::not_found) {
    Buffer bytes(folder_size);
    store_le(bytes.data(), folder_magic);
    store_le(bytes.data() + 4, folder_version);
    store_le(bytes.data() + 8, journals_if_new);
    store_le(bytes.data() + 12, crc32c(ByteView(bytes).first(12)));
    co_await io::replace_file(disk, path, bytes);
    co_return journals_if_new;
  }
  if (!content) co_return fail(content.error().kind, content.error().message);
  const std::byte* from = content->data();
  if (content->size() != folder_size || load_le<std::uint32_t>(from) != folder_magic ||
      load_le<std::uint32_t>(from + 12) != crc32c(ByteView(*content).first(12)))
    co_return fail(ErrorKind::corrupt, path + " at offset 0: this does not describe a data folder");
  if (load_le<std::uint32_t>(from + 4) != folder_version)
    co_return fail(ErrorKind::unsupported, path + ": the data folder has another version");
  std::uint32_t journals = load_le<std::uint32_t>(from + 8);
  if (journals == 0 || journals > container_count)
    co_return fail(ErrorKind::corrupt, path + " at offset 8: an impossible number of journals");
  co_return journals;
}

Task<std::unique_ptr<LocalLog>> LocalLog::open(io::Reactor& reactor, io::Disk& disk,
                                               io::EventLog& events, LocalLogPlace place,
                                               LocalLogOptions options) {
  std::unique_ptr<LocalLog> log(new LocalLog(reactor, disk, events, std::move(place), options));
  MonotonicNanos begun = reactor.clock().monotonic();
  co_await log->recover();
  log->metrics_.recovery_seconds.observe(reactor.clock().monotonic() - begun);
  log->show_segments();
  log->upkeep_.spawn(log->keep_up());
  co_return log;
}

Task<Unit> LocalLog::recover() {
  co_await disk_.make_directory(directory_);
  Result<Manifest> manifest = co_await outcome(read_manifest(disk_, directory_));
  std::uint32_t journal = manifest_.journal;
  if (manifest)
    manifest_ = std::move(*manifest);
  else if (manifest.error().kind != ErrorKind::not_found)
    co_return fail(manifest.error().kind, manifest.error().message);
  if (manifest_.journal != journal)
    co_return fail(ErrorKind::corrupt, directory_ + "/manifest at offset 8: of another journal");

  co_await load_stored_states();
  Recovered recovered = co_await recover_journal(reactor_, disk_, directory_, manifest_,
                                                 count(options_.segment_size));
  for (auto& segment : recovered.segments) {
    for (const std::shared_ptr<Block>& block : segment->blocks) {
      partitions_.apply(*block);
      tail_.add(block);
    }
    retired_.push_back(std::move(segment));
  }
  if (!recovered.segments.empty() || !manifest_.clean)
    events_.info("journal recovered", {{"journal", journal},
                                       {"blocks", recovered.next_block - manifest_.next_block},
                                       {"epoch", manifest_.epoch + 1}});

  ++manifest_.epoch;
  manifest_.clean = false;
  if (manifest_.epoch > Position::epoch_max)
    co_return fail(ErrorKind::limit, "this data folder was opened too often");

  JournalStart start{.journal = journal,
                     .epoch = manifest_.epoch,
                     .next_block = recovered.next_block,
                     .next_slot = recovered.next_slot,
                     .free_files = std::move(recovered.free_files),
                     .directory = directory_};
  JournalListener& listener = *this;
  writer_ = std::make_unique<JournalWriter>(reactor_, disk_, events_, options_, metrics_, listener,
                                            std::move(start));
  co_return co_await outcome(writer_->open());
}

// Not before the journal is proved whole: a start that refuses changes nothing.
Task<Unit> LocalLog::claim() {
  while (!claimed_) {
    if (manifest_busy_) {  // the upkeep writes it, and claims by that
      co_await manifest_free_.wait();
      continue;
    }
    co_await replace_manifest(manifest_);
  }
  co_return Unit{};
}

Task<Unit> LocalLog::replace_manifest(Manifest next) {
  while (manifest_busy_) co_await manifest_free_.wait();
  manifest_busy_ = true;
  Result<Unit> written = co_await outcome(write_manifest(disk_, directory_, std::move(next)));
  manifest_busy_ = false;
  if (written) claimed_ = true;
  manifest_free_.notify_all();
  co_return written;
}

Task<Unit> LocalLog::load_stored_states() {
  std::vector<StoredSegments::Segment> segments;
  for (const StoredSummary& summary : manifest_.segments) {
    segments.push_back(std::make_shared<StoredSegment>());
    segments.back()->summary = summary;
  }
  stored_.replace(segments);

  // Files that no manifest names were being written, or replaced, at a crash.
  std::vector<std::string> names = co_await disk_.list(directory_);
  for (const std::string& name : names) {
    if (!name.starts_with("segment-")) continue;
    std::uint64_t id = std::stoull(name.substr(8));
    bool known = std::any_of(segments.begin(), segments.end(),
                             [id](const auto& s) { return s->summary.id == id; });
    if (!known) co_await disk_.remove(directory_ + "/" + name);
  }

  if (segments.empty()) co_return Unit{};
  StoredSegments::Segment newest = segments.back();
  for (std::uint64_t i = 0; i < newest->summary.partition_rows; ++i) {
    PartitionRow row = co_await stored_.partition_row(newest, i);
    stored_states_[row.partition] = {row.begin, row.end, row.last_arrival, row.sealed};
    PartitionState& state = partitions_.get(row.partition);
    state.bounds = {row.begin, row.end, row.last_arrival, row.sealed};
    state.durable_begin = row.begin;
    state.next = row.end;
    state.newest_arrival = row.last_arrival;
  }
  co_return Unit{};
}

Task<Unit> LocalLog::close() {
  if (!writer_) co_return Unit{};
  closing_ = true;
  store_stepped_.notify_all();
  partitions_.wake_all();
  co_await writer_->close();
  work_.notify_all();
  co_await upkeep_.close();
  if (writer_->healthy() && retired_.empty()) {
    Manifest last = manifest_;
    last.clean = true;
    (void)co_await outcome(replace_manifest(last));  // else the next start scans
  }
  co_return Unit{};
}

}  // namespace levada::log::local
