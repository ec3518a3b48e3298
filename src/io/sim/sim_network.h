#pragma once
// SimNetwork: byte streams in memory. What is written arrives later, in pieces; reads are short;
// connections break; all by the dice. Every host name is this machine; ports are what counts.

#include <map>
#include <memory>

#include "io/network.h"
#include "io/reactor.h"
#include "io/sim/sim_events.h"

namespace levada::io {

struct SimNetworkBehaviour {
  Nanos delay_min = Micros(5);
  Nanos delay_max = Micros(200);
  double reset_chance = 0;         // that a write breaks its connection
  double short_read_chance = 0.5;  // that a read gives less than there is
  std::size_t window = 64 << 10;   // bytes under way in one direction before a writer waits
};

class SimChannel;  // one connection: two directions
class SimListener;

// Who listens where, and connections between accept and adopt. One for each machine.
class SimSwitchboard {
 public:
  SimSwitchboard(SimEvents& events, const SimNetworkBehaviour& behaviour)
      : events_(events), behaviour_(behaviour) {}

 private:
  friend class SimNetwork;
  friend class SimListener;
  friend class SimChannel;
  friend class SimConnection;

  SimEvents& events_;
  const SimNetworkBehaviour& behaviour_;
  std::map<std::uint16_t, SimListener*> listeners_;
  std::map<int, std::shared_ptr<SimChannel>> unadopted_;
  int next_handle_ = 1;
  std::uint16_t next_port_ = 49152;
};

class SimNetwork final : public Network {
 public:
  SimNetwork(Reactor& reactor, SimSwitchboard& switchboard)
      : reactor_(reactor), switchboard_(switchboard) {}

  Task<std::unique_ptr<Listener>> listen(Address address) override;
  std::unique_ptr<Connection> adopt(Accepted accepted) override;
  Task<std::unique_ptr<Connection>> connect(Address address, Deadline deadline) override;

 private:
  Reactor& reactor_;
  SimSwitchboard& switchboard_;
};

}  // namespace levada::io
