#include "io/real/epoll_network.h"

#include <fcntl.h>

#include <cerrno>

#include "base/check.h"
#include "io/real/socket.h"
#include "io/real/system_error.h"

namespace levada::io {
namespace {

// One direction of a socket: whether it may be ready, and the one coroutine that waits until it is.
class Readiness : Timer {
 public:
  Readiness() {
    fire = [](Timer& timer) {
      auto& self = static_cast<Readiness&>(timer);
      self.passed_ = true;
      std::exchange(self.waiter_, nullptr).resume();
    };
  }

  // True until a call said EAGAIN; and again with the next edge.
  bool maybe() const { return maybe_; }
  void exhausted() { maybe_ = false; }

  // Returns who is to be resumed; a noop when nobody waits.
  std::coroutine_handle<> set(Reactor& reactor) {
    maybe_ = true;
    if (!waiter_) return std::noop_coroutine();
    reactor.disarm(*this);
    return std::exchange(waiter_, nullptr);
  }

  struct Wait {
    Readiness& readiness;
    Reactor& reactor;
    Deadline deadline;
    bool await_ready() const { return readiness.maybe_; }
    void await_suspend(std::coroutine_handle<> self) {
      CHECK(!readiness.waiter_, "one reader and one writer at a time");
      readiness.waiter_ = self;
      readiness.passed_ = false;
      readiness.at = deadline;
      if (deadline != no_deadline) reactor.arm(readiness);
    }
    bool await_resume() const { return !readiness.passed_; }  // false: the deadline passed
  };
  Wait wait(Reactor& reactor, Deadline deadline) { return {*this, reactor, deadline}; }

 private:
  std::coroutine_handle<> waiter_;
  bool maybe_ = true;
  bool passed_ = false;
};

// A socket under watch.
class WatchedSocket : EpollSource {
 public:
  WatchedSocket(Reactor& reactor, Epoll& epoll, Socket socket)
      : reactor_(reactor), epoll_(epoll), socket_(std::move(socket)) {
    ready = [](EpollSource& source, std::uint32_t events) {
      static_cast<WatchedSocket&>(source).on_ready(events);
    };
    epoll_.watch(socket_.descriptor(), *this);
  }
  ~WatchedSocket() {
    if (socket_.descriptor() >= 0) epoll_.unwatch(socket_.descriptor(), *this);
  }

  Socket& socket() { return socket_; }
  int descriptor() const { return socket_.descriptor(); }
  Reactor& reactor() { return reactor_; }
  Readiness& readable() { return readable_; }
  Readiness& writable() { return writable_; }
  bool hung_up() const { return hung_up_; }
  Socket unwatched() && {
    epoll_.unwatch(socket_.descriptor(), *this);
    return std::move(socket_);
  }

 private:
  void on_ready(std::uint32_t events) {
    constexpr std::uint32_t ends = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    if (events & ends) hung_up_ = true;
    std::coroutine_handle<> reader = std::noop_coroutine();
    std::coroutine_handle<> writer = reader;
    if (events & (EPOLLIN | ends)) reader = readable_.set(reactor_);
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) writer = writable_.set(reactor_);
    reader.resume();  // from here on the socket may be gone
    writer.resume();
  }

  Reactor& reactor_;
  Epoll& epoll_;
  Socket socket_;
  Readiness readable_;
  Readiness writable_;
  bool hung_up_ = false;  // the end of the stream follows what is there: no further edge will come
};

class EpollConnection final : public Connection {
 public:
  EpollConnection(Reactor& reactor, Epoll& epoll, Socket socket)
      : peer_(socket.peer()), socket_(reactor, epoll, std::move(socket)) {}

  Task<std::size_t> read_some(MutableByteView into, Deadline deadline) override;
  Task<Unit> write_all(std::span<const ByteView> parts, Deadline deadline) override;
  const Address& peer() const override { return peer_; }
  void end_reading() noexcept override {
    if (!shut_) socket_.socket().end_reading();
  }
  void shutdown() noexcept override {
    if (shut_) return;
    shut_ = true;
    socket_.socket().shutdown();  // the kernel then reports both directions as ready
  }

 private:
  Address peer_;
  WatchedSocket socket_;
  bool shut_ = false;
};

Task<std::size_t> EpollConnection::read_some(MutableByteView into, Deadline deadline) {
  CHECK(!into.empty());
  Readiness& readable = socket_.readable();
  for (;;) {
    if (shut_) co_return unexpected<Error>(closed_here());
    if (!readable.maybe()) {
      Readiness::Wait wait = readable.wait(socket_.reactor(), deadline);
      bool in_time = co_await wait;
      if (!in_time) co_return fail(ErrorKind::timeout, "nothing came from " + peer_.text());
      continue;
    }
    ssize_t got = recv(socket_.descriptor(), into.data(), into.size(), MSG_DONTWAIT);
    if (got > 0) {
      // Less than there was room for: the next call would find nothing, unless the end is near.
      if (static_cast<std::size_t>(got) < into.size() && !socket_.hung_up()) readable.exhausted();
      co_return static_cast<std::size_t>(got);
    }
    if (shut_) co_return unexpected<Error>(closed_here());
    if (got == 0) co_return std::size_t{0};
    if (errno == EAGAIN)
      readable.exhausted();
    else if (errno != EINTR)
      co_return system_error(errno, "receive from", peer_.text());
  }
}

Task<Unit> EpollConnection::write_all(std::span<const ByteView> parts, Deadline deadline) {
  SendProgress progress(parts);
  Readiness& writable = socket_.writable();
  while (!progress.done()) {
    if (shut_) co_return unexpected<Error>(closed_here());
    if (!writable.maybe()) {
      Readiness::Wait wait = writable.wait(socket_.reactor(), deadline);
      bool in_time = co_await wait;
      if (!in_time) co_return fail(ErrorKind::timeout, peer_.text() + " takes no bytes");
      continue;
    }
    ssize_t sent = sendmsg(socket_.descriptor(), &progress.next(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0)
      progress.sent(static_cast<std::size_t>(sent));
    else if (errno == EAGAIN)
      writable.exhausted();
    else if (errno != EINTR)
      co_return system_error(errno, "send to", peer_.text());
  }
  co_return Unit{};
}

class EpollListener final : public Listener {
 public:
  EpollListener(Reactor& reactor, Epoll& epoll, Socket socket)
      : local_(socket.local()), socket_(reactor, epoll, std::move(socket)) {}

  Task<Accepted> accept() override;
  const Address& local() const override { return local_; }
  void close() noexcept override {
    if (closed_) return;
    closed_ = true;
    socket_.socket().shutdown();
  }

 private:
  Address local_;
  WatchedSocket socket_;
  bool closed_ = false;
};

Task<Accepted> EpollListener::accept() {
  for (;;) {
    if (closed_) co_return fail(ErrorKind::closed, "the listener was closed");
    Readiness::Wait wait = socket_.readable().wait(socket_.reactor(), no_deadline);
    (void)co_await wait;
    int got = accept4(socket_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (got >= 0) co_return Accepted(got);
    int error = errno;
    if (error == EAGAIN) socket_.readable().exhausted();
    if (closed_) continue;
    if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM)
      co_await sleep_for(socket_.reactor(), accept_pause);
    if (error == EBADF || error == ENOTSOCK || error == EOPNOTSUPP || error == EINVAL)
      co_return system_error(error, "accept on", local_.text());
  }
}

// Waits until the connection that was begun stands, or is refused.
Task<Unit> finish_connecting(WatchedSocket& socket, Address address, Deadline deadline) {
  Readiness::Wait wait = socket.writable().wait(socket.reactor(), deadline);
  bool in_time = co_await wait;
  if (!in_time) co_return fail(ErrorKind::timeout, "connect " + address.text() + ": no answer");
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) co_return system_error(error, "connect", address.text());
  co_return Unit{};
}

}  // namespace

Task<std::unique_ptr<Listener>> EpollNetwork::listen(Address address) {
  SocketAddress numeric = co_await numeric_address(address);
  Socket socket = co_await listen_on(numeric, address, SOCK_NONBLOCK);
  std::unique_ptr<Listener> made =
      std::make_unique<EpollListener>(reactor_, epoll_, std::move(socket));
  co_return made;
}

std::unique_ptr<Connection> EpollNetwork::adopt(Accepted accepted) {
  Socket socket(accepted.release());
  socket.set_no_delay();
  socket.keep_little_if_local();
  return std::make_unique<EpollConnection>(reactor_, epoll_, std::move(socket));
}

Task<std::unique_ptr<Connection>> EpollNetwork::connect(Address address, Deadline deadline) {
  std::vector<SocketAddress> targets;
  if (Result<SocketAddress> numeric = numeric_address(address)) {
    targets.push_back(*numeric);
  } else {
    BlockingWait wait(blocking_, [&address] { return resolve(address); });
    Result<std::vector<SocketAddress>> found = co_await wait;
    targets = co_await std::move(found);
  }
  Error last{ErrorKind::io, "connect " + address.text() + ": no address"};
  for (const SocketAddress& target : targets) {
    Socket socket = co_await socket_for(target, address, SOCK_NONBLOCK);
    bool begun = ::connect(socket.descriptor(), target.get(), target.size) == 0;
    if (!begun && errno != EINPROGRESS) {
      last = system_error(errno, "connect", address.text()).value();
      continue;
    }
    WatchedSocket watched(reactor_, epoll_, std::move(socket));
    if (!begun) {
      watched.writable().exhausted();
      Result<Unit> result = co_await outcome(finish_connecting(watched, address, deadline));
      if (!result && result.error().kind == ErrorKind::timeout)
        co_return unexpected<Error>(std::move(result).error());
      if (!result) {
        last = std::move(result).error();
        continue;
      }
    }
    Socket connected = std::move(watched).unwatched();
    connected.set_no_delay();
    std::unique_ptr<Connection> made =
        std::make_unique<EpollConnection>(reactor_, epoll_, std::move(connected));
    co_return made;
  }
  co_return unexpected<Error>(std::move(last));
}

}  // namespace levada::io
