#include "io/real/blocking_file_queue.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace levada::io {
namespace {

std::int64_t execute(const FileOperation& operation) {
  iovec part{operation.data, operation.size};
  auto offset = static_cast<off_t>(operation.offset);
  switch (operation.kind) {
    case FileOperation::Kind::read:
      return preadv(operation.descriptor, &part, 1, offset);
    case FileOperation::Kind::write:
      return pwritev(operation.descriptor, &part, 1, offset);
    case FileOperation::Kind::write_durably:
      return pwritev2(operation.descriptor, &part, 1, offset, RWF_DSYNC);
    case FileOperation::Kind::sync:
      return fdatasync(operation.descriptor);
    case FileOperation::Kind::reserve:
      return fallocate(operation.descriptor, FALLOC_FL_KEEP_SIZE, offset,
                       static_cast<off_t>(operation.size));
  }
  return -1;
}

struct FileCall : BlockingCall {
  FileOperation& operation;
  std::int64_t result = 0;

  explicit FileCall(FileOperation& o) : operation(o) {
    BlockingCall::execute = [](BlockingCall& call) {
      auto& self = static_cast<FileCall&>(call);
      self.result = io::execute(self.operation);
      if (self.result < 0) self.result = -errno;
    };
    run = [](Posted& posted) {
      auto* self = &static_cast<FileCall&>(posted);
      FileOperation& done = self->operation;
      std::int64_t outcome = self->result;
      delete self;
      done.finish(outcome);
    };
  }
};

}  // namespace

void BlockingFileQueue::submit(FileOperation& operation) {
  thread_.submit(*new FileCall(operation));  // frees itself when it comes home
}

}  // namespace levada::io
