#pragma once
// Fold: state that is folded from one log partition. What was decided is appended, then applied; a
// restart loads the newest checkpoint and applies what the log has behind it, by the same code.
// Lives on the reactor that owns the partition; one commit at a time (see Turn).

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/task.h"
#include "io/disk.h"
#include "log/journals.h"
#include "state/checkpoint_file.h"

namespace levada::state {

// The state itself. Applying may not refuse what deciding wrote; an error means that the bytes are
// not ours (corrupt, or written by a newer Levada) and stops the opening.
class Folded {
 public:
  virtual ~Folded() = default;
  virtual Result<Unit> apply(ByteView decision) = 0;
  virtual Buffer checkpoint() const = 0;
  virtual Result<Unit> restore(ByteView checkpoint) = 0;
};

struct FoldOptions {
  std::string checkpoint_path;
  // A checkpoint is written when the decisions since the last one have more bytes than this and
  // than that checkpoint, so its cost stays a constant share.
  Bytes checkpoint_interval = 1_MiB;
};

inline constexpr Bytes checkpoint_size_max = 64_GiB;  // refuses a nonsense length, nothing else

class Fold {
 public:
  Fold(const log::Journal& journal, log::PartitionId partition, Folded& state, io::Disk& disk,
       FoldOptions options);

  Task<Unit> open();

  // Durable and applied when it resolves. After unknown or io the fold takes nothing any more.
  Task<Unit> commit(Buffer decision);

  // Also on request, for instance before a stop. The log is trimmed after it.
  Task<Unit> checkpoint();
  // The same for a state that writes its own file, of all before `covers`, which was applied()
  // then; decisions may be committed meanwhile.
  log::Position applied() const { return next_; }
  Task<Unit> adopt(CheckpointFile& file, log::Position covers);

 private:
  Task<Unit> load_checkpoint();
  Task<Unit> replay();
  Result<Unit> apply_record(ByteView record);

  log::Journal journal_;
  log::PartitionId partition_;
  Folded& state_;
  io::Disk& disk_;
  FoldOptions options_;
  log::Position next_;  // the first position that is not applied
  std::uint64_t bytes_since_checkpoint_ = 0, checkpoint_bytes_ = 0;
};

}  // namespace levada::state
