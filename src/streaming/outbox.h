#pragma once
// Outbox: what a sink has not delivered, oldest first. What nobody is about to take lies in files,
// so that a destination that is down costs time and disk, not memory. Not here: what is delivered,
// and how (sink.h).
//
// A checkpoint names the files and holds the rest. Whatever was pushed behind it comes again from
// the journal, and a file is removed when all of it has been acknowledged by a decision.

#include <compare>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "io/disk.h"
#include "io/gate.h"
#include "streaming/sink.h"

namespace levada::streaming {

struct OutboxLimits {
  Bytes memory = 64_MiB;  // of what waits in memory, of all outboxes; then files are written
  Bytes file = 8_MiB;     // of one file, about
  Bytes disk = 16_GiB;    // of all files; then nothing more is taken in
};

// What all outboxes of an engine share: the files' folder, and the limits.
class Outboxes {
 public:
  // Files are `path` + number. Both outlive this.
  Outboxes(io::Disk& disk, std::string path, OutboxLimits limits)
      : disk_(disk), path_(std::move(path)), limits_(limits) {}

  // Before the first outbox has anything: files that are there are not written over.
  Task<Unit> open();
  // Removes the files that no outbox names. Later files are not looked at.
  Task<Unit> sweep();
  Task<Unit> close() { return gate_.close(); }

  std::uint64_t memory_bytes() const { return memory_bytes_; }
  std::uint64_t disk_bytes() const { return disk_bytes_; }
  bool full() const { return disk_bytes_ >= count(limits_.disk); }
  bool nearly_full() const { return disk_bytes_ >= count(limits_.disk) / 8 * 7; }

 private:
  friend class Outbox;
  std::string path_of(std::uint64_t number) const { return path_ + std::to_string(number); }
  Task<Unit> remove(std::uint64_t number);
  std::string folder() const;

  io::Disk& disk_;
  std::string path_;
  OutboxLimits limits_;
  io::Gate gate_;
  std::vector<std::uint64_t> found_;  // by open()
  std::vector<std::uint64_t> named_;  // by checkpoints that were read
  std::uint64_t next_number_ = 1;
  std::uint64_t memory_bytes_ = 0, disk_bytes_ = 0;
};

class Outbox {
 public:
  using Piece = std::shared_ptr<const SinkEpoch>;

  explicit Outbox(Outboxes& outboxes);
  ~Outbox();  // the files stay, for the next start
  Outbox(Outbox&&) noexcept;
  Outbox& operator=(Outbox&&) noexcept;

  // Called when next() has something again that was in a file.
  void on_loaded(std::function<void()> loaded);

  void push(SinkEpoch epoch);  // cut into pieces
  // The oldest piece that was not handed over; null: there is none, or it is being read.
  Piece next();
  void rewind();  // hands all of it over again
  // For readers of their own: the first pieces behind that place, empty when there are none. What
  // is handed over has nothing to do with it.
  struct Place {
    std::uint64_t epoch = 0, first = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  Task<std::vector<Piece>> read_behind(Place place) const;
  std::uint64_t last_before(UnixMillis time) const;  // the last epoch that is older; 0: none
  void acknowledge(std::uint64_t epoch);
  void discard();  // the sink is no more

  bool empty() const;
  std::uint64_t last_epoch() const;  // 0: empty
  // What is later than this epoch.
  struct Rest {
    std::uint64_t changes = 0;
    UnixMillis oldest{};  // 0: nothing
  };
  Rest behind(std::uint64_t epoch) const;
  std::uint64_t disk_bytes() const;
  const std::string& error() const;  // of the disk; empty: none

  void append_to(std::string& checkpoint) const;
  bool restore(std::string_view& checkpoint);  // false: these are not an outbox's bytes

 private:
  struct State;
  static Task<Unit> work(std::shared_ptr<State> state);
  static Task<std::vector<Piece>> read(std::shared_ptr<State> state, Place place);
  UnixMillis oldest_of(std::size_t item) const;
  static void begin_work(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
};

}  // namespace levada::streaming
