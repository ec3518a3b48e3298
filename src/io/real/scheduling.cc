#include "io/real/scheduling.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace levada::io {
namespace {

// As sched_setattr(2) wants it; the C library has no name for it.
struct Attributes {
  std::uint32_t size = sizeof(Attributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;  // of SCHED_OTHER since Linux 6.12: the slice
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};

constexpr std::uint64_t shortest_slice = 100'000;  // ns: the least that Linux grants

}  // namespace

void run_on_any_core() {
  cpu_set_t allowed;
  const pid_t main_thread = getpid();  // is never pinned
  if (sched_getaffinity(main_thread, sizeof allowed, &allowed) == 0)
    sched_setaffinity(0, sizeof allowed, &allowed);
}

void ask_for_short_slices() {
  Attributes attributes;
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  if (attributes.policy != SCHED_OTHER) return;  // the operator's own choice
  attributes.runtime = shortest_slice;
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace levada::io
