#include "log/local/journal_writer.h"

#include <algorithm>

#include "base/crc32c.h"

namespace levada::log::local {
namespace {

// Room that only control frames may use, so that a full disk can still be told to trim.
std::uint64_t control_reserve(std::uint64_t capacity) {
  return align_up(std::min<std::uint64_t>(capacity / 32, 1 << 20));
}

constexpr std::size_t block_capacity_min = journal_alignment;

// With fewer senders a flush for each of them costs less than they would wait.
constexpr std::size_t many_frames = 8;
constexpr Nanos hold_max = std::chrono::milliseconds(1);

}  // namespace

JournalWriter::JournalWriter(io::Reactor& reactor, io::Disk& disk, io::EventLog& events,
                             const LocalLogOptions& options, JournalMetrics& metrics,
                             JournalListener& listener, JournalStart start)
    : reactor_(reactor),
      disk_(disk),
      events_(events),
      options_(options),
      metrics_(metrics),
      listener_(listener),
      start_(std::move(start)),
      next_block_(start_.next_block),
      acknowledged_(start_.next_block - 1),
      durable_(acknowledged_),
      confirmed_(acknowledged_),
      memories_(options.idle_memory_max),
      quiet_(reactor) {
  turn_.writer = this;
  turn_.run = [](io::Posted& posted) {
    auto& turn = static_cast<Turn&>(posted);
    turn.posted = false;
    turn.writer->pump();
  };
  confirm_.writer = this;
  confirm_.fire = [](io::Timer& timer) { static_cast<Due&>(timer).writer->write_confirmation(); };
  sync_due_.writer = this;
  sync_due_.fire = [](io::Timer& timer) { static_cast<Due&>(timer).writer->sync_soon(); };
  hold_.writer = this;
  hold_.fire = [](io::Timer& timer) { static_cast<Due&>(timer).writer->pump(); };
}

JournalWriter::~JournalWriter() {
  reactor_.disarm(confirm_);
  reactor_.disarm(sync_due_);
  reactor_.disarm(hold_);
}

Task<Unit> JournalWriter::open() {
  // Making a whole one would be most of a start's time.
  Bytes size = std::min(options_.first_segment_size, options_.segment_size);
  Result<std::unique_ptr<JournalSegment>> made = co_await outcome(make_segment(size));
  if (made) {
    active_ = std::move(*made);
    co_return Unit{};
  }
  if (made.error().kind != ErrorKind::disk_full)
    co_return fail(made.error().kind, made.error().message);
  tell_of_no_room(made.error());
  co_return Unit{};
}

Task<Unit> JournalWriter::close() {
  while (healthy_ && (open_ || !queue_.empty() || !in_flight_.empty())) co_await quiet_.wait();
  co_await gate_.close();
  if (healthy_ && !unsynced_.empty()) co_await sync();
  reactor_.disarm(confirm_);
  reactor_.disarm(sync_due_);
  if (healthy_ && active_ && !active_->blocks.empty()) listener_.retired(std::move(active_));
  co_return Unit{};
}

const std::shared_ptr<Block>& JournalWriter::room_for(std::size_t size) {
  std::size_t good = std::min(count(options_.block_size_good), count(options_.segment_size) / 2);
  if (open_ && open_->used + size > good) enqueue_open();
  // Rather another flush than moving what would fill one.
  if (open_ && open_->used >= count(options_.flush_beside) && !open_->reserve_in_place(size))
    enqueue_open();
  if (!open_) {
    std::size_t hint = std::min({size_hint_, good, BlockMemories::small_max});
    std::size_t need = std::max({block_capacity_min, hint, block_header_size + size});
    open_ = std::make_shared<Block>(reactor_, memories_, need);
    open_->frames.reserve(frames_hint_);
    waiting_ += open_->used;
  }
  waiting_ += size;
  return open_;
}

void JournalWriter::added() {
  if (turn_.posted) return;
  turn_.posted = true;
  reactor_.post(turn_);
}

void JournalWriter::enqueue_open() {
  open_->trim();
  queue_.push_back(std::move(open_));
  held_ = false;
  reactor_.disarm(hold_);
}

std::shared_ptr<Block> JournalWriter::next_to_write() {
  if (in_flight_.size() >= options_.flushes_max) return nullptr;
  if (!queue_.empty()) return queue_.front();
  if (!open_) return nullptr;
  if (open_->used < count(options_.flush_beside) && (!in_flight_.empty() || more_to_come()))
    return nullptr;
  enqueue_open();
  return queue_.front();
}

bool JournalWriter::more_to_come() {
  if (last_frames_ < many_frames || 4 * open_->frames.size() >= 3 * last_frames_) return false;
  if (open_->only_control || open_->for_catalog) return false;
  if (held_) return hold_.armed();
  held_ = true;
  hold_.at = reactor_.clock().monotonic() + std::min(last_flush_, hold_max);
  reactor_.arm(hold_);
  return true;
}

void JournalWriter::pump() {
  while (healthy_) {
    std::shared_ptr<Block> block = next_to_write();
    if (!block || !place(*block)) return;
    queue_.pop_front();
    in_flight_.push_back(block);
    gate_.spawn(write(block));
  }
}

bool JournalWriter::place(Block& block) {
  std::uint64_t size = align_up(block.used);
  auto fits = [&](const JournalSegment* segment) {
    if (segment == nullptr) return false;
    std::uint64_t capacity = segment->file->capacity;
    std::uint64_t reserve = block.only_control ? 0 : control_reserve(capacity);
    return segment->written + size + reserve <= capacity;
  };
  if (!fits(active_.get())) {
    if (!ready_) {
      prepare_not_before_ = {};
      prepare_next();
      return false;
    }
    std::unique_ptr<JournalSegment> full = std::exchange(active_, std::move(ready_));
    if (full) listener_.retired(std::move(full));
    CHECK(fits(active_.get()), "an append is larger than a segment");
  }
  block.file = active_->file;
  block.offset = active_->written;
  block.number = next_block_++;
  active_->written += size;
  active_->blocks.push_back(queue_.front());
  if (active_->written * 4 > active_->file->capacity) prepare_next();
  return true;
}

Task<Unit> JournalWriter::write(std::shared_ptr<Block> block) {
  std::size_t size = align_up(block->used);
  block->reserve(size - block->used);
  std::memset(block->memory.get() + block->used, 0, size - block->used);
  ByteView body(block->memory.get() + block_header_size, block->used - block_header_size);
  BlockHeader header{
      .journal = start_.journal,
      .sequence = block->file->sequence,
      .number = block->number,
      .acknowledged = durable_,
      .length = static_cast<std::uint32_t>(block->used),
      .frames = static_cast<std::uint32_t>(block->frames.size()),
      .body_crc = crc32c(body),
  };
  encode_block_header(header, block->memory.get());
  size_hint_ = std::max(size, size_hint_ - size_hint_ / 8);  // growing may copy
  last_frames_ = block->frames.size();
  frames_hint_ = std::max(last_frames_, frames_hint_ - frames_hint_ / 8);
  BlockMemory memory = block->memory;
  ByteView bytes(memory.get(), size);
  bool stable = options_.acknowledge == Acknowledge::stable;
  io::Durable durable = stable ? io::Durable::now : io::Durable::later;
  MonotonicNanos begun = reactor_.clock().monotonic();
  Result<Unit> written = co_await outcome(block->file->file->write(block->offset, bytes, durable));
  if (!healthy_) co_return Unit{};
  last_flush_ = reactor_.clock().monotonic() - begun;
  metrics_.flush_seconds.observe(last_flush_);
  metrics_.flush_bytes.observe(size);
  metrics_.flush_entries.observe(block->frames.size());
  metrics_.waiting_bytes.set(static_cast<std::int64_t>(waiting_));
  if (!written) {
    fail_now(written.error());
    co_return Unit{};
  }
  block->written = true;
  confirmed_ = std::max(confirmed_, header.acknowledged);
  if (!stable) remember_unsynced(block->file);
  settle_written();
  pump();
  rest_when_quiet();
  co_return Unit{};
}

void JournalWriter::rest_when_quiet() {
  if (open_ || !queue_.empty() || !in_flight_.empty()) return;
  quiet_.notify_all();
  confirm_when_quiet();
}

void JournalWriter::settle_written() {
  bool stable = options_.acknowledge == Acknowledge::stable;
  while (!in_flight_.empty() && in_flight_.front()->written) {
    std::shared_ptr<Block> block = in_flight_.front();
    if (!stable && block->for_catalog && block->number > durable_) return sync_soon();
    in_flight_.pop_front();
    acknowledged_ = block->number;
    if (stable) durable_ = acknowledged_;
    listener_.committed(block);
    settle(block, std::nullopt);
  }
}

void JournalWriter::settle(const std::shared_ptr<Block>& block, std::optional<Error> error) {
  waiting_ -= block->used;
  metrics_.waiting_bytes.set(static_cast<std::int64_t>(waiting_));
  block->ended = true;
  block->error = std::move(error);
  if (block->error) listener_.abandoned(*block);
  block->settled.notify_all();
}

void JournalWriter::refuse_waiting(const Error& error) {
  if (open_) enqueue_open();
  if (error.kind == ErrorKind::disk_full)
    for (const std::shared_ptr<Block>& block : queue_)
      metrics_.refused_disk_full.add(block->frames.size());
  while (!queue_.empty()) {
    std::shared_ptr<Block> block = std::move(queue_.front());
    queue_.pop_front();
    settle(block, error);
  }
  if (in_flight_.empty()) quiet_.notify_all();
}

void JournalWriter::fail_now(const Error& why) {
  if (!healthy_) return;
  healthy_ = false;
  events_.error("journal failed, it takes nothing any more",
                {{"journal", start_.journal}, {"directory", start_.directory}, {"error", why}});
  while (!in_flight_.empty()) {
    std::shared_ptr<Block> block = std::move(in_flight_.front());
    in_flight_.pop_front();
    settle(block, Error{ErrorKind::unknown, "written or not: " + why.message});
  }
  refuse_waiting(Error{ErrorKind::io, "the journal failed: " + why.message});
  quiet_.notify_all();
  listener_.journal_failed();
}

// A block that nothing follows could be cut as torn after a crash although a byte of it was
// flipped. When it gets quiet, an empty block says that it had been acknowledged.
void JournalWriter::confirm_when_quiet() {
  if (durable_ != acknowledged_) return;  // a sync is due, and comes back here
  if (confirmed_ == durable_ || confirm_.armed() || gate_.stopping()) return;
  confirm_.at = reactor_.clock().monotonic() + options_.confirm_after;
  reactor_.arm(confirm_);
}

void JournalWriter::write_confirmation() {
  bool quiet = !open_ && queue_.empty() && in_flight_.empty() && durable_ == acknowledged_;
  if (!healthy_ || !quiet || gate_.stopping() || confirmed_ == durable_) return;
  if (active_->written + journal_alignment > active_->file->capacity) return;
  room_for(0);
  std::uint64_t before = acknowledged_;
  pump();
  confirmed_ = before + 1;  // the confirmation itself needs none
}

void JournalWriter::remember_unsynced(const std::shared_ptr<JournalFile>& file) {
  if (unsynced_.empty() || unsynced_.back() != file) unsynced_.push_back(file);
  if (sync_due_.armed() || syncing_) return;
  sync_due_.at = reactor_.clock().monotonic() + options_.sync_interval;
  reactor_.arm(sync_due_);
}

void JournalWriter::sync_soon() {
  if (syncing_ || unsynced_.empty() || !healthy_ || gate_.stopping()) return;
  gate_.spawn(sync());
}

Task<Unit> JournalWriter::sync() {
  syncing_ = true;
  reactor_.disarm(sync_due_);
  std::vector<std::shared_ptr<JournalFile>> files = std::exchange(unsynced_, {});
  std::uint64_t written = acknowledged_;
  for (const std::shared_ptr<Block>& block : in_flight_) {
    if (!block->written) break;
    written = block->number;
  }
  for (const std::shared_ptr<JournalFile>& file : files) {
    Result<Unit> synced = co_await outcome(file->file->sync());
    if (!synced) fail_now(synced.error());
    if (!healthy_) co_return Unit{};
  }
  syncing_ = false;
  durable_ = std::max(durable_, written);
  for (const std::shared_ptr<JournalFile>& file : std::exchange(unsynced_, {}))
    remember_unsynced(file);  // written to meanwhile
  settle_written();
  pump();
  rest_when_quiet();
  co_return Unit{};
}

void JournalWriter::recycle(const JournalFile& file) {
  constexpr std::size_t free_files_max = 2;
  if (file.capacity == count(options_.segment_size) && start_.free_files.size() < free_files_max) {
    start_.free_files.push_back(file.path);
  } else {
    gate_.spawn(disk_.remove(file.path));
  }
}

void JournalWriter::prepare_next() {
  if (ready_ || preparing_ || gate_.stopping() || !healthy_) return;
  if (reactor_.clock().monotonic() < prepare_not_before_) return;
  preparing_ = true;
  gate_.spawn(prepare());
}

Task<Unit> JournalWriter::prepare() {
  Result<std::unique_ptr<JournalSegment>> made =
      co_await outcome(make_segment(options_.segment_size));
  preparing_ = false;
  if (made) {
    ready_ = std::move(*made);
    prepare_error_.reset();
    pump();
    co_return Unit{};
  }
  prepare_not_before_ = reactor_.clock().monotonic() + options_.retry_after;
  tell_of_no_room(made.error());
  if (!queue_.empty()) refuse_waiting(*prepare_error_);
  co_return Unit{};
}

void JournalWriter::tell_of_no_room(const Error& error) {
  if (!prepare_error_ || prepare_error_->kind != error.kind)
    events_.error("no room for the next journal segment",
                  {{"journal", start_.journal}, {"error", error}});
  prepare_error_ = error;
}

Task<std::unique_ptr<JournalSegment>> JournalWriter::make_segment(Bytes size_if_new) {
  co_await listener_.claim();
  auto segment = std::make_unique<JournalSegment>();
  segment->file = std::make_shared<JournalFile>();
  JournalFile& file = *segment->file;
  file.sequence = (std::uint64_t{start_.epoch} << 32) | next_segment_++;
  if (!start_.free_files.empty()) {
    file.path = std::move(start_.free_files.back());
    start_.free_files.pop_back();
    file.capacity = count(options_.segment_size);
    io::OpenOptions options{.direct = options_.acknowledge == Acknowledge::stable};
    file.file = co_await disk_.open(file.path, options);
    co_return segment;
  }

  std::string name = std::to_string(start_.next_slot++);
  file.path = start_.directory + "/journal-" + std::string(8 - name.size(), '0') + name;
  file.capacity = count(size_if_new);
  io::OpenOptions options{.create = true, .direct = options_.acknowledge == Acknowledge::stable};
  file.file = co_await disk_.open(file.path, options);
  Result<Unit> made = co_await outcome(file.file->preallocate(size_if_new));
  if (made) made = co_await outcome(disk_.sync_directory(start_.directory));
  if (!made) {
    (void)co_await outcome(disk_.remove(file.path));  // best effort: the first error is the news
    co_return fail(made.error().kind, made.error().message);
  }
  co_return segment;
}

}  // namespace levada::log::local
