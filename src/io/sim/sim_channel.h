#pragma once
// SimChannel: one simulated connection: a pipe each way. Belongs to both of its ends.

#include <array>
#include <deque>
#include <memory>
#include <optional>

#include "io/signal.h"
#include "io/sim/sim_network.h"

namespace levada::io {

// One direction.
class SimPipe {
 public:
  std::deque<std::byte> arrived;
  std::size_t under_way = 0;
  bool ended = false;              // the end of the stream has arrived
  std::optional<Signal> readable;  // of the reading end's reactor, once it has one
  std::optional<Signal> writable;  // of the writing end's

  void wake() {
    if (readable) readable->notify_all();
    if (writable) writable->notify_all();
  }
};

class SimChannel : public std::enable_shared_from_this<SimChannel> {
 public:
  explicit SimChannel(SimSwitchboard& switchboard) : switchboard_(switchboard) {}

  enum class End { client, server };
  SimPipe& to(End end) { return pipes_[end == End::client ? 0 : 1]; }
  SimPipe& from(End end) { return pipes_[end == End::client ? 1 : 0]; }

  void attach(End end, Reactor& reactor);
  // Takes as much as the window allows; it arrives in pieces. 0: the window is full.
  std::size_t send(End from_end, ByteView bytes);
  void send_end(End from_end);
  std::size_t receive(End at_end, MutableByteView into);
  void reset();  // both ends see it at once
  bool broken() const { return broken_; }

 private:
  struct Arrival;
  void deliver_later(SimPipe& pipe, Buffer bytes);

  SimSwitchboard& switchboard_;
  std::array<SimPipe, 2> pipes_;
  std::array<MonotonicNanos, 2> last_arrival_;
  bool broken_ = false;
};

}  // namespace levada::io
