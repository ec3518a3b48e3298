#include "io/real/uring.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/check.h"

namespace levada::io {
namespace {

constexpr unsigned submission_entries = 512;   // prepared in one turn before a hand-over is forced
constexpr unsigned completion_entries = 8192;  // more than that wait in the kernel, nothing is lost

// Newer kernels first: one issuer and completions only when we ask avoid interrupts and locks.
constexpr std::array<unsigned, 3> flag_sets = {
    IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG |
        IORING_SETUP_SUBMIT_ALL,                                                      // 6.1
    IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL,  // 5.19
    0,
};

}  // namespace

Result<std::unique_ptr<Uring>> Uring::open() {
  std::unique_ptr<Uring> uring(new Uring);
  TRY(uring->set_up());
  return uring;
}

Result<Unit> Uring::set_up() {
  int result = -EINVAL;
  for (unsigned flags : flag_sets) {
    io_uring_params parameters{};
    parameters.flags = flags | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
    parameters.cq_entries = completion_entries;
    result = io_uring_queue_init_params(submission_entries, &ring_, &parameters);
    if (result != 0) continue;
    ring_open_ = true;
    tells_of_task_work_ = (flags & IORING_SETUP_TASKRUN_FLAG) != 0;
    constexpr unsigned needed = IORING_FEAT_NODROP | IORING_FEAT_FAST_POLL | IORING_FEAT_EXT_ARG;
    if ((parameters.features & needed) != needed)
      return fail(ErrorKind::unsupported, "this kernel's io_uring is too old");
    break;
  }
  if (!ring_open_)
    return fail(ErrorKind::unsupported, std::string("io_uring is refused: ") + strerror(-result));
  io_uring_register_ring_fd(&ring_);  // saves a look-up a call; works without
  wake_descriptor_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_descriptor_ < 0) return fail(ErrorKind::io, std::string("eventfd: ") + strerror(errno));
  wake_up_.uring = this;
  wake_up_.complete = [](KernelOperation& operation, std::int32_t, std::uint32_t flags) {
    Uring& self = *static_cast<WakeUp&>(operation).uring;
    std::uint64_t wakes;
    (void)!read(self.wake_descriptor_, &wakes, sizeof wakes);
    if (!(flags & IORING_CQE_F_MORE)) self.watch_wake_ups();
  };
  watch_wake_ups();
  return Unit{};
}

Uring::~Uring() {
  if (ring_open_) io_uring_queue_exit(&ring_);
  if (wake_descriptor_ >= 0) ::close(wake_descriptor_);
}

void Uring::watch_wake_ups() {
  io_uring_sqe* entry = take_entry();
  io_uring_prep_poll_multishot(entry, wake_descriptor_, POLLIN);
  aim(entry, wake_up_);
}

void Uring::wake() noexcept {
  std::uint64_t one = 1;
  (void)!write(wake_descriptor_, &one, sizeof one);
}

io_uring_sqe* Uring::take_entry() {
  io_uring_sqe* entry = io_uring_get_sqe(&ring_);
  if (entry == nullptr) {
    io_uring_submit(&ring_);
    entry = io_uring_get_sqe(&ring_);
    CHECK(entry != nullptr, "io_uring takes no more operations");
  }
  return entry;
}

void Uring::cancel(KernelOperation& operation) {
  io_uring_sqe* entry = take_entry();
  io_uring_prep_cancel(entry, &operation, 0);
  io_uring_sqe_set_data(entry, nullptr);
}

// Neither has the kernel anything to do for us nor have we for it: no need to call it.
bool Uring::nothing_to_hand_over() const {
  constexpr unsigned calls = IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW;
  return tells_of_task_work_ && io_uring_sq_ready(&ring_) == 0 &&
         (IO_URING_READ_ONCE(*ring_.sq.kflags) & calls) == 0;
}

bool Uring::turn(Nanos wait_max) {
  int result;
  if (wait_max <= Nanos(0) && nothing_to_hand_over()) return reap();
  if (wait_max <= Nanos(0) || io_uring_cq_ready(&ring_) > 0) {
    result = io_uring_submit_and_get_events(&ring_);
  } else if (wait_max == Nanos::max()) {
    result = io_uring_submit_and_wait(&ring_, 1);
  } else {
    __kernel_timespec timeout{};
    timeout.tv_sec = wait_max / std::chrono::seconds(1);
    timeout.tv_nsec = (wait_max % std::chrono::seconds(1)).count();
    io_uring_cqe* first = nullptr;
    result = io_uring_submit_and_wait_timeout(&ring_, &first, 1, &timeout, nullptr);
  }
  CHECK(
      result >= 0 || result == -ETIME || result == -EINTR || result == -EAGAIN || result == -EBUSY,
      strerror(-result));
  return reap();
}

bool Uring::reap() {
  // What completes while these run waits for the next turn.
  const unsigned ready = io_uring_cq_ready(&ring_);
  for (unsigned left = ready; left > 0; --left) {
    io_uring_cqe* completion = &ring_.cq.cqes[*ring_.cq.khead & *ring_.cq.kring_mask];
    auto* operation = static_cast<KernelOperation*>(io_uring_cqe_get_data(completion));
    std::int32_t result = completion->res;
    std::uint32_t flags = completion->flags;
    io_uring_cq_advance(&ring_, 1);
    if (operation != nullptr) operation->complete(*operation, result, flags);
  }
  return ready > 0;
}

UringDeadline::UringDeadline(Reactor& reactor, Uring& uring, KernelOperation& operation,
                             Deadline deadline)
    : reactor_(reactor), uring_(uring), operation_(operation) {
  if (deadline == no_deadline) return;
  at = deadline;
  fire = [](Timer& timer) {
    auto& self = static_cast<UringDeadline&>(timer);
    self.passed_ = true;
    self.uring_.cancel(self.operation_);
  };
  reactor_.arm(*this);
}

namespace {

// The largest piece of one operation; callers go on where it ended.
constexpr std::size_t piece_max = 1 << 30;

}  // namespace

void UringFileQueue::submit(FileOperation& operation) {
  if (operation.kind == FileOperation::Kind::write_durably && operation.size <= short_write_max)
    return flushes_.submit(operation);
  io_uring_sqe* entry = uring_.take_entry();
  auto size = static_cast<unsigned>(std::min(operation.size, piece_max));
  switch (operation.kind) {
    case FileOperation::Kind::read:
      io_uring_prep_read(entry, operation.descriptor, operation.data, size, operation.offset);
      break;
    case FileOperation::Kind::write:
    case FileOperation::Kind::write_durably:
      io_uring_prep_write(entry, operation.descriptor, operation.data, size, operation.offset);
      if (operation.kind == FileOperation::Kind::write_durably) entry->rw_flags = RWF_DSYNC;
      break;
    case FileOperation::Kind::sync:
      io_uring_prep_fsync(entry, operation.descriptor, IORING_FSYNC_DATASYNC);
      break;
    case FileOperation::Kind::reserve:
      io_uring_prep_fallocate(entry, operation.descriptor, FALLOC_FL_KEEP_SIZE,
                              static_cast<off_t>(operation.offset),
                              static_cast<off_t>(operation.size));
      break;
  }
  operation.KernelOperation::complete = [](KernelOperation& done, std::int32_t result,
                                           std::uint32_t) {
    static_cast<FileOperation&>(done).finish(result);
  };
  Uring::aim(entry, operation);
}

}  // namespace levada::io
