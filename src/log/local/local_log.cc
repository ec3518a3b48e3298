#include "log/local/local_log.h"

#include <algorithm>

#include "base/prefetch.h"

namespace levada::log::local {

LocalLog::LocalLog(io::Reactor& reactor, io::Disk& disk, io::EventLog& events, LocalLogPlace place,
                   LocalLogOptions options)
    : reactor_(reactor),
      disk_(disk),
      events_(events),
      options_(options),
      directory_(place.directory + "/journal-" + std::to_string(place.journal.value())),
      metrics_(place.metrics != nullptr ? *place.metrics : unread_.emplace()),
      manifest_free_(reactor),
      tail_(options.tail_cache_max, options.unstored_memory_max),
      stored_(disk, directory_, options_),
      work_(reactor),
      idle_(reactor),
      store_stepped_(reactor) {
  manifest_.journal = place.journal.value();
}

LocalLog::~LocalLog() = default;

Result<Unit> LocalLog::check_writable() const {
  if (closing_) return fail(ErrorKind::closed, "the log is being closed");
  if (!writer_->healthy())
    return fail(ErrorKind::io, "the journal failed; the server has to be restarted");
  if (writer_->waiting() >= count(options_.waiting_max))
    return fail(ErrorKind::throttled, "too much is waiting to become durable");
  if (retired_.size() > retired_segments_max)
    return fail(ErrorKind::throttled, "the disk is behind with clustering the journal");
  return Unit{};
}

Result<Unit> LocalLog::check_entries(std::span<const Entry> entries) {
  states_of_entries_.clear();
  std::uint64_t size = 0;
  for (const Entry& entry : entries) {
    CHECK(entry.count > 0 && entry.partition.value() != ~std::uint64_t{0});
    if (entry.size > count(entry_size_max))
      return fail(ErrorKind::too_large, "an entry is larger than the log takes");
    size += padded_frame_size(entry.size);
    states_of_entries_.push_back(&partitions_.get(entry.partition));
    prefetch(states_of_entries_.back());
  }
  Bytes max{std::min(count(append_size_max), count(options_.segment_size) / 2)};
  if (size > count(max)) return fail(ErrorKind::too_large, "a batch is larger than the log takes");
  for (const PartitionState* const state : states_of_entries_)
    if (state->bounds.sealed || state->sealing || state->dropped)
      return fail(ErrorKind::conflict, "the partition is sealed");
  return Unit{};
}

Task<std::vector<Appended>> LocalLog::append(std::span<const Entry> entries) {
  Result<Unit> writable = check_writable();
  if (!writable && writable.error().kind == ErrorKind::throttled) metrics_.refused_busy.add();
  co_await std::move(writable);
  co_await check_entries(entries);
  std::vector<Appended> appended;
  appended.reserve(entries.size());
  if (entries.empty()) co_return appended;

  std::size_t size = 0;
  for (const Entry& entry : entries) size += padded_frame_size(entry.size);
  std::shared_ptr<Block> block = writer_->room_for(size);
  UnixMillis now = reactor_.clock().now();
  Position first_of_epoch = Position::first_of(epoch());
  for (std::size_t n = 0; n < entries.size(); ++n) {
    const Entry& entry = entries[n];
    PartitionState& state = *states_of_entries_[n];
    const Appended at{.first = std::max(state.next, first_of_epoch),
                      .arrival = std::max(state.newest_arrival, now)};
    state.next = at.first.plus(entry.count);
    state.newest_arrival = at.arrival;
    Frame frame{.partition = entry.partition,
                .first = at.first,
                .arrival = at.arrival,
                .count = entry.count,
                .size = entry.size};
    entry.payload(block->add(frame), at);
    appended.push_back(at);
  }
  writer_->added();
  co_await await_block(std::move(block));
  if (retired_.size() > retired_segments_good) co_await brake();
  co_return appended;
}

Task<Unit> LocalLog::brake() {
  const Deadline until = reactor_.clock().monotonic() + options_.brake_max;
  metrics_.braked.add();
  if (!store_failed_ && !closing_ && writer_->healthy())
    (void)co_await outcome(store_stepped_.wait(until));
  co_return Unit{};
}

Task<Unit> LocalLog::await_block(std::shared_ptr<Block> block) {
  while (!block->ended) co_await block->settled.wait();
  if (block->error) co_return fail(block->error->kind, block->error->message);
  co_return Unit{};
}

Task<Unit> LocalLog::commit_control(Frame frame) {
  std::shared_ptr<Block> block = writer_->room_for(padded_frame_size(0));
  block->add(frame);
  writer_->added();
  co_return co_await outcome(await_block(std::move(block)));
}

Task<Unit> LocalLog::seal(PartitionId partition) {
  co_await check_writable();
  PartitionState& state = partitions_.get(partition);
  if (state.bounds.sealed) co_return Unit{};
  if (state.dropped) co_return fail(ErrorKind::conflict, "the partition was dropped");
  state.sealing = true;
  Frame frame{.partition = partition, .kind = FrameKind::seal};
  co_return co_await outcome(commit_control(frame));
}

Task<Unit> LocalLog::trim(PartitionId partition, Position before) {
  PartitionState* state = partitions_.find(partition);
  if (state == nullptr || state->durable_begin >= before) co_return Unit{};
  if (state->dropped && before != Position::end()) co_return Unit{};
  if (closing_) co_return fail(ErrorKind::closed, "the log is being closed");
  if (!writer_->healthy()) co_return fail(ErrorKind::io, "the journal failed");
  if (before == Position::end()) {
    state->dropped = true;
    wake(*state);
  } else {
    state->bounds.begin = std::max(state->bounds.begin, before);
  }
  Frame frame{.partition = partition, .first = before, .kind = FrameKind::trim};
  co_return co_await outcome(commit_control(frame));
}

Bounds LocalLog::bounds(PartitionId partition) const {
  const PartitionState* state = partitions_.find(partition);
  return state && !state->dropped ? state->bounds : Bounds{};
}

Task<Bounds> LocalLog::wait(PartitionId partition, Position beyond, Deadline deadline) {
  partitions_.get(partition);  // so that there is somebody to wake us
  for (;;) {
    PartitionState* state = partitions_.find(partition);
    if (state == nullptr || state->dropped) co_return Bounds{};
    if (state->bounds.end > beyond || state->bounds.sealed) co_return state->bounds;
    if (closing_) co_return fail(ErrorKind::closed, "the log is being closed");
    if (reactor_.clock().monotonic() >= deadline) co_return state->bounds;
    if (!state->moved) state->moved = std::make_shared<io::Signal>(reactor_);
    std::shared_ptr<io::Signal> moved = state->moved;
    (void)co_await outcome(moved->wait(deadline));
  }
}

void LocalLog::committed(const std::shared_ptr<Block>& block) {
  if (const std::size_t trims = partitions_.apply(*block)) {
    trimmed_ = true;
    metrics_.trims.add(trims);
  }
  tail_.add(block);
  metrics_.tail_cache_bytes.set(static_cast<std::int64_t>(tail_.footprint()));
  metrics_.partitions.set(static_cast<std::int64_t>(partitions_.size()));
  if (trimmed_) work_.notify_all();
}

// What was given out for them is not used again; gaps are legal.
void LocalLog::abandoned(const Block& block) {
  for (const Frame& frame : block.frames) {
    PartitionState* state = partitions_.find(frame.partition);
    if (state == nullptr || frame.kind == FrameKind::data) continue;
    if (frame.kind == FrameKind::seal) state->sealing = false;
    if (frame.kind == FrameKind::trim && frame.first == Position::end()) state->dropped = false;
  }
}

void LocalLog::retired(std::unique_ptr<JournalSegment> segment) {
  retired_.push_back(std::move(segment));
  show_segments();
  work_.notify_all();
}

void LocalLog::show_segments() {
  std::uint64_t bytes = 0;
  for (const StoredSegments::Segment& segment : *stored_.list()) bytes += segment->summary.size;
  metrics_.stored_bytes.set(static_cast<std::int64_t>(bytes));
  metrics_.stored_segments.set(static_cast<std::int64_t>(stored_.list()->size()));
  metrics_.unstored_segments.set(static_cast<std::int64_t>(retired_.size()));
}

void LocalLog::journal_failed() {
  work_.notify_all();
  idle_.notify_all();
  store_stepped_.notify_all();
}

}  // namespace levada::log::local
