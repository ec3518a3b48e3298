#pragma once
// The log as its users see it: durable ordered partitions of opaque records. Implemented by local/
// (one journal file for each reactor on this machine's disk); the distributed engine fits behind
// the same two classes. Knows no stream, table or view.
//
// Records travel in batches: an Entry is `count` records of one partition that become durable
// together, share one arrival time and take consecutive positions. What the payload holds, and how
// to find record n in it, is the writer's affair.

#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/task.h"
#include "base/time.h"
#include "log/position.h"

namespace levada::log {

struct Appended {
  Position first;      // the entry's records are first, first + 1, …
  UnixMillis arrival;  // max(previous of the partition, now): never falls within a partition
};

// Writes a payload straight into the journal's memory, so that a record is copied once. It is told
// where the entry's records stand, which holds if the append succeeds. Refers to the writer's data;
// only used inside the call it is passed to.
class PayloadEncoder {
 public:
  template <class Encode>  // void(MutableByteView, const Appended&), or without the second
  PayloadEncoder(const Encode& encode)
      : object_(&encode),
        call_([](const void* object, MutableByteView into, const Appended& entry) {
          const auto& call = *static_cast<const Encode*>(object);
          if constexpr (std::invocable<const Encode&, MutableByteView, const Appended&>)
            call(into, entry);
          else
            call(into);
        }) {}
  void operator()(MutableByteView into, const Appended& entry) const {
    call_(object_, into, entry);
  }

 private:
  const void* object_;
  void (*call_)(const void*, MutableByteView, const Appended&);
};

struct Entry {
  PartitionId partition;
  std::uint32_t count;     // records, at least 1
  std::uint32_t size;      // bytes of payload, at most entry_size_max
  PayloadEncoder payload;  // fills exactly `size` bytes; called once, before append first waits
};

inline constexpr Bytes entry_size_max = 12_MiB;  // a PutRecords of 10 MiB and its keys, with room

struct Bounds {
  Position begin;           // the oldest record that is not trimmed is at or after this
  Position end;             // after the newest durable record; where the next one will be or later
  UnixMillis last_arrival;  // of the newest record ever, 0 if none
  bool sealed = false;      // nothing will be appended any more
};

// One batch as it was appended. The payload stays alive as long as `keeper`.
struct Batch {
  Position first;
  std::uint32_t count;
  UnixMillis arrival;
  ByteView payload;
  std::shared_ptr<const void> keeper;
};

struct Batches {
  std::vector<Batch> batches;  // in order; the first may begin before the position asked for
  Position next;               // where to read on
};

// What the one owner of some partitions may do. Lives on one reactor.
class Log {
 public:
  virtual ~Log() = default;

  // All entries become durable together, in order; positions are given before it first waits, and
  // `entries` are not looked at later.
  // Errors: throttled (too much is waiting; nothing was written), too_large, disk_full (nothing was
  // written, later calls may pass), conflict (a partition is sealed), io (the disk failed: this log
  // takes nothing any more), unknown (written or not; this log takes nothing any more), closed.
  virtual Task<std::vector<Appended>> append(std::span<const Entry> entries) = 0;

  // Nothing may be appended to the partition after this; durable when it resolves. Idempotent.
  virtual Task<Unit> seal(PartitionId partition) = 0;

  // Removes what lies before `before` from every reader's sight at once, and from the disk later.
  // Never undone. Idempotent. `Position::end()` drops the partition with all that is known of it.
  virtual Task<Unit> trim(PartitionId partition, Position before) = 0;

  // Known without waiting, also for partitions that nothing was appended to.
  virtual Bounds bounds(PartitionId partition) const = 0;

  virtual bool healthy() const = 0;  // false after a disk failure: restart needed
};

// What any reader may do, on the reactor that owns the partition.
class LogReader {
 public:
  virtual ~LogReader() = default;

  // Batches from the one that holds `from` on, until `limit` bytes of payload (at least one batch
  // if there is one; empty at the tail). Positions before the trim point continue at it.
  // Errors: corrupt (names segment and offset; never served), io.
  virtual Task<Batches> read(PartitionId partition, Position from, Bytes limit) = 0;

  // The first record whose arrival is not before the given time; bounds().end if there is none.
  virtual Task<Position> seek(PartitionId partition, UnixMillis at_or_after) = 0;

  // Ends when bounds().end passes `beyond`, the partition is sealed or dropped, or at the deadline.
  virtual Task<Bounds> wait(PartitionId partition, Position beyond, Deadline deadline) = 0;
};

}  // namespace levada::log
