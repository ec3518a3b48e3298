#include "log/local/partition_table.h"

#include <algorithm>

namespace levada::log::local {

void TailFrames::forget_stored() {
  if (empty() || !front().block->only_stored()) return;
  const auto begin = frames_.begin() + static_cast<std::ptrdiff_t>(head_);
  const auto kept = std::partition_point(begin, frames_.end(), [](const TailFrame& frame) {
    return frame.block->only_stored();  // blocks are stored and evicted in their order
  });
  head_ = static_cast<std::size_t>(kept - frames_.begin());
  if (empty()) {
    frames_ = {};
    head_ = 0;
  } else if (head_ >= 64 && head_ * 2 >= frames_.size()) {
    frames_.erase(frames_.begin(), kept);
    head_ = 0;
  }
}

std::size_t TailFrames::find(Position from) const {
  auto begin = frames_.begin() + static_cast<std::ptrdiff_t>(head_);
  auto after = std::upper_bound(begin, frames_.end(), from,
                                [](Position p, const TailFrame& f) { return p < f.first; });
  if (after != begin) {
    const TailFrame& before = *(after - 1);
    if (from < before.first.plus(before.frame().count)) --after;
  }
  return static_cast<std::size_t>(after - begin);
}

std::size_t TailFrames::find(UnixMillis at_or_after) const {
  auto begin = frames_.begin() + static_cast<std::ptrdiff_t>(head_);
  auto found =
      std::lower_bound(begin, frames_.end(), at_or_after,
                       [](const TailFrame& f, UnixMillis t) { return f.frame().arrival < t; });
  return static_cast<std::size_t>(found - begin);
}

void wake(PartitionState& state) {
  if (state.moved) std::exchange(state.moved, nullptr)->notify_all();
}

PartitionState* PartitionTable::find(PartitionId partition) {
  if (PartitionState* known = known_.find(partition)) return known;
  auto found = states_.find(partition);
  return found == states_.end() ? nullptr : &found->second;
}

const PartitionState* PartitionTable::find(PartitionId partition) const {
  auto found = states_.find(partition);
  return found == states_.end() ? nullptr : &found->second;
}

std::size_t PartitionTable::apply(Block& block) {
  constexpr std::size_t state_ahead = 48, tail_ahead = 24;
  const std::vector<Frame>& frames = block.frames;
  std::size_t trims = 0;
  for (std::uint32_t i = 0; i < frames.size(); ++i) {
    if (i + state_ahead < frames.size())
      if (const PartitionState* soon = find(frames[i + state_ahead].partition))
        prefetch(soon, sizeof *soon);
    if (i + tail_ahead < frames.size())
      if (const PartitionState* soon = find(frames[i + tail_ahead].partition))
        soon->tail.prefetch_end();
    apply(block, i);
    trims += frames[i].kind == FrameKind::trim;
  }
  return trims;
}

void PartitionTable::apply(Block& block, std::uint32_t index) {
  const Frame& frame = block.frames[index];
  if (frame.kind == FrameKind::trim && frame.first == Position::end()) {
    if (PartitionState* state = find(frame.partition)) {
      state->dropped = true;
      wake(*state);
      known_.erase(frame.partition);
      states_.erase(frame.partition);
    }
    return;
  }
  PartitionState& state = get(frame.partition);
  switch (frame.kind) {
    case FrameKind::data:
      CHECK(frame.first >= state.bounds.end, "positions of a partition go back");
      state.bounds.end = frame.first.plus(frame.count);
      state.bounds.last_arrival = frame.arrival;
      state.next = std::max(state.next, state.bounds.end);
      state.newest_arrival = std::max(state.newest_arrival, frame.arrival);
      state.tail.push({frame.first, &block, index});
      break;
    case FrameKind::seal:
      state.bounds.sealed = true;
      break;
    case FrameKind::trim:
      state.durable_begin = std::max(state.durable_begin, frame.first);
      state.bounds.begin = std::max(state.bounds.begin, frame.first);
      break;
  }
  wake(state);
}

void PartitionTable::wake_all() {
  for (auto& [partition, state] : states_) wake(state);
}

}  // namespace levada::log::local
