#pragma once
// Socket: one owned TCP socket, and the calls that both kernels' networks share.

#include <sys/socket.h>

#include <span>
#include <utility>
#include <vector>

#include "io/network.h"

namespace levada::io {

// After "too many open files" and the like: as long until the next try to accept.
inline constexpr Millis accept_pause{50};

// What reads and writes end with behind our own shutdown.
inline Error closed_here() { return {ErrorKind::closed, "the connection was shut down"}; }

class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Socket();
  int descriptor() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }
  void shutdown() noexcept { ::shutdown(descriptor_, SHUT_RDWR); }
  void end_reading() noexcept { ::shutdown(descriptor_, SHUT_RD); }
  void set_no_delay() noexcept;
  // Within this machine what is sent should still be in a cache when the peer takes it, so the
  // kernel may keep little of it. Over a network that would cost throughput: nothing changes there.
  void keep_little_if_local() noexcept;
  Address local() const;
  Address peer() const;

 private:
  int descriptor_ = -1;
};

// A numeric address as the kernel wants it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// A numeric host, or the empty one (every address) where `passive`. Fails with not_found for names.
Result<SocketAddress> numeric_address(const Address& address);
// Any host; may block for long. Never empty.
Result<std::vector<SocketAddress>> resolve(const Address& address);

// `flags`: SOCK_NONBLOCK for epoll; 0 for io_uring, which reads the flag as "never wait".
Result<Socket> listen_on(const SocketAddress& address, const Address& name, int flags);
Result<Socket> socket_for(const SocketAddress& address, const Address& name, int flags);

// The longest list of parts that one send takes; longer ones go in several.
inline constexpr std::size_t parts_max = 16;

// What is left to be sent of some parts.
class SendProgress {
 public:
  explicit SendProgress(std::span<const ByteView> parts) : parts_(parts) { skip_empty(); }
  bool done() const { return parts_.empty(); }
  msghdr& next();  // the message to send now; valid until the next call
  void sent(std::size_t size);

 private:
  void skip_empty();
  std::span<const ByteView> parts_;
  std::size_t offset_ = 0;  // of the first part
  iovec vector_[parts_max];
  msghdr message_{};
};

}  // namespace levada::io
