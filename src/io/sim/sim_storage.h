#pragma once
// SimStorage: the platters of the simulated machine: they survive a crash, with what a crash does
// to them. For every file it knows the live bytes (what a read sees) and the durable ones.
//
// At a crash, independently and by the dice:
//  - each 4 KiB page that was written and not synced is kept or lost;
//  - a write in flight is done, or not, or torn: each 512-byte sector is there or not;
//  - each name made, renamed or removed and not followed by sync_directory is kept or lost
//    (a rename whole or not at all);
//  - a size that was changed and not synced is the old or the new one.
// A failed sync does not mend itself: its pages stay unsynced whatever a later sync says, until
// they are written again (what Linux does). Directories are durable as soon as they are made.

#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "io/xoshiro.h"

namespace levada::io {

inline constexpr std::size_t sim_page_size = 4096;
inline constexpr std::size_t sim_sector_size = 512;

class SimInode {
 public:
  using Page = std::array<std::byte, sim_page_size>;
  using PagePointer = std::shared_ptr<const Page>;  // null: zeros

  // What a sync that begins now will have made durable when it ends.
  struct Snapshot {
    std::vector<std::pair<std::uint64_t, PagePointer>> pages;
    std::uint64_t size;
  };

  std::uint64_t size() const { return size_; }
  std::uint64_t space() const;  // bytes taken on the disk
  std::uint64_t space_after_write(std::uint64_t offset, std::size_t length) const;

  void read(std::uint64_t offset, MutableByteView into) const;
  void write(std::uint64_t offset, ByteView from);
  void make_durable(std::uint64_t offset, std::size_t length);  // as RWF_DSYNC does
  void resize(std::uint64_t size);
  void reserve(std::uint64_t size);
  Snapshot begin_sync() const;
  void end_sync(const Snapshot& snapshot);
  void fail_sync(const Snapshot& snapshot);
  void flip_bit(std::uint64_t offset, int bit);

  // Some of the sectors of a write that was not finished.
  void tear(std::uint64_t offset, ByteView from, Xoshiro& dice);
  // Settles what was not synced. `kept`: the chance of each page to be kept.
  void crash(Xoshiro& dice, double kept);
  // Everything there is now is durable (after a crash, what a restart finds).
  void settle();

 private:
  using Pages = std::map<std::uint64_t, PagePointer>;
  static PagePointer page_of(const Pages& pages, std::uint64_t index);
  static void set_page(Pages& pages, std::uint64_t index, PagePointer page);

  Pages live_;
  Pages durable_;
  std::set<std::uint64_t> unsynced_;  // pages that the next sync makes durable
  std::set<std::uint64_t> forsaken_;  // pages whose sync failed
  std::uint64_t size_ = 0;
  std::uint64_t durable_size_ = 0;
  std::uint64_t reserved_ = 0;
};

enum class SimFileDeed { read, write, sync, preallocate, open, rename, remove, sync_directory };

// One error to come, by demand of a test.
struct SimFault {
  SimFileDeed deed;
  std::string path_part;  // only for paths that contain this
  int after = 0;          // so many matching deeds still succeed
  ErrorKind kind = ErrorKind::io;
};

class SimStorage {
 public:
  explicit SimStorage(Xoshiro& dice) : dice_(dice) {}

  // For tests ---------------------------------------------------------------------------------
  void set_capacity(Bytes capacity) { capacity_ = capacity; }
  Bytes used() const;
  void inject(SimFault fault) { faults_.push_back(std::move(fault)); }
  void clear_faults() { faults_.clear(); }
  // Flips a bit of a file, durably. False when there is no such byte.
  bool flip_bit(const std::string& path, std::uint64_t offset, int bit);
  std::vector<std::string> paths() const;             // of all files, sorted
  std::uint64_t size(const std::string& path) const;  // 0 when there is no such file

  // For SimDisk and SimWorld ------------------------------------------------------------------
  std::shared_ptr<SimInode> find(const std::string& path) const;
  Result<std::shared_ptr<SimInode>> open(const std::string& path, bool create, bool exclusive);
  Result<Unit> rename(const std::string& from, const std::string& to);
  Result<Unit> remove(const std::string& path);
  Result<Unit> make_directory(std::string path);
  Result<std::vector<std::string>> list(const std::string& directory) const;
  bool has_directory(const std::string& path) const { return directories_.contains(path); }
  std::uint64_t name_changes() const { return next_change_; }
  void sync_directory(const std::string& directory, std::uint64_t before_change);
  Result<Unit> make_room(std::uint64_t more, const std::string& path) const;
  Result<Unit> fault(SimFileDeed deed,
                     const std::string& path);  // the injected error, if it is due
  std::uint64_t capacity() const { return count(capacity_); }

  struct WriteInFlight {
    std::shared_ptr<SimInode> inode;
    std::uint64_t offset;
    ByteView from;
  };
  std::list<WriteInFlight>& writes_in_flight() { return writes_; }
  void crash();

 private:
  using Names = std::map<std::string, std::shared_ptr<SimInode>>;
  struct NameChange {
    std::uint64_t number;
    std::string directory;
    std::vector<std::pair<std::string, std::shared_ptr<SimInode>>> names;  // null: gone
  };
  void change(std::string directory,
              std::vector<std::pair<std::string, std::shared_ptr<SimInode>>> names);
  static void apply(const NameChange& change, Names& names);

  Xoshiro& dice_;
  Names names_;
  Names durable_names_;
  std::vector<NameChange> unsynced_changes_;
  std::uint64_t next_change_ = 0;
  std::set<std::string> directories_{"/", "."};
  std::list<WriteInFlight> writes_;
  std::vector<SimFault> faults_;
  Bytes capacity_ = Bytes{std::uint64_t{1} << 40};
};

}  // namespace levada::io
