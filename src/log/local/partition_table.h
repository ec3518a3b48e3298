#pragma once
// What is known of each partition: its bounds, what was given out and is not durable yet, and where
// its newest batches lie in journal blocks.

#include <memory>
#include <unordered_map>
#include <vector>

#include "base/lookaside.h"
#include "base/prefetch.h"
#include "io/signal.h"
#include "log/local/block.h"
#include "log/log.h"

namespace levada::log::local {

// A frame of a committed block, which the tail cache keeps until no tail has frames of it.
struct TailFrame {
  Position first;
  Block* block;
  std::uint32_t index;
  const Frame& frame() const { return block->frames[index]; }
};

// Frames of one partition in order. A vector with a moving head: 10,000 of them cost little.
class TailFrames {
 public:
  bool empty() const { return head_ == frames_.size(); }
  std::size_t size() const { return frames_.size() - head_; }
  const TailFrame& operator[](std::size_t i) const { return frames_[head_ + i]; }
  const TailFrame& front() const { return frames_[head_]; }
  void push(TailFrame frame) { frames_.push_back(frame); }
  // Forgets what is to be read from stored segments only.
  void forget_stored();
  void prefetch_end() const { prefetch(frames_.data() + frames_.size()); }
  // The index of the frame that holds `from`, or of the first after it.
  std::size_t find(Position from) const;
  std::size_t find(UnixMillis at_or_after) const;

 private:
  std::vector<TailFrame> frames_;
  std::size_t head_ = 0;
};

// In the order of use: an append needs the first cache line, a durable frame both.
struct alignas(cache_line_size) PartitionState {
  // Given out, perhaps not durable yet.
  Position next;
  UnixMillis newest_arrival;
  bool sealing = false;
  bool dropped = false;  // until the frame that says so is durable
  // As readers see it.
  Bounds bounds;
  TailFrames tail;
  std::shared_ptr<io::Signal> moved;  // made when somebody waits
  Position durable_begin;
};

class PartitionTable {
 public:
  PartitionState* find(PartitionId partition);
  const PartitionState* find(PartitionId partition) const;
  PartitionState& get(PartitionId partition) {
    if (PartitionState* known = known_.find(partition)) return *known;
    return known_.put(partition, states_[partition]);
  }

  // A durable block changes what readers see. Says how many of its frames trim.
  std::size_t apply(Block& block);
  void wake_all();
  std::size_t size() const { return states_.size(); }

 private:
  void apply(Block& block, std::uint32_t index);

  std::unordered_map<PartitionId, PartitionState> states_;
  Lookaside<PartitionId, PartitionState> known_;
};

void wake(PartitionState& state);

}  // namespace levada::log::local
