// LocalLog: reading.

#include <algorithm>

#include "log/local/local_log.h"

namespace levada::log::local {
namespace {

// What is read may be stored, merged or recycled meanwhile; then it is looked for again.
constexpr int attempts_max = 8;

}  // namespace

PartitionState* LocalLog::find_to_read(PartitionId partition) {
  PartitionState* state = partitions_.find(partition);
  if (state == nullptr || state->dropped) return nullptr;
  state->tail.forget_stored();
  return state;
}

Task<Batches> LocalLog::read(PartitionId partition, Position from, Bytes limit) {
  for (int attempt = 1;; ++attempt) {
    PartitionState* state = find_to_read(partition);
    if (state == nullptr) co_return Batches{{}, from};
    from = std::max(from, state->bounds.begin);
    if (from >= state->bounds.end) co_return Batches{{}, from};

    StoredSegments::List list = stored_.list();
    if (state->tail.empty() || from < state->tail.front().first) {
      Result<std::optional<Batches>> stored =
          co_await outcome(stored_.read(list, partition, from, limit));
      if (stored && *stored) {
        metrics_.reads_stored.add();
        co_return std::move(**stored);
      }
      if (!stored && (list == stored_.list() || attempt == attempts_max)) {
        tell_of_damage(stored.error());
        co_return fail(stored.error().kind, stored.error().message);
      }
      if (!stored) continue;
      state = find_to_read(partition);
      if (state == nullptr) co_return Batches{{}, from};
      if (state->tail.empty()) {
        if (list != stored_.list() && attempt < attempts_max) continue;
        co_return fail(ErrorKind::corrupt, directory_ + ": partition " +
                                               std::to_string(partition.value()) +
                                               " ends before its bounds say");
      }
      if (list != stored_.list() && attempt < attempts_max) continue;
    }
    std::optional<Batches> tail = co_await read_tail(*state, from, limit);
    if (tail) co_return std::move(*tail);
    if (attempt == attempts_max)
      co_return fail(ErrorKind::unavailable, "what was to be read moves too fast");
  }
}

// Once for each place: readers come back to it again and again.
void LocalLog::tell_of_damage(const Error& error) {
  if (error.kind != ErrorKind::corrupt || error.message == damage_told_) return;
  damage_told_ = error.message;
  events_.error("a stored record cannot be served, it is damaged",
                {{"directory", directory_}, {"error", error}});
}

// Nothing: what was to be read from the journal is stored by now.
Task<std::optional<Batches>> LocalLog::read_tail(PartitionState& state, Position from,
                                                 Bytes limit) {
  std::optional<Batches> result = Batches{{}, from};
  std::size_t at = state.tail.find(from);
  CHECK(at < state.tail.size(), "a partition's tail ends before its bounds");
  std::shared_ptr<Block> first = state.tail[at].block->shared_from_this();
  if (!first->memory) {  // evicted, not yet stored: this one block from the journal
    PartitionId partition = state.tail[at].frame().partition;
    Result<BlockMemory> memory = co_await outcome(read_journal_block(first, manifest_.journal));
    metrics_.reads_journal.add();
    if (first->stored) {
      result.reset();
      co_return result;
    }
    if (!memory) co_return fail(memory.error().kind, memory.error().message);
    std::uint64_t taken = 0;
    for (const Frame& frame : first->frames) {
      if (frame.kind != FrameKind::data || frame.partition != partition) continue;
      if (frame.first.plus(frame.count) <= from) continue;
      taken += frame.size;
      if (!result->batches.empty() && taken > count(limit)) break;
      ByteView payload(memory->get() + frame.offset, frame.size);
      result->batches.push_back({frame.first, frame.count, frame.arrival, payload, *memory});
      result->next = frame.first.plus(frame.count);
    }
    co_return result;
  }
  metrics_.reads_cached.add();
  std::uint64_t taken = 0;
  for (; at < state.tail.size(); ++at) {
    const TailFrame& tail = state.tail[at];
    const Frame& frame = tail.frame();
    if (!tail.block->memory) break;
    taken += frame.size;
    if (!result->batches.empty() && taken > count(limit)) break;
    result->batches.push_back(
        {frame.first, frame.count, frame.arrival, tail.block->payload(frame), tail.block->memory});
    result->next = frame.first.plus(frame.count);
  }
  co_return result;
}

Task<Position> LocalLog::seek(PartitionId partition, UnixMillis at_or_after) {
  for (int attempt = 1;; ++attempt) {
    PartitionState* state = find_to_read(partition);
    if (state == nullptr) co_return Position{};
    if (at_or_after > state->bounds.last_arrival) co_return state->bounds.end;
    const TailFrames& tail = state->tail;
    bool in_tail = !tail.empty() && tail.front().frame().arrival < at_or_after;
    if (!in_tail) {
      StoredSegments::List list = stored_.list();
      Result<std::optional<Position>> stored =
          co_await outcome(stored_.seek(list, partition, at_or_after));
      if (list != stored_.list() && attempt < attempts_max) continue;
      if (!stored) co_return fail(stored.error().kind, stored.error().message);
      state = find_to_read(partition);
      if (state == nullptr) co_return Position{};
      if (*stored) co_return std::max(**stored, state->bounds.begin);
    }
    std::size_t at = state->tail.find(at_or_after);
    Position found = at < state->tail.size() ? state->tail[at].first : state->bounds.end;
    co_return std::max(found, state->bounds.begin);
  }
}

}  // namespace levada::log::local
