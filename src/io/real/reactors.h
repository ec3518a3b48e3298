#pragma once
// Reactors: as many real reactors as asked for, each on a thread of its own with its own doors to
// disk, network and chance. Only the server (and tests) make one. Whatever lives on the reactors
// has been closed before this goes away: stopping drops what still waits.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "io/disk.h"
#include "io/network.h"
#include "io/random.h"
#include "io/reactor.h"
#include "io/real/kernel.h"
#include "io/real/real_clock.h"

namespace levada::io {

struct ReactorsOptions {
  std::uint32_t count = 1;
  IoBackend backend = IoBackend::automatic;
  bool pin = true;                                  // to one core each, when there are cores enough
  Nanos poll_max = std::chrono::microseconds(200);  // see IdlePolling
};

class Reactors {
 public:
  // Returns when all run. Errors: unsupported (io_uring asked for and refused), io.
  static Result<std::unique_ptr<Reactors>> start(ReactorsOptions options);
  ~Reactors();  // stops and joins all
  Reactors(const Reactors&) = delete;
  Reactors& operator=(const Reactors&) = delete;

  std::uint32_t size() const { return static_cast<std::uint32_t>(reactors_.size()); }
  IoBackend backend() const { return backend_; }  // never automatic

  Reactor& at(ReactorIndex index);
  // These belong to the reactor of that index; touch them there only.
  Disk& disk(ReactorIndex index);
  Network& network(ReactorIndex index);
  Random& random(ReactorIndex index);

  // From a thread that is no reactor: runs the task that `make` makes on that reactor and blocks
  // until it has ended.
  template <class Make,
            class T = typename reactor_detail::TaskValue<std::invoke_result_t<Make&>>::type>
  Result<T> run(ReactorIndex index, Make make);
  // The same for `count` tasks at once: make(n) on the reactor home(n). Ends when all have ended.
  template <class T, class Home, class Make>
  std::vector<Result<T>> run_each(std::size_t count, Home home, Make make);

 private:
  template <class T, class Make>
  struct Visit;
  class Running;  // one thread and what lives on it

  Reactors() = default;
  RealClock clock_;
  IoBackend backend_ = IoBackend::automatic;
  std::vector<std::unique_ptr<Running>> reactors_;
};

// One visit to a reactor from a thread that is none.
template <class T, class Make>
struct Reactors::Visit : Posted {
  Make make;
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Result<T>> result;

  explicit Visit(Make m) : make(std::move(m)) {}
  void begin(Reactor& reactor) {
    Posted::run = [](Posted& posted) {
      auto& self = static_cast<Visit&>(posted);
      levada::start(self.make(), [&self](Result<T> result) {
        std::lock_guard lock(self.mutex);
        self.result.emplace(std::move(result));
        self.changed.notify_one();  // under the lock: `self` is gone as soon as it is released
      });
    };
    reactor.post(*this);
  }
  Result<T> end() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return result.has_value(); });
    return std::move(*result);
  }
};

template <class Make, class T>
Result<T> Reactors::run(ReactorIndex index, Make make) {
  Visit<T, Make> visit(std::move(make));
  visit.begin(at(index));
  return visit.end();
}

template <class T, class Home, class Make>
std::vector<Result<T>> Reactors::run_each(std::size_t count, Home home, Make make) {
  struct Numbered {
    Make& make;
    std::size_t number;
    Task<T> operator()() { return make(number); }
  };
  std::deque<Visit<T, Numbered>> visits;  // never moved
  for (std::size_t n = 0; n < count; ++n) visits.emplace_back(Numbered{make, n}).begin(at(home(n)));
  std::vector<Result<T>> results;
  for (Visit<T, Numbered>& visit : visits) results.push_back(visit.end());
  return results;
}

}  // namespace levada::io
