#include "io/sim/sim_channel.h"

#include <algorithm>

namespace levada::io {

// Bytes under way; none means the end of the stream.
struct SimChannel::Arrival : Timer {
  std::shared_ptr<SimChannel> channel;
  SimPipe& pipe;
  Buffer bytes;

  Arrival(std::shared_ptr<SimChannel> c, SimPipe& p, Buffer b)
      : channel(std::move(c)), pipe(p), bytes(std::move(b)) {
    fire = [](Timer& timer) {
      std::unique_ptr<Arrival> self(&static_cast<Arrival&>(timer));
      if (self->bytes.empty()) self->pipe.ended = true;
      self->pipe.under_way -= self->bytes.size();
      self->pipe.arrived.insert(self->pipe.arrived.end(), self->bytes.begin(), self->bytes.end());
      if (self->pipe.readable) self->pipe.readable->notify_all();
    };
  }
};

void SimChannel::attach(End end, Reactor& reactor) {
  to(end).readable.emplace(reactor);
  from(end).writable.emplace(reactor);
}

void SimChannel::deliver_later(SimPipe& pipe, Buffer bytes) {
  const SimNetworkBehaviour& behaviour = switchboard_.behaviour_;
  SimEvents& events = switchboard_.events_;
  MonotonicNanos& last = last_arrival_[&pipe == &pipes_[0] ? 0 : 1];
  pipe.under_way += bytes.size();
  auto* arrival = new Arrival(shared_from_this(), pipe, std::move(bytes));  // frees itself
  last = std::max(
      events.clock().monotonic() + events.between(behaviour.delay_min, behaviour.delay_max),
      last + Nanos(1));  // what was sent first arrives first
  arrival->at = last;
  events.arm(*arrival);
}

std::size_t SimChannel::send(End from_end, ByteView bytes) {
  SimPipe& pipe = from(from_end);
  std::size_t window = switchboard_.behaviour_.window;
  std::size_t used = std::min(window, pipe.under_way + pipe.arrived.size());
  std::size_t taken = std::min(bytes.size(), window - used);
  Xoshiro& dice = switchboard_.events_.dice();
  for (ByteView rest = bytes.first(taken); !rest.empty();) {
    std::size_t piece = dice.chance(0.5) ? rest.size() : 1 + dice.below(rest.size());
    deliver_later(pipe, Buffer(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(piece)));
    rest = rest.subspan(piece);
  }
  return taken;
}

void SimChannel::send_end(End from_end) { deliver_later(from(from_end), {}); }

std::size_t SimChannel::receive(End at_end, MutableByteView into) {
  SimPipe& pipe = to(at_end);
  Xoshiro& dice = switchboard_.events_.dice();
  std::size_t length = std::min(into.size(), pipe.arrived.size());
  if (length > 1 && dice.chance(switchboard_.behaviour_.short_read_chance))
    length = 1 + dice.below(length);
  auto end = pipe.arrived.begin() + static_cast<std::ptrdiff_t>(length);
  std::copy(pipe.arrived.begin(), end, into.begin());
  pipe.arrived.erase(pipe.arrived.begin(), end);
  if (length > 0 && pipe.writable) pipe.writable->notify_all();
  return length;
}

void SimChannel::reset() {
  broken_ = true;
  for (SimPipe& pipe : pipes_) pipe.wake();
}

}  // namespace levada::io
