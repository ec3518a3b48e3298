// The simulation of the local log: random work over some partitions while the machine crashes, the
// disk fails, fills up and forgets; an oracle that knows what was acknowledged. Called with
// FIRST_SEED COUNT; LEVADA_TRACE=1 tells what happens.
//
// Oracle: nothing acknowledged is missing, doubled, reordered or altered; what was not acknowledged
// appears once or never; what was refused never; what was trimmed never returns; bounds never go
// back; arrival times never fall. A flipped byte is refused by name or changes nothing.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "base/endian.h"
#include "io/sim/sim_world.h"
#include "log/local/local_log.h"

namespace levada::log::local {
namespace {

bool tracing = false;

enum class Fate { pending, acknowledged, maybe, never };

struct Record {
  PartitionId partition;
  std::uint32_t count;
  std::uint32_t size;
  Fate fate = Fate::pending;
  Position first{};
  UnixMillis arrival{};
};

struct Partition {
  Position trimmed;     // durable
  Position trimming;    // asked for, perhaps not durable
  bool sealed = false;  // durable
  bool sealing = false;
  bool dropped = false;  // durable
  bool dropping = false;
  Position seen_end;  // of bounds, ever
  UnixMillis seen_arrival;
};

std::byte filler(std::uint64_t id, std::size_t i) {
  return static_cast<std::byte>((id * 131 + i * 7 + (i >> 8)) & 0xff);
}

class Campaign {
 public:
  explicit Campaign(std::uint64_t seed) : world_(seed, world_options()), dice_(seed * 77 + 5) {
    options_.segment_size = Bytes{std::uint64_t{64 << 10} << dice_.below(4)};
    options_.first_segment_size = options_.segment_size;
    options_.block_size_good = Bytes{std::uint64_t{8 << 10} << dice_.below(5)};
    options_.flush_beside = Bytes{std::uint64_t{4 << 10} << dice_.below(5)};
    options_.flushes_max = static_cast<std::uint32_t>(1 + dice_.below(4));
    options_.waiting_max = Bytes{std::uint64_t{64 << 10} << dice_.below(6)};
    options_.tail_cache_max = Bytes{std::uint64_t{8 << 10} << dice_.below(8)};
    options_.page_cache_max = Bytes{std::uint64_t{8 << 10} << dice_.below(6)};
    options_.reclaim_interval = Millis(dice_.below(100));
    partitions_.resize(1 + dice_.below(12));
    seal_chance_ = dice_.chance(0.3) ? 0.01 : 0;
    trim_chance_ = dice_.chance(0.6) ? 0.05 : 0.003;
    fault_chance_ = dice_.chance(0.4) ? 0.3 : 0;
    record_size_max_ = 1 + dice_.below(dice_.chance(0.5) ? 300 : 9000);
  }

  // Empty: everything held.
  std::string run() {
    std::uint64_t lives = 2 + dice_.below(4);
    for (std::uint64_t life = 0; life < lives && failure_.empty(); ++life) {
      if (!open()) break;
      settle_fates();
      if (!failure_.empty()) break;
      std::uint64_t steps = 20 + dice_.below(120);
      for (std::uint64_t i = 0; i < steps && failure_.empty() && log_->healthy(); ++i) step();
      if (failure_.empty()) end_life(life + 1 == lives);
    }
    return failure_;
  }

 private:
  static io::SimOptions world_options() {
    io::SimOptions options;
    options.disk.stall_chance = 0.002;
    return options;
  }

  template <class... Parts>
  void trace(const Parts&... parts) {
    if (!tracing) return;
    std::string line;
    ((line += parts), ...);
    std::printf("%12lld %s\n", static_cast<long long>(world_.clock().monotonic().count()),
                line.c_str());
  }
  void broken(std::string what) {
    if (failure_.empty()) failure_ = std::move(what);
  }

  Result<LocalLog*> try_open() {
    LocalLogPlace place{"/data", JournalIndex(0)};
    io::EventLog& events = world_.own(std::make_unique<io::KeptEventLog>());
    auto opened =
        world_.run(LocalLog::open(world_.reactor(), world_.disk(), events, place, options_));
    if (!opened) return unexpected<Error>(opened.error());
    return &world_.own(std::move(*opened));
  }

  bool open() {
    world_.storage().clear_faults();
    world_.storage().set_capacity(1_GiB);
    if (dice_.chance(0.1)) {  // a crash while it opens
      LocalLogPlace place{"/data", JournalIndex(0)};
      io::EventLog& events = world_.own(std::make_unique<io::KeptEventLog>());
      start(LocalLog::open(world_.reactor(), world_.disk(), events, place, options_),
            [this](Result<std::unique_ptr<LocalLog>> log) {
              if (log) world_.own(std::move(*log));
            });
      world_.run_steps(dice_.below(60));
      trace("crash while opening");
      world_.crash();
    }
    if (dice_.chance(0.1)) {
      trace("the disk is full");
      world_.storage().set_capacity(
          Bytes{count(world_.storage().used()) + dice_.below(dice_.chance(0.5) ? 1 : 200 << 10)});
    }
    Result<LocalLog*> log = try_open();
    if (!log) {
      broken("the log does not open: " + log.error().message);
      return false;
    }
    log_ = *log;
    trace("opened, epoch ", std::to_string(log_->epoch().value()));
    world_.storage().set_capacity(1_GiB);
    return true;
  }

  // After a start everything is known: what is there stays, what is not will never be.
  void settle_fates() {
    for (Record& record : records_)
      if (record.fate == Fate::pending) record.fate = Fate::maybe;
    for (std::size_t p = 0; p < partitions_.size(); ++p) {
      Partition& partition = partitions_[p];
      Bounds bounds = log_->bounds(PartitionId(p));
      bool gone = bounds.end == Position{} && partition.dropping;
      if (partition.dropped && bounds.end != Position{}) broken("a dropped partition came back");
      partition.dropped = partition.dropping = gone;
      if (gone) continue;
      if (bounds.begin < partition.trimmed) broken("what was trimmed came back");
      if (bounds.begin > partition.trimming) broken("more was trimmed than asked for");
      partition.trimmed = partition.trimming = bounds.begin;
      if (partition.sealed && !bounds.sealed) broken("a sealed partition opened again");
      if (bounds.sealed && !partition.sealing) broken("a partition sealed itself");
      partition.sealed = partition.sealing = bounds.sealed;
    }
    sweep();
    for (Record& record : records_)
      if (record.fate == Fate::maybe) record.fate = Fate::never;
  }

  void step() {
    double what = static_cast<double>(dice_.below(1'000'000)) / 1'000'000;
    if (what < 0.6) {
      std::uint64_t burst = 1 + dice_.below(dice_.chance(0.1) ? 60 : 6);
      for (std::uint64_t i = 0; i < burst; ++i) submit();
    } else if (what < 0.6 + trim_chance_) {
      submit_trim();
    } else if (what < 0.66 + seal_chance_) {
      if (seal_chance_ > 0) world_.spawn(seal(dice_.below(partitions_.size())));
    } else if (what < 0.72) {
      sweep();
    } else if (what < 0.78) {
      world_.spawn(wait_some(dice_.below(partitions_.size()), Millis(dice_.below(40))));
    } else if (what < 0.84) {
      seek_some();
    } else if (what < 0.86 && fault_chance_ > 0) {
      inject();
    } else if (what < 0.88 && fault_chance_ > 0) {
      if (dice_.chance(0.5))
        world_.storage().set_capacity(
            Bytes{count(world_.storage().used()) + dice_.below(400 << 10)});
      else
        world_.storage().set_capacity(1_GiB);
    } else if (what < 0.9) {
      world_.clock().step_wall_clock(Millis(static_cast<int>(dice_.below(2000)) - 1000));
    } else {
      world_.run_for(Micros(dice_.below(dice_.chance(0.2) ? 60'000 : 2000)));
    }
  }

  void inject() {
    using Deed = io::SimFileDeed;
    static constexpr Deed deeds[] = {Deed::write, Deed::sync,   Deed::preallocate,    Deed::open,
                                     Deed::read,  Deed::rename, Deed::sync_directory, Deed::remove};
    static constexpr const char* parts[] = {"segment", "manifest", "journal-0/journal",
                                            "journal-0"};
    io::SimFault fault{.deed = deeds[dice_.below(8)],
                       .path_part = parts[dice_.below(4)],
                       .after = static_cast<int>(dice_.below(4)),
                       .kind = dice_.chance(0.5) ? ErrorKind::io : ErrorKind::disk_full};
    trace("fault ", std::to_string(static_cast<int>(fault.deed)), " ", fault.path_part);
    world_.storage().inject(fault);
  }

  void submit() {
    std::size_t p = dice_.below(partitions_.size());
    std::vector<std::uint64_t> ids;
    std::uint64_t entries = dice_.chance(0.2) ? 1 + dice_.below(5) : 1;
    for (std::uint64_t i = 0; i < entries; ++i) {
      if (i > 0) p = dice_.below(partitions_.size());
      if (partitions_[p].dropping) continue;  // the catalog never gives an id again
      auto size = static_cast<std::uint32_t>(8 + dice_.below(record_size_max_));
      auto amount = static_cast<std::uint32_t>(1 + dice_.below(dice_.chance(0.3) ? 50 : 2));
      ids.push_back(records_.size());
      records_.push_back({PartitionId(p), amount, size});
    }
    if (!ids.empty()) world_.spawn(append(std::move(ids)));
  }

  Task<Unit> append(std::vector<std::uint64_t> ids) {
    struct Encode {
      std::uint64_t id;
      void operator()(MutableByteView into) const {
        store_le(into.data(), id);
        for (std::size_t i = 8; i < into.size(); ++i) into[i] = filler(id, i);
      }
    };
    std::vector<Encode> encoders;
    for (std::uint64_t id : ids) encoders.push_back({id});
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const Record& record = records_[ids[i]];
      entries.push_back({record.partition, record.count, record.size, PayloadEncoder(encoders[i])});
    }
    auto appended = co_await outcome(log_->append(entries));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      Record& record = records_[ids[i]];
      if (appended) {
        record.fate = Fate::acknowledged;
        record.first = (*appended)[i].first;
        record.arrival = (*appended)[i].arrival;
      } else {
        bool unknown = appended.error().kind == ErrorKind::unknown;
        record.fate = unknown ? Fate::maybe : Fate::never;
      }
    }
    if (!appended) trace("refused: ", appended.error().message);
    co_return Unit{};
  }

  void submit_trim() {
    std::size_t p = dice_.below(partitions_.size());
    if (partitions_[p].dropping) return;
    Bounds bounds = log_->bounds(PartitionId(p));
    if (dice_.chance(0.03)) {
      partitions_[p].dropping = true;
      world_.spawn(trim(p, Position::end()));
      return;
    }
    if (bounds.end == Position{}) return;
    std::vector<const Record*> there;
    for (const Record& record : records_)
      if (record.partition.value() == p && record.fate == Fate::acknowledged &&
          record.first >= bounds.begin)
        there.push_back(&record);
    if (there.empty()) return;
    const Record& record = *there[dice_.below(there.size())];
    Position before = record.first.plus(dice_.below(record.count + 1));
    partitions_[p].trimming = std::max(partitions_[p].trimming, before);
    world_.spawn(trim(p, before));
  }

  Task<Unit> trim(std::size_t p, Position before) {
    trace("trim ", std::to_string(p), " ", std::to_string(before.value()));
    Result<Unit> trimmed = co_await outcome(log_->trim(PartitionId(p), before));
    if (!trimmed) co_return Unit{};
    Partition& partition = partitions_[p];
    if (before == Position::end())
      partition.dropped = true;
    else
      partition.trimmed = std::max(partition.trimmed, before);
    co_return Unit{};
  }

  Task<Unit> seal(std::size_t p) {
    if (partitions_[p].dropping) co_return Unit{};
    partitions_[p].sealing = true;
    Result<Unit> sealed = co_await outcome(log_->seal(PartitionId(p)));
    if (sealed) partitions_[p].sealed = true;
    co_return Unit{};
  }

  Task<Unit> wait_some(std::size_t p, Millis time) {
    Position beyond = log_->bounds(PartitionId(p)).end;
    Deadline deadline = world_.clock().monotonic() + time;
    Result<Bounds> bounds = co_await outcome(log_->wait(PartitionId(p), beyond, deadline));
    if (!bounds || bounds->end > beyond || bounds->sealed) co_return Unit{};
    if (!partitions_[p].dropping && world_.clock().monotonic() < deadline)
      broken("a wait ended for nothing");
    co_return Unit{};
  }

  void seek_some() {
    if (records_.empty()) return;
    const Record record = records_[dice_.below(records_.size())];
    if (record.fate != Fate::acknowledged) return;
    std::size_t p = record.partition.value();
    Result<Position> found = world_.run(log_->seek(record.partition, record.arrival));
    if (!found || partitions_[p].dropping || !log_->healthy()) return;
    if (record.first >= log_->bounds(record.partition).begin && *found > record.first)
      broken("seek went past a record of that time");
    for (const Record& other : records_)
      if (other.partition == record.partition && other.fate == Fate::acknowledged &&
          other.first >= *found && other.arrival < record.arrival)
        broken("seek stopped before an older record");
  }

  void sweep() {
    for (std::size_t p = 0; p < partitions_.size() && failure_.empty(); ++p) sweep_one(p);
  }

  void sweep_one(std::size_t p) {
    PartitionId id(p);
    Partition& partition = partitions_[p];
    Bounds before = log_->bounds(id);
    if (!partition.dropping) {
      if (before.end < partition.seen_end) broken("the end of a partition went back");
      if (before.last_arrival < partition.seen_arrival) broken("an arrival went back");
      partition.seen_end = before.end;
      partition.seen_arrival = before.last_arrival;
    }
    std::vector<std::uint64_t> expected;
    for (std::uint64_t r = 0; r < records_.size(); ++r)
      if (records_[r].partition == id && records_[r].fate == Fate::acknowledged)
        expected.push_back(r);

    std::map<std::uint64_t, Position> seen;
    Position from;
    UnixMillis arrival;
    Position last;
    for (;;) {
      Result<Batches> read = world_.run(log_->read(id, from, Bytes{dice_.below(40'000)}));
      if (!read) {
        corrupt_reads_ += read.error().kind == ErrorKind::corrupt;
        trace("read failed: ", read.error().message);
        if (read.error().kind == ErrorKind::corrupt && !flipped_)
          broken("corrupt without cause: " + read.error().message);
        return;
      }
      if (read->batches.empty()) break;
      for (const Batch& batch : read->batches) {
        if (batch.payload.size() < 8) return broken("a payload is cut short");
        std::uint64_t r = load_le<std::uint64_t>(batch.payload.data());
        if (r >= records_.size()) return broken("a record that nobody wrote");
        Record& record = records_[r];
        std::string name = "record " + std::to_string(r);
        if (record.partition != id) return broken(name + " is in another partition");
        if (record.size != batch.payload.size() || record.count != batch.count)
          return broken(name + " has another size");
        for (std::size_t i = 8; i < batch.payload.size(); ++i)
          if (batch.payload[i] != filler(r, i)) return broken(name + " is altered");
        if (record.fate == Fate::never) return broken(name + " was refused and is there");
        if (!seen.empty() && (r <= seen.rbegin()->first || batch.first < last))
          return broken(name + " is doubled or out of order");
        if (batch.arrival < arrival) return broken(name + " arrived before its predecessor");
        if (record.fate == Fate::acknowledged &&
            (batch.first != record.first || batch.arrival != record.arrival))
          return broken(name + " is not where it was acknowledged");
        if (record.fate == Fate::maybe) {
          record.fate = Fate::acknowledged;
          record.first = batch.first;
          record.arrival = batch.arrival;
        }
        seen[r] = batch.first;
        arrival = batch.arrival;
        last = batch.first.plus(batch.count);
      }
      if (read->next <= from) return broken("a read does not go on");
      from = read->next;
    }
    if (partition.dropping) return;
    Position begin = log_->bounds(id).begin;
    for (std::uint64_t r : expected) {
      if (records_[r].first.plus(records_[r].count) <= begin) continue;
      if (!seen.contains(r)) return broken("record " + std::to_string(r) + " is missing");
    }
  }

  void end_life(bool last) {
    world_.options().disk.write_error_chance = 0;
    if (last && dice_.chance(0.5)) return flip_a_byte();
    if (dice_.chance(0.7) || !log_->healthy()) {
      world_.run_steps(dice_.below(200));
      trace("crash");
      world_.crash();
      return;
    }
    world_.storage().clear_faults();
    world_.storage().set_capacity(1_GiB);
    trace("close");
    Result<Unit> closed = world_.run(log_->close());
    if (!closed) broken("close: " + closed.error().message);
    world_.run_for(std::chrono::seconds(1));  // waiters and late writers end
    world_.shut_down();
  }

  void flip_a_byte() {
    world_.storage().clear_faults();
    world_.storage().set_capacity(1_GiB);
    world_.run_for(std::chrono::milliseconds(500));  // the last block is confirmed
    world_.crash();
    std::vector<std::string> paths = world_.storage().paths();
    if (paths.empty()) return;
    std::string path = paths[dice_.below(paths.size())];
    std::uint64_t size = world_.storage().size(path);
    if (size == 0) return;
    std::uint64_t offset =
        dice_.below(dice_.chance(0.7) ? std::min<std::uint64_t>(size, 65536) : size);
    world_.storage().flip_bit(path, offset, static_cast<int>(dice_.below(8)));
    trace("flip ", path, " at ", std::to_string(offset));
    flipped_ = true;
    Result<LocalLog*> log = try_open();
    if (!log) {
      if (log.error().kind != ErrorKind::corrupt && log.error().kind != ErrorKind::unsupported)
        broken("a flipped byte is called " + std::string(name(log.error().kind)));
      if (log.error().message.find(path) == std::string::npos)
        broken("flipped in " + path + ", refused as " + log.error().message);
      return;
    }
    log_ = *log;
    settle_fates();
  }

  io::SimWorld world_;
  io::Xoshiro dice_;
  LocalLogOptions options_;
  LocalLog* log_ = nullptr;
  std::vector<Record> records_;
  std::vector<Partition> partitions_;
  double seal_chance_;
  double trim_chance_;
  double fault_chance_;
  std::uint64_t record_size_max_;
  bool flipped_ = false;
  int corrupt_reads_ = 0;
  std::string failure_;
};

volatile std::uint64_t current_seed = 0;
void name_the_seed(int) {
  std::fprintf(stderr, "aborted in seed %llu\n", static_cast<unsigned long long>(current_seed));
}

void name_the_seed_and_die(int signal) {
  name_the_seed(signal);
  std::_Exit(1);
}

int simulate(std::uint64_t first, std::uint64_t amount) {
  std::uint64_t failed = 0;
  for (std::uint64_t seed = first; seed < first + amount; ++seed) {
    current_seed = seed;
    Campaign campaign(seed);
    std::string failure = campaign.run();
    if (failure.empty()) continue;
    ++failed;
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), failure.c_str());
  }
  std::printf("%llu passed, %llu failed\n", static_cast<unsigned long long>(amount - failed),
              static_cast<unsigned long long>(failed));
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace levada::log::local

int main(int argc, char** argv) {
  using namespace levada::log::local;
  std::signal(SIGABRT, name_the_seed);
  std::signal(SIGSEGV, name_the_seed_and_die);
  tracing = std::getenv("LEVADA_TRACE") != nullptr;
  std::uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  std::uint64_t amount = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  return simulate(first, amount);
}
