// LocalLog: what happens in the background, one thing after another: retired journal segments are
// stored, dead segments removed, half-dead and small ones rewritten.

#include <algorithm>

#include "log/local/local_log.h"

namespace levada::log::local {

Task<Unit> LocalLog::keep_up() {
  for (;;) {
    if (!writer_->healthy()) co_return Unit{};
    if (!retired_.empty()) {
      busy_ = true;
      Result<Unit> stored = co_await outcome(store_oldest());
      store_failed_ = !stored;
      store_stepped_.notify_all();
      if (!stored) {
        if (stored.error().kind == ErrorKind::corrupt) {
          disk_lied(stored.error());
          co_return Unit{};
        }
        events_.error("a journal segment could not be stored",
                      {{"directory", directory_}, {"error", stored.error()}});
        if (closing_ && upkeep_.stopping()) co_return Unit{};  // the next start does it
        (void)co_await outcome(reclaim(true));                 // may make room
        co_await io::sleep_for(reactor_, options_.retry_after);
      }
      continue;
    }
    if (upkeep_.stopping()) co_return Unit{};
    MonotonicNanos now = reactor_.clock().monotonic();
    bool look_for_dead = trimmed_ && now >= reclaim_not_before_;
    if (look_for_dead || stored_more_) {
      busy_ = true;
      stored_more_ = false;
      if (look_for_dead) {
        trimmed_ = false;
        reclaim_not_before_ = now + options_.reclaim_interval;
      }
      Result<Unit> reclaimed = co_await outcome(reclaim(look_for_dead));
      if (!reclaimed)
        events_.warning("trimmed data could not be removed",
                        {{"directory", directory_}, {"error", reclaimed.error()}});
      continue;
    }
    busy_ = false;
    idle_.notify_all();
    Deadline again = trimmed_ ? reclaim_not_before_ : no_deadline;
    (void)co_await outcome(work_.wait(again));
  }
}

Task<Unit> LocalLog::settle() {
  while (writer_->healthy() && (busy_ || !retired_.empty() || stored_more_ || trimmed_))
    co_await idle_.wait();
  co_return Unit{};
}

Task<Unit> LocalLog::store_oldest() {
  JournalSegment& segment = *retired_.front();
  std::shared_ptr<Block> last = segment.blocks.back();
  co_await await_block(last);

  // Others run after each step. Under load that is a small share of the time, so who falls behind
  // takes longer steps: clients wait a little then, instead of being refused.
  const Bytes step{count(options_.store_step) << std::min<std::size_t>(retired_.size() - 1, 3)};
  StoredStates states = stored_states_;
  std::uint64_t id = manifest_.next_id++;  // never twice, even when this attempt fails
  std::string path = stored_.path(id);
  Result<StoredSummary> summary =
      co_await outcome(store_journal_segment(reactor_, disk_, path, id, manifest_.journal, segment,
                                             sorting_memory_, states, step, store_stepped_));
  if (!summary) {
    (void)co_await outcome(disk_.remove(path));  // best effort: the first error is the news
    co_return fail(summary.error().kind, summary.error().message);
  }
  Manifest next = manifest_;
  next.stored_sequence = segment.file->sequence;
  next.next_block = last->number + 1;
  std::vector<StoredSegments::Segment> segments = *stored_.list();
  segments.push_back(std::make_shared<StoredSegment>());
  segments.back()->summary = *summary;
  co_await publish(std::move(segments), std::move(next));

  stored_states_ = std::move(states);
  for (const std::shared_ptr<Block>& block : segment.blocks) block->stored = true;
  tail_.stored_changed();
  writer_->recycle(*segment.file);
  retired_.pop_front();
  metrics_.segments_stored.add();
  show_segments();
  stored_more_ = true;
  co_return co_await outcome(forget_stored());
}

// What is stored and has left the cache is read from stored segments: the partitions forget where
// it was, all of it at once, before the blocks go.
Task<Unit> LocalLog::forget_stored() {
  const std::vector<std::shared_ptr<Block>> evicted = tail_.take_evicted();
  if (evicted.empty()) co_return Unit{};
  std::size_t visited = 0;
  for (const auto& [partition, stored] : stored_states_) {
    if (PartitionState* state = partitions_.find(partition)) state->tail.forget_stored();
    if (++visited % 64 == 0) co_await io::yield(reactor_);
  }
  co_return Unit{};
}

Task<Unit> LocalLog::publish(std::vector<StoredSegments::Segment> segments, Manifest manifest) {
  manifest.segments.clear();
  for (const StoredSegments::Segment& segment : segments)
    manifest.segments.push_back(segment->summary);
  co_await disk_.sync_directory(directory_);
  co_await replace_manifest(manifest);
  manifest_ = std::move(manifest);
  stored_.replace(std::move(segments));
  show_segments();
  co_return Unit{};
}

Task<std::uint64_t> LocalLog::dead_bytes(StoredSegments::Segment segment) {
  std::uint64_t dead = 0;
  for (std::uint64_t i = 0; i < segment->summary.partition_rows; ++i) {
    PartitionRow row = co_await stored_.partition_row(segment, i);
    if (row.data_size == 0) continue;
    const PartitionState* state = partitions_.find(row.partition);
    if (state == nullptr || state->durable_begin >= row.end) dead += row.data_size;
  }
  co_return dead;
}

// One pass over the list. The newest is never removed: its rows are where a start begins.
Task<Unit> LocalLog::reclaim(bool look_for_dead) {
  std::size_t i = 0;
  while (i < stored_.list()->size() && !upkeep_.stopping() && writer_->healthy()) {
    StoredSegments::Segment segment = (*stored_.list())[i];
    const StoredSummary& summary = segment->summary;
    if (segment->damaged) {
      ++i;
      continue;
    }
    bool newest = i + 1 == stored_.list()->size();
    Result<std::uint64_t> dead = 0;
    if (look_for_dead) dead = co_await outcome(dead_bytes(segment));
    if (look_for_dead && dead && !newest && *dead == summary.data_size) {
      std::vector<StoredSegments::Segment> rest = *stored_.list();
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
      co_await publish(std::move(rest), manifest_);
      std::string path = stored_.path(summary.id);
      co_await disk_.remove(path);
      metrics_.segments_removed.add();
      continue;
    }
    StoredSegments::Segment next = newest ? nullptr : (*stored_.list())[i + 1];
    bool both_small =
        next && !next->damaged &&
        summary.data_size + next->summary.data_size < count(options_.segment_size) / 2;
    Result<Unit> rewritten;
    if (!dead)
      rewritten = fail(dead.error().kind, dead.error().message);
    else if (both_small)
      rewritten = co_await outcome(rewrite(i, 2));
    else if (*dead * 2 > summary.data_size)
      rewritten = co_await outcome(rewrite(i, 1));
    if (!rewritten && rewritten.error().kind == ErrorKind::corrupt) {
      events_.error("a stored segment is damaged",
                    {{"directory", directory_}, {"error", rewritten.error()}});
      segment->damaged = true;
    } else if (!rewritten) {
      co_return rewritten;
    }
    if (rewritten && both_small) continue;  // perhaps with the next one, too
    ++i;
    if (!retired_.empty()) break;  // the journal comes first; the pass begins again after it
  }
  if (!retired_.empty() && look_for_dead) {
    trimmed_ = true;
    reclaim_not_before_ = {};
  }
  co_return Unit{};
}

Task<Unit> LocalLog::rewrite(std::size_t first, std::size_t amount) {
  auto begin = stored_.list()->begin() + static_cast<std::ptrdiff_t>(first);
  std::vector<StoredSegments::Segment> old(begin, begin + static_cast<std::ptrdiff_t>(amount));
  std::uint64_t id = manifest_.next_id++;  // never twice, even when this attempt fails
  std::string path = stored_.path(id);
  Result<StoredSummary> summary =
      co_await outcome(merge_segments(reactor_, disk_, path, id, stored_, old, partitions_));
  if (!summary) {
    (void)co_await outcome(disk_.remove(path));  // best effort: the first error is the news
    co_return fail(summary.error().kind, summary.error().message);
  }
  Manifest next = manifest_;
  std::vector<StoredSegments::Segment> segments = *stored_.list();
  auto place = segments.begin() + static_cast<std::ptrdiff_t>(first);
  place = segments.erase(place, place + static_cast<std::ptrdiff_t>(amount));
  auto merged = std::make_shared<StoredSegment>();
  merged->summary = *summary;
  segments.insert(place, merged);
  co_await publish(std::move(segments), std::move(next));
  metrics_.segments_rewritten.add(amount);
  for (const StoredSegments::Segment& gone : old) {
    std::string gone_path = stored_.path(gone->summary.id);
    co_await disk_.remove(gone_path);
  }
  co_return Unit{};
}

void LocalLog::disk_lied(const Error& error) { writer_->fail_now(error); }

}  // namespace levada::log::local
