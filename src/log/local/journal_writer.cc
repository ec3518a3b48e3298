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

}  // namespace

JournalWriter::JournalWriter(io::Reactor& reactor, io::Disk& disk, io::EventLog& events,
                             const LocalLogOptions& options, JournalListener& listener,
                             JournalStart start)
    : reactor_(reactor),
      disk_(disk),
      events_(events),
      options_(options),
      listener_(listener),
      start_(std::move(start)),
      next_block_(start_.next_block),
      acknowledged_(start_.next_block - 1),
      confirmed_(acknowledged_),
      quiet_(reactor) {
  turn_.writer = this;
  turn_.run = [](io::Posted& posted) {
    auto& turn = static_cast<Turn&>(posted);
    turn.posted = false;
    turn.writer->pump();
  };
  confirm_.writer = this;
  confirm_.fire = [](io::Timer& timer) {
    static_cast<Confirm&>(timer).writer->write_confirmation();
  };
}

JournalWriter::~JournalWriter() { reactor_.disarm(confirm_); }

Task<Unit> JournalWriter::open() {
  // Making a whole one would be most of a start's time.
  active_ = co_await make_segment(std::min(options_.first_segment_size, options_.segment_size));
  co_return Unit{};
}

Task<Unit> JournalWriter::close() {
  while (healthy_ && (open_ || !queue_.empty() || !in_flight_.empty())) co_await quiet_.wait();
  co_await gate_.close();
  reactor_.disarm(confirm_);
  if (healthy_ && active_ && !active_->blocks.empty()) listener_.retired(std::move(active_));
  co_return Unit{};
}

const std::shared_ptr<Block>& JournalWriter::room_for(std::size_t size) {
  std::size_t good = std::min(count(options_.block_size_good), count(options_.segment_size) / 2);
  if (open_ && open_->used + size > good) enqueue_open();
  if (!open_) {
    std::size_t hint = std::min(size_hint_, good);
    std::size_t need = std::max({block_capacity_min, hint, block_header_size + size});
    open_ = std::make_shared<Block>(reactor_, need);
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

void JournalWriter::enqueue_open() { queue_.push_back(std::move(open_)); }

std::shared_ptr<Block> JournalWriter::next_to_write() {
  if (in_flight_.size() >= options_.flushes_max) return nullptr;
  if (!queue_.empty()) return queue_.front();
  if (!open_) return nullptr;
  if (!in_flight_.empty() && open_->used < count(options_.flush_beside)) return nullptr;
  enqueue_open();
  return queue_.front();
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
  auto fits = [&](const JournalSegment& segment) {
    std::uint64_t capacity = segment.file->capacity;
    std::uint64_t reserve = block.only_control ? 0 : control_reserve(capacity);
    return segment.written + size + reserve <= capacity;
  };
  if (!fits(*active_)) {
    if (!ready_) {
      prepare_not_before_ = {};
      prepare_next();
      return false;
    }
    std::unique_ptr<JournalSegment> full = std::exchange(active_, std::move(ready_));
    listener_.retired(std::move(full));
    CHECK(fits(*active_), "an append is larger than a segment");
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
      .acknowledged = acknowledged_,
      .length = static_cast<std::uint32_t>(block->used),
      .frames = static_cast<std::uint32_t>(block->frames.size()),
      .body_crc = crc32c(body),
  };
  encode_block_header(header, block->memory.get());
  size_hint_ = size;
  BlockMemory memory = block->memory;
  ByteView bytes(memory.get(), size);
  Result<Unit> written =
      co_await outcome(block->file->file->write(block->offset, bytes, io::Durable::now));
  if (!healthy_) co_return Unit{};
  if (!written) {
    fail_now(written.error());
    co_return Unit{};
  }
  block->written = true;
  confirmed_ = std::max(confirmed_, header.acknowledged);
  settle_written();
  pump();
  if (!open_ && queue_.empty() && in_flight_.empty()) {
    quiet_.notify_all();
    confirm_when_quiet();
  }
  co_return Unit{};
}

void JournalWriter::settle_written() {
  while (!in_flight_.empty() && in_flight_.front()->written) {
    std::shared_ptr<Block> block = std::move(in_flight_.front());
    in_flight_.pop_front();
    acknowledged_ = block->number;
    listener_.committed(block);
    settle(block, std::nullopt);
  }
}

void JournalWriter::settle(const std::shared_ptr<Block>& block, std::optional<Error> error) {
  waiting_ -= block->used;
  block->ended = true;
  block->error = std::move(error);
  if (block->error) listener_.abandoned(*block);
  block->settled.notify_all();
}

void JournalWriter::refuse_waiting(const Error& error) {
  if (open_) enqueue_open();
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
  if (confirmed_ == acknowledged_ || confirm_.armed() || gate_.stopping()) return;
  confirm_.at = reactor_.clock().monotonic() + options_.confirm_after;
  reactor_.arm(confirm_);
}

void JournalWriter::write_confirmation() {
  bool quiet = !open_ && queue_.empty() && in_flight_.empty();
  if (!healthy_ || !quiet || gate_.stopping() || confirmed_ == acknowledged_) return;
  if (active_->written + journal_alignment > active_->file->capacity) return;
  room_for(0);
  std::uint64_t before = acknowledged_;
  pump();
  confirmed_ = before + 1;  // the confirmation itself needs none
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
  if (!prepare_error_ || prepare_error_->kind != made.error().kind)
    events_.error("no room for the next journal segment",
                  {{"journal", start_.journal}, {"error", made.error()}});
  prepare_error_ = made.error();
  if (!queue_.empty()) refuse_waiting(*prepare_error_);
  co_return Unit{};
}

Task<std::unique_ptr<JournalSegment>> JournalWriter::make_segment(Bytes size_if_new) {
  auto segment = std::make_unique<JournalSegment>();
  segment->file = std::make_shared<JournalFile>();
  JournalFile& file = *segment->file;
  file.sequence = (std::uint64_t{start_.epoch} << 32) | next_segment_++;
  if (!start_.free_files.empty()) {
    file.path = std::move(start_.free_files.back());
    start_.free_files.pop_back();
    file.capacity = count(options_.segment_size);
    io::OpenOptions options{.direct = true};
    file.file = co_await disk_.open(file.path, options);
    co_return segment;
  }

  std::string name = std::to_string(start_.next_slot++);
  file.path = start_.directory + "/journal-" + std::string(8 - name.size(), '0') + name;
  file.capacity = count(size_if_new);
  io::OpenOptions options{.create = true, .direct = true};
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
