#pragma once
// Epoll: how a reactor waits where io_uring is refused. Sockets report readiness at its edges.

#include <sys/epoll.h>

#include <array>
#include <memory>

#include "base/result.h"
#include "io/real/kernel.h"

namespace levada::io {

// A descriptor that is watched for readiness to read and to write.
struct EpollSource {
  void (*ready)(EpollSource&, std::uint32_t events) = nullptr;  // EPOLLIN, EPOLLOUT, …
};

class Epoll final : public Kernel {
 public:
  static Result<std::unique_ptr<Epoll>> open();
  ~Epoll() override;

  bool turn(Nanos wait_max) override;
  void wake() noexcept override;

  void watch(int descriptor, EpollSource& source);
  // No event reaches the source any more, not even one that was fetched already.
  void unwatch(int descriptor, EpollSource& source) noexcept;

 private:
  Epoll() = default;

  struct WakeUp : EpollSource {
    int descriptor = -1;
  };

  int descriptor_ = -1;
  WakeUp wake_up_;
  std::array<epoll_event, 256> events_;  // of this turn
  int event_count_ = 0;
  int event_next_ = 0;
};

}  // namespace levada::io
