#pragma once
// SimWorld: a machine in a test tube. One thread, virtual time that jumps to the next event, and
// dice thrown from one seed: which reactor runs next, how long the disk takes, where a read stops,
// what a crash leaves. The same seed gives the same history.
//
// A test (the driver) stands outside: it starts tasks, lets time pass, crashes the machine, looks.
//
//   SimWorld world(seed);
//   auto log = world.run(open_log(world.reactor(), world.disk()));   // runs until it has ended
//   Log& it = world.own(std::move(*log));                            // the machine's property
//   world.spawn(work_for_ever(it));
//   world.run_for(Millis(world.dice().below(100)));
//   world.crash();                                                   // `it` is gone
//   auto again = world.run(open_log(world.reactor(), world.disk())); // what did survive?
//
// A crash takes away the machine as it is: its reactors, doors, coroutines and whatever it owns are
// ABANDONED: set aside, never run again, never destroyed (a destructor is code, and a machine
// without power runs none). They stay reachable, so that no leak checker takes offence; memory
// grows with every crash by what the machine had, so campaigns of thousands of crashes run in
// several processes. Hence: what lives on the machine is given to it by `own` or sits in its
// coroutines, and references to it end with the crash. Only SimStorage, the clock and the dice
// survive; the next machine boots by itself.

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "io/disk.h"
#include "io/network.h"
#include "io/random.h"
#include "io/reactor.h"
#include "io/sim/sim_clock.h"
#include "io/sim/sim_disk.h"
#include "io/sim/sim_network.h"
#include "io/sim/sim_storage.h"

namespace levada::io {

struct SimOptions {
  std::uint32_t reactors = 1;
  Nanos step_max = Nanos(500);                    // a step of a coroutine takes 0 … this long
  Nanos run_limit = std::chrono::hours(24 * 30);  // `run` gives up after this: something livelocks
  SimDiskBehaviour disk = {};
  SimNetworkBehaviour network = {};
};

class SimWorld {
 public:
  explicit SimWorld(std::uint64_t seed, SimOptions options = {});
  ~SimWorld();  // abandons a machine that was not shut down
  SimWorld(const SimWorld&) = delete;
  SimWorld& operator=(const SimWorld&) = delete;

  // The machine that runs now.
  Reactor& reactor(ReactorIndex index = ReactorIndex(0));
  Disk& disk();
  Network& network(ReactorIndex index = ReactorIndex(0));
  Random& random();
  template <class T>
  T& own(std::unique_ptr<T> object);

  // What survives it.
  std::uint64_t seed() const { return seed_; }
  SimClock& clock() { return clock_; }
  SimStorage& storage() { return storage_; }
  Xoshiro& dice() { return dice_; }
  SimOptions& options() { return options_; }  // behaviours may be changed at any time

  // Lets the machine run until the task has ended. CHECKs, naming the seed, that it does end.
  template <class T>
  Result<T> run(Task<T> task);
  // Starts a task; its error, if any, is not looked at.
  void spawn(Task<Unit> task);
  // One piece of work, after letting time jump to it. False: nothing will ever happen again.
  bool step();
  // How many steps there were; stops early when nothing will ever happen again.
  std::uint64_t run_steps(std::uint64_t count);
  // True when the condition came true; false when nothing will ever happen again, or after `limit`.
  bool run_until(const std::function<bool()>& condition, Nanos limit = std::chrono::hours(1));
  void run_until_idle() {
    while (step()) {
    }
  }
  void run_for(Nanos duration);

  void crash();
  // For a machine whose work has been closed: destroys what it owns, last given first, and boots
  // the next one. The disk keeps what was not synced.
  void shut_down();

 private:
  struct Machine;
  void boot();
  void abandon();
  bool step_until(MonotonicNanos last);
  void own_pointer(std::shared_ptr<void> object);
  [[noreturn]] void give_up(const char* why) const;

  std::uint64_t seed_;
  SimOptions options_;
  Xoshiro dice_;
  SimClock clock_;
  SimStorage storage_{dice_};
  std::unique_ptr<Machine> machine_;
  bool stepping_ = false;
};

template <class T>
T& SimWorld::own(std::unique_ptr<T> object) {
  T& result = *object;
  own_pointer(std::shared_ptr<T>(std::move(object)));
  return result;
}

template <class T>
Result<T> SimWorld::run(Task<T> task) {
  std::optional<Result<T>> result;
  start(std::move(task), [&result](Result<T> r) { result.emplace(std::move(r)); });
  MonotonicNanos last = clock_.monotonic() + options_.run_limit;
  while (!result)
    if (!step_until(last)) give_up("a task waits for ever");
  return std::move(*result);
}

}  // namespace levada::io
