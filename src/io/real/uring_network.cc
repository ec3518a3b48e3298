#include "io/real/uring_network.h"

#include <algorithm>
#include <cerrno>

#include "base/check.h"
#include "io/real/socket.h"
#include "io/real/system_error.h"

namespace levada::io {
namespace {

// The length of one operation is kept in 32 bits.
constexpr std::size_t operation_max = 1 << 30;

class UringConnection final : public Connection {
 public:
  UringConnection(Reactor& reactor, Uring& uring, Socket socket)
      : reactor_(reactor), uring_(uring), socket_(std::move(socket)), peer_(socket_.peer()) {}

  Task<std::size_t> read_some(MutableByteView into, Deadline deadline) override;
  Task<Unit> write_all(std::span<const ByteView> parts, Deadline deadline) override;
  const Address& peer() const override { return peer_; }
  void end_reading() noexcept override {
    if (!shut_) socket_.end_reading();
  }
  void shutdown() noexcept override {
    if (shut_) return;
    shut_ = true;
    socket_.shutdown();
  }

 private:
  Reactor& reactor_;
  Uring& uring_;
  Socket socket_;
  Address peer_;
  bool shut_ = false;
};

Task<std::size_t> UringConnection::read_some(MutableByteView into, Deadline deadline) {
  CHECK(!into.empty());
  for (;;) {
    if (shut_) co_return unexpected<Error>(closed_here());
    UringWait wait;
    io_uring_sqe* entry = uring_.take_entry();
    std::size_t room = std::min(into.size(), operation_max);
    io_uring_prep_recv(entry, socket_.descriptor(), into.data(), room, 0);
    Uring::aim(entry, wait);
    UringDeadline limit(reactor_, uring_, wait, deadline);
    std::int32_t got = co_await wait;
    if (got > 0) co_return static_cast<std::size_t>(got);
    if (shut_) co_return unexpected<Error>(closed_here());
    if (got == 0) co_return std::size_t{0};
    if (limit.passed()) co_return fail(ErrorKind::timeout, "nothing came from " + peer_.text());
    if (got != -EINTR && got != -EAGAIN) co_return system_error(-got, "receive from", peer_.text());
  }
}

Task<Unit> UringConnection::write_all(std::span<const ByteView> parts, Deadline deadline) {
  SendProgress progress(parts);
  while (!progress.done()) {
    if (shut_) co_return unexpected<Error>(closed_here());
    UringWait wait;
    io_uring_sqe* entry = uring_.take_entry();
    msghdr& message = progress.next();
    constexpr int flags = MSG_NOSIGNAL | MSG_WAITALL;
    if (message.msg_iovlen == 1)  // one piece: nothing for the kernel to fetch but the bytes
      io_uring_prep_send(entry, socket_.descriptor(), message.msg_iov->iov_base,
                         std::min(message.msg_iov->iov_len, operation_max), flags);
    else
      io_uring_prep_sendmsg(entry, socket_.descriptor(), &message, flags);
    Uring::aim(entry, wait);
    UringDeadline limit(reactor_, uring_, wait, deadline);
    std::int32_t sent = co_await wait;
    if (sent > 0) {
      progress.sent(static_cast<std::size_t>(sent));
      continue;
    }
    if (shut_) co_return unexpected<Error>(closed_here());
    if (limit.passed()) co_return fail(ErrorKind::timeout, peer_.text() + " takes no bytes");
    if (sent != -EINTR && sent != -EAGAIN) co_return system_error(-sent, "send to", peer_.text());
  }
  co_return Unit{};
}

class UringListener final : public Listener {
 public:
  UringListener(Reactor& reactor, Uring& uring, Socket socket)
      : reactor_(reactor), uring_(uring), socket_(std::move(socket)), local_(socket_.local()) {}

  Task<Accepted> accept() override;
  const Address& local() const override { return local_; }
  void close() noexcept override {
    if (closed_) return;
    closed_ = true;
    socket_.shutdown();
  }

 private:
  Reactor& reactor_;
  Uring& uring_;
  Socket socket_;
  Address local_;
  bool closed_ = false;
};

Task<Accepted> UringListener::accept() {
  for (;;) {
    if (closed_) co_return fail(ErrorKind::closed, "the listener was closed");
    UringWait wait;
    io_uring_sqe* entry = uring_.take_entry();
    io_uring_prep_accept(entry, socket_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
    Uring::aim(entry, wait);
    std::int32_t got = co_await wait;
    if (got >= 0) co_return Accepted(got);
    bool short_of_resources = got == -EMFILE || got == -ENFILE || got == -ENOBUFS || got == -ENOMEM;
    if (short_of_resources && !closed_) co_await sleep_for(reactor_, accept_pause);
    if (got == -EBADF || got == -ENOTSOCK || got == -EOPNOTSUPP)
      co_return system_error(-got, "accept on", local_.text());
  }
}

}  // namespace

Task<std::unique_ptr<Listener>> UringNetwork::listen(Address address) {
  SocketAddress numeric = co_await numeric_address(address);
  Socket socket = co_await listen_on(numeric, address, 0);
  std::unique_ptr<Listener> made =
      std::make_unique<UringListener>(reactor_, uring_, std::move(socket));
  co_return made;
}

std::unique_ptr<Connection> UringNetwork::adopt(Accepted accepted) {
  Socket socket(accepted.release());
  socket.set_no_delay();
  socket.keep_little_if_local();
  return std::make_unique<UringConnection>(reactor_, uring_, std::move(socket));
}

Task<std::unique_ptr<Connection>> UringNetwork::connect(Address address, Deadline deadline) {
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
    Socket socket = co_await socket_for(target, address, 0);
    UringWait wait;
    io_uring_sqe* entry = uring_.take_entry();
    io_uring_prep_connect(entry, socket.descriptor(), target.get(), target.size);
    Uring::aim(entry, wait);
    UringDeadline limit(reactor_, uring_, wait, deadline);
    std::int32_t result = co_await wait;
    if (result == 0) {
      socket.set_no_delay();
      std::unique_ptr<Connection> made =
          std::make_unique<UringConnection>(reactor_, uring_, std::move(socket));
      co_return made;
    }
    if (limit.passed())
      co_return fail(ErrorKind::timeout, "connect " + address.text() + ": no answer");
    last = system_error(-result, "connect", address.text()).value();
  }
  co_return unexpected<Error>(std::move(last));
}

}  // namespace levada::io
