#include "io/sim/sim_world.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "io/sim/sim_events.h"
#include "io/sim/sim_random.h"
#include "io/sim/sim_reactor.h"

namespace levada::io {

struct SimWorld::Machine {
  SimEvents events;
  std::vector<std::unique_ptr<SimReactor>> reactors;
  SimDisk disk;
  SimSwitchboard switchboard;
  std::vector<std::unique_ptr<SimNetwork>> networks;
  SimRandom random;
  std::vector<std::shared_ptr<void>> property;
  std::vector<SimReactor*> ready;  // of one step; kept for its memory

  explicit Machine(SimWorld& world)
      : events(world.clock_, world.dice_),
        disk(events, world.storage_, world.options_.disk),
        switchboard(events, world.options_.network),
        random(world.dice_.next()) {
    for (std::uint32_t i = 0; i < world.options_.reactors; ++i) {
      reactors.push_back(std::make_unique<SimReactor>(ReactorIndex(i), world.clock_));
      networks.push_back(std::make_unique<SimNetwork>(*reactors.back(), switchboard));
    }
  }
  ~Machine() {
    while (!property.empty()) property.pop_back();
  }

  MonotonicNanos earliest() const {
    MonotonicNanos result = events.earliest();
    for (const auto& reactor : reactors) result = std::min(result, reactor->earliest_timer());
    return result;
  }
  bool pending() const {
    return earliest() != no_deadline ||
           std::any_of(reactors.begin(), reactors.end(), [](auto& r) { return r->has_posted(); });
  }
};

SimWorld::SimWorld(std::uint64_t seed, SimOptions options)
    : seed_(seed), options_(options), dice_(seed) {
  CHECK(options_.reactors > 0);
  boot();
}

SimWorld::~SimWorld() {
  if (machine_->pending() || !machine_->property.empty()) abandon();
}

void SimWorld::boot() { machine_ = std::make_unique<Machine>(*this); }

// The graveyard: reachable for ever, so nothing in it counts as leaked.
void SimWorld::abandon() {
  static auto& graveyard = *new std::vector<std::unique_ptr<Machine>>;
  graveyard.push_back(std::move(machine_));
}

void SimWorld::crash() {
  CHECK(!stepping_, "the driver crashes the machine, not the machine itself");
  storage_.crash();
  abandon();
  boot();
}

void SimWorld::shut_down() {
  CHECK(!machine_->pending(), "a machine is shut down after its work was closed");
  boot();
}

Reactor& SimWorld::reactor(ReactorIndex index) { return *machine_->reactors.at(index.value()); }
Disk& SimWorld::disk() { return machine_->disk; }
Network& SimWorld::network(ReactorIndex index) { return *machine_->networks.at(index.value()); }
Random& SimWorld::random() { return machine_->random; }

void SimWorld::own_pointer(std::shared_ptr<void> object) {
  machine_->property.push_back(std::move(object));
}

void SimWorld::spawn(Task<Unit> task) {
  start(std::move(task), [](Result<Unit>) {});
}

bool SimWorld::step() { return step_until(no_deadline); }

bool SimWorld::step_until(MonotonicNanos last) {
  MonotonicNanos now = clock_.monotonic();
  std::vector<SimReactor*>& ready = machine_->ready;
  ready.clear();
  for (const auto& reactor : machine_->reactors)
    if (reactor->ready()) ready.push_back(reactor.get());
  bool hardware = machine_->events.earliest() <= now;
  if (ready.empty() && !hardware) {
    MonotonicNanos next = machine_->earliest();
    if (next == no_deadline || next > last) return false;
    clock_.advance_to(next);
    return step_until(last);
  }
  if (now > last) return false;

  CHECK(!stepping_, "a world runs inside itself");
  stepping_ = true;
  std::uint64_t choice = dice_.below(ready.size() + (hardware ? 1 : 0));
  if (choice == ready.size()) {
    machine_->events.fire_due();
  } else {
    SimReactor& reactor = *ready[choice];
    bool timer_due = reactor.earliest_timer() <= now;
    if (timer_due && (!reactor.has_posted() || dice_.chance(0.5)))
      reactor.fire_due_timer();
    else
      reactor.run_posted();
  }
  stepping_ = false;
  clock_.advance_to(now +
                    Nanos(static_cast<std::int64_t>(dice_.below(options_.step_max.count() + 1))));
  return true;
}

std::uint64_t SimWorld::run_steps(std::uint64_t count) {
  std::uint64_t done = 0;
  while (done < count && step()) ++done;
  return done;
}

bool SimWorld::run_until(const std::function<bool()>& condition, Nanos limit) {
  MonotonicNanos last = clock_.monotonic() + limit;
  while (!condition())
    if (!step_until(last)) return false;
  return true;
}

void SimWorld::run_for(Nanos duration) {
  MonotonicNanos last = clock_.monotonic() + duration;
  while (step_until(last)) {
  }
  if (clock_.monotonic() < last) clock_.advance_to(last);
}

void SimWorld::give_up(const char* why) const {
  std::string note = std::string(why) + "; seed " + std::to_string(seed_);
  CHECK(false, note);
  __builtin_unreachable();
}

}  // namespace levada::io
