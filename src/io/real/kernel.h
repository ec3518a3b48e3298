#pragma once
// Kernel: how one reactor waits for the outside world. Two forms: Uring (completions) and Epoll
// (readiness, for machines that refuse io_uring).

#include <coroutine>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace levada::io {

enum class IoBackend { automatic, uring, epoll };  // automatic: io_uring where it is allowed

class Kernel {
 public:
  virtual ~Kernel() = default;
  // Hands over what was prepared, waits at most `wait_max` for something to happen (0: only looks),
  // and runs whoever was waiting for it. True: something had happened.
  virtual bool turn(Nanos wait_max) = 0;
  // Ends a turn that waits. Any thread.
  virtual void wake() noexcept = 0;
};

// What a completion is for. Lives until its last completion came.
struct KernelOperation {
  void (*complete)(KernelOperation&, std::int32_t result, std::uint32_t flags) = nullptr;
};

// A read, write, sync or reservation of a file that one coroutine waits for.
struct FileOperation : KernelOperation {
  enum class Kind { read, write, write_durably, sync, reserve };

  FileOperation(Kind what, int where, std::uint64_t from = 0, void* bytes = nullptr,
                std::size_t length = 0)
      : kind(what), descriptor(where), offset(from), data(bytes), size(length) {}

  Kind kind;
  int descriptor;
  std::uint64_t offset;
  void* data;
  std::size_t size;
  std::int64_t result = 0;  // as the kernel gives it: a length, or a negative errno
  std::coroutine_handle<> waiter = {};

  void finish(std::int64_t outcome) {
    result = outcome;
    waiter.resume();
  }
};

// Where a reactor's file operations go.
class FileQueue {
 public:
  virtual ~FileQueue() = default;
  virtual void submit(FileOperation& operation) = 0;  // completes later, never inside this call
};

struct FileWait {
  FileQueue& queue;
  FileOperation operation;

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> self) {
    operation.waiter = self;
    queue.submit(operation);
  }
  std::int64_t await_resume() const { return operation.result; }
};

}  // namespace levada::io
