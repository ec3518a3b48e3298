#include "io/sim/sim_network.h"

#include "base/check.h"
#include "io/sim/sim_channel.h"

namespace levada::io {

class SimConnection final : public Connection {
 public:
  SimConnection(Reactor& reactor, std::shared_ptr<SimChannel> channel, SimChannel::End end,
                Address peer, SimSwitchboard& switchboard)
      : channel_(std::move(channel)), end_(end), peer_(std::move(peer)), switchboard_(switchboard) {
    channel_->attach(end_, reactor);
  }
  ~SimConnection() override {
    shutdown();
    channel_->to(end_).readable.reset();
    channel_->from(end_).writable.reset();
  }

  Task<std::size_t> read_some(MutableByteView into, Deadline deadline) override;
  Task<Unit> write_all(std::span<const ByteView> parts, Deadline deadline) override;
  void end_reading() noexcept override;
  void shutdown() noexcept override;
  const Address& peer() const override { return peer_; }

 private:
  Result<Unit> check_open() const;

  std::shared_ptr<SimChannel> channel_;
  SimChannel::End end_;
  Address peer_;
  SimSwitchboard& switchboard_;
  bool reads_no_more_ = false;
  bool shut_ = false;
};

Result<Unit> SimConnection::check_open() const {
  if (shut_) return fail(ErrorKind::closed, "the connection was shut down");
  if (channel_->broken())
    return fail(ErrorKind::closed, peer_.text() + ": Connection reset by peer");
  return Unit{};
}

Task<std::size_t> SimConnection::read_some(MutableByteView into, Deadline deadline) {
  CHECK(!into.empty());
  SimPipe& pipe = channel_->to(end_);
  for (;;) {
    co_await check_open();
    if (!pipe.arrived.empty()) co_return channel_->receive(end_, into);
    if (pipe.ended || reads_no_more_) co_return std::size_t{0};
    Result<Unit> woken = co_await outcome(pipe.readable->wait(deadline));
    if (!woken) co_return fail(ErrorKind::timeout, "nothing came from " + peer_.text());
  }
}

Task<Unit> SimConnection::write_all(std::span<const ByteView> parts, Deadline deadline) {
  SimPipe& pipe = channel_->from(end_);
  if (switchboard_.events_.dice().chance(switchboard_.behaviour_.reset_chance)) channel_->reset();
  for (ByteView part : parts) {
    while (!part.empty()) {
      co_await check_open();
      std::size_t sent = channel_->send(end_, part);
      part = part.subspan(sent);
      if (sent > 0) continue;
      Result<Unit> woken = co_await outcome(pipe.writable->wait(deadline));
      if (!woken) co_return fail(ErrorKind::timeout, peer_.text() + " takes no bytes");
    }
  }
  co_return Unit{};
}

void SimConnection::end_reading() noexcept {
  reads_no_more_ = true;
  channel_->to(end_).readable->notify_all();
}

void SimConnection::shutdown() noexcept {
  if (shut_) return;
  shut_ = true;
  if (!channel_->broken()) channel_->send_end(end_);
  channel_->to(end_).readable->notify_all();
  channel_->from(end_).writable->notify_all();
}

class SimListener final : public Listener {
 public:
  SimListener(Reactor& reactor, SimSwitchboard& switchboard, Address local)
      : switchboard_(switchboard), local_(std::move(local)), changed_(reactor) {
    switchboard_.listeners_[local_.port] = this;
  }
  ~SimListener() override { close(); }

  Task<Accepted> accept() override {
    for (;;) {
      if (closed_) co_return fail(ErrorKind::closed, "the listener was closed");
      if (!waiting_.empty()) break;
      co_await changed_.wait();
    }
    int handle = switchboard_.next_handle_++;
    switchboard_.unadopted_[handle] = std::move(waiting_.front());
    waiting_.pop_front();
    Accepted::Close close = [](int unwanted, void* owner) noexcept {
      auto found = static_cast<SimSwitchboard*>(owner)->unadopted_.extract(unwanted);
      if (!found.empty()) found.mapped()->reset();
    };
    co_return Accepted(handle, close, &switchboard_);
  }
  void close() noexcept override {
    if (closed_) return;
    closed_ = true;
    switchboard_.listeners_.erase(local_.port);
    for (auto& channel : waiting_) channel->reset();
    waiting_.clear();
    changed_.notify_all();
  }
  const Address& local() const override { return local_; }

  void arrive(std::shared_ptr<SimChannel> channel) {
    waiting_.push_back(std::move(channel));
    changed_.notify_one();
  }

 private:
  SimSwitchboard& switchboard_;
  Address local_;
  Signal changed_;
  std::deque<std::shared_ptr<SimChannel>> waiting_;
  bool closed_ = false;
};

Task<std::unique_ptr<Listener>> SimNetwork::listen(Address address) {
  auto& listeners = switchboard_.listeners_;
  while (address.port == 0 || (address.port >= 49152 && listeners.contains(address.port)))
    address.port = switchboard_.next_port_++;
  if (listeners.contains(address.port))
    co_return fail(ErrorKind::io, "listen on " + address.text() + ": Address already in use");
  std::unique_ptr<Listener> listener =
      std::make_unique<SimListener>(reactor_, switchboard_, std::move(address));
  co_return listener;
}

std::unique_ptr<Connection> SimNetwork::adopt(Accepted accepted) {
  auto found = switchboard_.unadopted_.extract(accepted.release());
  CHECK(!found.empty(), "what another network accepted");
  return std::make_unique<SimConnection>(reactor_, std::move(found.mapped()),
                                         SimChannel::End::server, Address{"127.0.0.1", 1},
                                         switchboard_);
}

Task<std::unique_ptr<Connection>> SimNetwork::connect(Address address, Deadline deadline) {
  SimEvents& events = switchboard_.events_;
  const SimNetworkBehaviour& behaviour = switchboard_.behaviour_;
  MonotonicNanos begin = events.clock().monotonic();
  Nanos duration = events.between(behaviour.delay_min, behaviour.delay_max);
  bool late = deadline != no_deadline && begin + duration > deadline;
  if (late) duration = std::max(deadline - begin, Nanos(0));
  SimEvents::Delay delay(events, duration);
  co_await delay;
  if (late) co_return fail(ErrorKind::timeout, "connect " + address.text() + ": no answer");
  auto listener = switchboard_.listeners_.find(address.port);
  if (listener == switchboard_.listeners_.end())
    co_return fail(ErrorKind::io, "connect " + address.text() + ": Connection refused");
  auto channel = std::make_shared<SimChannel>(switchboard_);
  std::unique_ptr<Connection> connection = std::make_unique<SimConnection>(
      reactor_, channel, SimChannel::End::client, std::move(address), switchboard_);
  listener->second->arrive(std::move(channel));
  co_return connection;
}

}  // namespace levada::io
