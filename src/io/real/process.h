#pragma once
// What the whole process asks of the system: limits of its own, and when to stop. Called from main
// only.

#include <chrono>
#include <cstdint>

#include "base/bytes.h"

namespace levada::io {

// Raises the number of open files to what the system lets us have; returns that number.
std::uint64_t raise_descriptor_limit();

// Tells the C library's allocator what we are: so many threads that allocate for life (an arena
// each and no more), and buffers of requests that are taken again soon (so not from the kernel each
// time), of which little is kept. Before the first thread.
void tune_allocator(std::uint32_t threads);

// The memory that this process can have: the machine's, or less if its control group has a limit.
Bytes memory_of_system();

// Gives the system back what the allocator holds and nobody uses. Threads that allocate meanwhile
// wait for it, some milliseconds for each 100 MB: for quiet times.
void give_memory_back();

// SIGTERM and SIGINT, taken by the thread that waits for them instead of by a handler. Made before
// the first thread, so that every thread has them blocked. SIGPIPE is ignored from then on.
class StopSignals {
 public:
  // `reload`: SIGHUP is waited for as well; otherwise it ends the process like any unknown signal.
  explicit StopSignals(bool reload = false);
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // The number of the signal that came.
  int wait();
  // From now on such a signal ends the process at once.
  void let_them_kill();

 private:
  bool reload_;
};

}  // namespace levada::io
