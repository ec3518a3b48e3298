#include "io/real/reactors.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <future>
#include <thread>

#include "base/check.h"
#include "io/real/blocking_file_queue.h"
#include "io/real/epoll.h"
#include "io/real/epoll_network.h"
#include "io/real/real_disk.h"
#include "io/real/real_random.h"
#include "io/real/real_reactor.h"
#include "io/real/uring.h"
#include "io/real/uring_network.h"

namespace levada::io {
namespace {

// The kernel's side of one reactor.
struct Doors {
  std::unique_ptr<Kernel> kernel;
  std::unique_ptr<RealReactor> reactor;
  std::unique_ptr<BlockingThread> blocking;
  std::unique_ptr<BlockingThread> flushing;
  std::unique_ptr<FileQueue> flushes;
  std::unique_ptr<FileQueue> files;
  std::unique_ptr<Disk> disk;
  std::unique_ptr<Network> network;
  RealRandom random;
};

Result<Doors> open_doors(ReactorIndex index, Clock& clock, const ReactorsOptions& options) {
  Doors doors;
  if (options.backend == IoBackend::uring) {
    std::unique_ptr<Uring> uring = TRY(Uring::open());
    doors.reactor = std::make_unique<RealReactor>(index, clock, *uring, options.poll_max);
    doors.blocking = std::make_unique<BlockingThread>(*doors.reactor);
    doors.flushing = std::make_unique<BlockingThread>(*doors.reactor, BlockingThread::Pace::prompt);
    doors.flushes = std::make_unique<BlockingFileQueue>(*doors.flushing);
    doors.files = std::make_unique<UringFileQueue>(*uring, *doors.flushes);
    doors.network = std::make_unique<UringNetwork>(*doors.reactor, *uring, *doors.blocking);
    doors.kernel = std::move(uring);
  } else {
    std::unique_ptr<Epoll> epoll = TRY(Epoll::open());
    doors.reactor = std::make_unique<RealReactor>(index, clock, *epoll, options.poll_max);
    doors.blocking = std::make_unique<BlockingThread>(*doors.reactor);
    doors.files = std::make_unique<BlockingFileQueue>(*doors.blocking);
    doors.network = std::make_unique<EpollNetwork>(*doors.reactor, *epoll, *doors.blocking);
    doors.kernel = std::move(epoll);
  }
  doors.disk = std::make_unique<RealDisk>(*doors.files, *doors.blocking);
  return doors;
}

// Best effort: a reactor that may not be pinned runs anyway.
void pin_to_core(std::uint32_t index, std::uint32_t count) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  if (count > static_cast<std::uint32_t>(CPU_COUNT(&allowed))) return;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &allowed) || index-- > 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    sched_setaffinity(0, sizeof one, &one);
    return;
  }
}

bool uring_allowed() { return Uring::open().has_value(); }

}  // namespace

class Reactors::Running {
 public:
  Running(ReactorIndex index, Clock& clock, const ReactorsOptions& options)
      : thread_([this, index, &clock, options] { live(index, clock, options); }) {}

  ~Running() {
    if (doors_ != nullptr) {
      struct Stop : Posted {
        RealReactor* reactor;
      } stop;
      stop.reactor = doors_->reactor.get();
      stop.run = [](Posted& posted) { static_cast<Stop&>(posted).reactor->stop(); };
      stop.reactor->post(stop);
      thread_.join();
      return;
    }
    thread_.join();
  }

  Result<Unit> wait_until_ready() {
    Result<Doors*> opened = opened_.get_future().get();
    if (!opened) return unexpected<Error>(opened.error());
    doors_ = *opened;
    return Unit{};
  }

  Doors& doors() { return *doors_; }

 private:
  // All of it is made and unmade on its own thread.
  void live(ReactorIndex index, Clock& clock, const ReactorsOptions& options) {
    if (options.pin) pin_to_core(index.value(), options.count);
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals belong to the main thread
    pthread_setname_np(pthread_self(), ("reactor " + std::to_string(index.value())).c_str());
    Result<Doors> doors = open_doors(index, clock, options);
    if (!doors) {
      opened_.set_value(unexpected<Error>(doors.error()));
      return;
    }
    opened_.set_value(&*doors);
    doors->reactor->run();
  }

  Doors* doors_ = nullptr;
  std::promise<Result<Doors*>> opened_;
  std::thread thread_;
};

Result<std::unique_ptr<Reactors>> Reactors::start(ReactorsOptions options) {
  CHECK(options.count > 0);
  if (options.backend == IoBackend::automatic)
    options.backend = uring_allowed() ? IoBackend::uring : IoBackend::epoll;
  std::unique_ptr<Reactors> reactors(new Reactors);
  reactors->backend_ = options.backend;
  for (std::uint32_t i = 0; i < options.count; ++i) {
    reactors->reactors_.push_back(
        std::make_unique<Running>(ReactorIndex(i), reactors->clock_, options));
    TRY(reactors->reactors_.back()->wait_until_ready());
  }
  return reactors;
}

Reactors::~Reactors() = default;

Reactor& Reactors::at(ReactorIndex index) { return *reactors_.at(index.value())->doors().reactor; }
Disk& Reactors::disk(ReactorIndex index) { return *reactors_.at(index.value())->doors().disk; }
Network& Reactors::network(ReactorIndex index) {
  return *reactors_.at(index.value())->doors().network;
}
Random& Reactors::random(ReactorIndex index) { return reactors_.at(index.value())->doors().random; }

}  // namespace levada::io
