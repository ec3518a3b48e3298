#include "state/fold.h"

#include <cstring>

#include "base/crc32c.h"
#include "base/endian.h"

namespace levada::state {
namespace {

// A decision in the log: version, three zero bytes, checksum of the rest, the decision.
constexpr std::uint32_t record_version = 1;
constexpr std::size_t record_header = 8;

constexpr Bytes replay_chunk = 1_MiB;

}  // namespace

Fold::Fold(const log::Journal& journal, log::PartitionId partition, Folded& state, io::Disk& disk,
           FoldOptions options)
    : journal_(journal),
      partition_(partition),
      state_(state),
      disk_(disk),
      options_(std::move(options)) {}

Task<Unit> Fold::open() {
  co_await load_checkpoint();
  co_await replay();
  co_return Unit{};
}

Task<Unit> Fold::load_checkpoint() {
  Result<Buffer> file =
      co_await outcome(io::read_file(disk_, options_.checkpoint_path, checkpoint_size_max));
  if (!file && file.error().kind == ErrorKind::not_found) co_return Unit{};
  if (!file) co_return tl::unexpected<Error>(std::move(file).error());
  Checkpoint checkpoint = co_await read_checkpoint(*file, options_.checkpoint_path);
  co_await state_.restore(checkpoint.content);
  next_ = checkpoint.covers;
  checkpoint_bytes_ = file->size();
  co_return Unit{};
}

Task<Unit> Fold::replay() {
  for (;;) {
    log::Batches read = co_await journal_.reader.read(partition_, next_, replay_chunk);
    if (read.batches.empty()) co_return Unit{};
    for (const log::Batch& batch : read.batches) {
      if (batch.first < next_) continue;  // the checkpoint has it
      co_await apply_record(batch.payload);
      bytes_since_checkpoint_ += batch.payload.size();
    }
    next_ = std::max(next_, read.next);
  }
}

Result<Unit> Fold::apply_record(ByteView record) {
  if (record.size() < record_header ||
      load_le<std::uint32_t>(record.data() + 4) != crc32c(record.subspan(record_header)))
    return fail(ErrorKind::corrupt, "a decision fails its checksum");
  if (load_le<std::uint32_t>(record.data()) > record_version)
    return fail(ErrorKind::unsupported, "a decision was written by a newer Levada");
  return state_.apply(record.subspan(record_header));
}

Task<Unit> Fold::commit(Buffer decision) {
  const auto encode = [&decision](MutableByteView into) {
    store_le<std::uint32_t>(into.data(), record_version);
    store_le<std::uint32_t>(into.data() + 4, crc32c(decision));
    if (!decision.empty())
      std::memcpy(into.data() + record_header, decision.data(), decision.size());
  };
  const std::size_t size = record_header + decision.size();
  if (size > count(log::entry_size_max))
    co_return fail(ErrorKind::too_large, "a decision of " + std::to_string(size) + " bytes");
  const log::Entry entries[] = {{partition_, 1, static_cast<std::uint32_t>(size), encode}};
  std::vector<log::Appended> appended = co_await journal_.log.append(entries);
  next_ = appended[0].first.plus(1);
  bytes_since_checkpoint_ += size;
  Result<Unit> applied = state_.apply(decision);
  CHECK(applied.has_value(), "what was decided can be applied");
  if (bytes_since_checkpoint_ > std::max(count(options_.checkpoint_interval), checkpoint_bytes_)) {
    // The decision stands, whatever becomes of the checkpoint: it is tried again with the next one.
    (void)co_await outcome(checkpoint());
  }
  co_return Unit{};
}

Task<Unit> Fold::checkpoint() {
  const log::Position covers = next_;
  CheckpointFile file(disk_, options_.checkpoint_path);
  co_await file.begin();
  const Buffer content = state_.checkpoint();
  const Result<Unit> appended = co_await outcome(file.append(content));
  if (!appended) {
    (void)co_await outcome(file.abandon());
    co_return appended;
  }
  co_return co_await outcome(adopt(file, covers));
}

Task<Unit> Fold::adopt(CheckpointFile& file, log::Position covers) {
  co_await file.finish(covers);
  checkpoint_bytes_ = file.size();
  bytes_since_checkpoint_ = 0;
  co_await journal_.log.trim(partition_, covers);
  co_return Unit{};
}

}  // namespace levada::state
