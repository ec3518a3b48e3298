#include "io/real/epoll.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/check.h"
#include "io/real/system_error.h"

namespace levada::io {

Result<std::unique_ptr<Epoll>> Epoll::open() {
  std::unique_ptr<Epoll> epoll(new Epoll);
  epoll->descriptor_ = epoll_create1(EPOLL_CLOEXEC);
  epoll->wake_up_.descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (epoll->descriptor_ < 0 || epoll->wake_up_.descriptor < 0)
    return system_error(errno, "open", "epoll");
  epoll->wake_up_.ready = [](EpollSource& source, std::uint32_t) {
    std::uint64_t wakes;
    (void)!read(static_cast<WakeUp&>(source).descriptor, &wakes, sizeof wakes);
  };
  epoll->watch(epoll->wake_up_.descriptor, epoll->wake_up_);
  return epoll;
}

Epoll::~Epoll() {
  if (wake_up_.descriptor >= 0) ::close(wake_up_.descriptor);
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Epoll::wake() noexcept {
  std::uint64_t one = 1;
  (void)!write(wake_up_.descriptor, &one, sizeof one);
}

void Epoll::watch(int descriptor, EpollSource& source) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &source;
  int result = epoll_ctl(descriptor_, EPOLL_CTL_ADD, descriptor, &event);
  CHECK(result == 0, "epoll refuses a descriptor");
}

void Epoll::unwatch(int descriptor, EpollSource& source) noexcept {
  epoll_ctl(descriptor_, EPOLL_CTL_DEL, descriptor, nullptr);
  for (int i = event_next_; i < event_count_; ++i)
    if (events_[i].data.ptr == &source) events_[i].data.ptr = nullptr;
}

bool Epoll::turn(Nanos wait_max) {
  timespec time{};
  timespec* timeout = nullptr;  // for ever
  if (wait_max != Nanos::max()) {
    wait_max = std::max(wait_max, Nanos(0));
    time.tv_sec = wait_max / std::chrono::seconds(1);
    time.tv_nsec = (wait_max % std::chrono::seconds(1)).count();
    timeout = &time;
  }
  int count =
      epoll_pwait2(descriptor_, events_.data(), static_cast<int>(events_.size()), timeout, nullptr);
  if (count < 0 && errno == ENOSYS) {  // before Linux 5.11: whole milliseconds
    constexpr Millis longest = std::chrono::hours(24);
    Millis wait = std::min(std::chrono::ceil<Millis>(std::min<Nanos>(wait_max, longest)), longest);
    count = epoll_wait(descriptor_, events_.data(), static_cast<int>(events_.size()),
                       static_cast<int>(wait.count()));
  }
  CHECK(count >= 0 || errno == EINTR, "epoll refuses to wait");
  event_count_ = std::max(count, 0);
  for (event_next_ = 0; event_next_ < event_count_;) {
    const epoll_event& event = events_[event_next_++];
    auto* source = static_cast<EpollSource*>(event.data.ptr);
    if (source != nullptr) source->ready(*source, event.events);
  }
  return event_count_ > 0;
}

}  // namespace levada::io
