#pragma once
// The door to the network: byte streams that speak no protocol. Real: TCP with TCP_NODELAY.
// Simulated: pairs in memory with delays, short reads and resets, by seed.
//
// Errors: closed (by the peer or by shutdown), timeout, io.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/task.h"
#include "base/time.h"

namespace levada::io {

struct Address {
  std::string host;  // a numeric address or a name
  std::uint16_t port = 0;
  bool loopback() const;
  std::string text() const;                             // "127.0.0.1:4567", "[::1]:4567"
  static Result<Address> parse(std::string_view text);  // the same forms; ":4567" is every address
  friend bool operator==(const Address&, const Address&) = default;
};

class Connection {
 public:
  virtual ~Connection() = default;
  // Some bytes that have come, at least one; 0 = the peer has closed its side. One reader at a
  // time.
  virtual Task<std::size_t> read_some(MutableByteView into, Deadline deadline) = 0;
  // Everything, in one system call where the socket takes it. One writer at a time.
  virtual Task<Unit> write_all(std::span<const ByteView> parts, Deadline deadline) = 0;
  // Says that nothing more will be written, where the protocol has a word for that (TLS has). After
  // the last write, before shutdown.
  virtual Task<Unit> finish(Deadline) { co_return Unit{}; }
  // Reads end, the pending one too, as if the peer had closed its side; writes go on. Idempotent.
  virtual void end_reading() noexcept = 0;
  // Ends both directions: pending and later calls fail with closed. Idempotent.
  virtual void shutdown() noexcept = 0;
  virtual const Address& peer() const = 0;
};

// A connection that was accepted and belongs to no reactor yet; may cross threads. Its handle means
// something to the kind of Network that made it only.
class Accepted {
 public:
  using Close = void (*)(int handle, void* owner) noexcept;

  explicit Accepted(int handle) : Accepted(handle, nullptr, nullptr) {}  // a file descriptor
  Accepted(int handle, Close close, void* owner) : handle_(handle), close_(close), owner_(owner) {}
  Accepted(Accepted&& other) noexcept
      : handle_(std::exchange(other.handle_, -1)), close_(other.close_), owner_(other.owner_) {}
  Accepted& operator=(Accepted&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(close_, other.close_);
    std::swap(owner_, other.owner_);
    return *this;
  }
  ~Accepted();  // closes what nobody adopted
  int release() { return std::exchange(handle_, -1); }

 private:
  int handle_;
  Close close_;
  void* owner_;
};

class Listener {
 public:
  virtual ~Listener() = default;
  virtual Task<Accepted> accept() = 0;  // closed after close()
  virtual void close() noexcept = 0;
  virtual const Address& local() const = 0;  // with the real port
};

// One for each reactor.
class Network {
 public:
  virtual ~Network() = default;
  virtual Task<std::unique_ptr<Listener>> listen(Address address) = 0;
  virtual std::unique_ptr<Connection> adopt(Accepted accepted) = 0;
  virtual Task<std::unique_ptr<Connection>> connect(Address address, Deadline deadline) = 0;
};

}  // namespace levada::io
