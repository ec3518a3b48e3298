#pragma once
// in_slices: plain code that may compute for long, run so that its reactor serves others meanwhile.
// The code has a stack of its own; whenever it asks `pause_if_due` and its slice is used up, the
// stack is left until everything else that is ready has run. What it looks at may have changed then
// like behind any co_await. For code that is fast when written as loops, not as coroutines.

#include <functional>

#include "base/task.h"
#include "io/reactor.h"

namespace levada::io {

inline constexpr Nanos slice_max = std::chrono::milliseconds(1);

class Slices {
 public:
  virtual void pause_if_due() = 0;
  // Leaves the stack until the task has ended.
  virtual Result<Unit> wait(Task<Unit> task) = 0;

 protected:
  ~Slices() = default;
};

Task<Unit> in_slices(Reactor& reactor, std::function<void(Slices&)> work);

}  // namespace levada::io
