// How dear is a small request to the network door? A null server on one reactor (1.2 KB in, 200 B
// out, keep-alive) against a closed loop of bare system calls on another core. server_us is the
// reactor thread's processor time for each request, user and kernel; compare docs on limits: raw
// epoll 4.2 µs, raw io_uring with multishot receive 3.3 µs.

#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "io/gate.h"
#include "io/real/reactors.h"

namespace levada::io {
namespace {

constexpr std::size_t request_size = 1200;
constexpr std::size_t response_size = 200;
constexpr int rounds = 2000;  // answers waited for in one iteration: 64 each

Task<Unit> serve_connection(Reactor& reactor, Network& network, Accepted accepted) {
  std::unique_ptr<Connection> connection = network.adopt(std::move(accepted));
  std::vector<std::byte> buffer(16 << 10);
  std::array<std::byte, response_size> response{};
  std::array<ByteView, 2> parts = {ByteView(response).first(120), ByteView(response).subspan(120)};
  std::size_t have = 0;
  for (;;) {
    Deadline deadline = reactor.clock().monotonic() + std::chrono::seconds(60);
    std::size_t got =
        co_await connection->read_some(MutableByteView(buffer).subspan(have), deadline);
    if (got == 0) co_return Unit{};
    have += got;
    if (have < request_size) continue;
    have -= request_size;
    co_await connection->write_all(parts, deadline);
  }
}

Task<Unit> serve(Reactor& reactor, Network& network, Listener& listener, Gate& gate) {
  for (;;) {
    Accepted accepted = co_await listener.accept();
    gate.spawn(serve_connection(reactor, network, std::move(accepted)));
  }
}

class Client {
 public:
  Client(std::uint16_t port, int count) : epoll_(epoll_create1(0)), request_(request_size, 'x') {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < count; ++i) {
      int socket = ::socket(AF_INET, SOCK_STREAM, 0);
      CHECK(connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
      int on = 1;
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = socket;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
      sockets_.push_back(socket);
    }
  }
  ~Client() {
    for (int socket : sockets_) close(socket);
    close(epoll_);
  }
  // Asks on every connection, then again on each that was answered.
  std::int64_t ask(std::int64_t count) {
    std::int64_t asked = 0;
    std::int64_t answered = 0;
    for (int socket : sockets_) {
      (void)!write(socket, request_.data(), request_.size());
      ++asked;
    }
    char response[response_size];
    std::array<epoll_event, 256> events;
    while (answered < asked) {
      int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < ready; ++i) {
        int socket = events[i].data.fd;
        CHECK(recv(socket, response, sizeof response, MSG_WAITALL) ==
              static_cast<ssize_t>(response_size));
        ++answered;
        if (asked >= count) continue;
        (void)!write(socket, request_.data(), request_.size());
        ++asked;
      }
    }
    return answered;
  }

 private:
  int epoll_;
  std::string request_;
  std::vector<int> sockets_;
};

Task<double> thread_seconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  co_return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

Task<Unit> stop(Listener& listener, Gate& gate) {
  listener.close();
  co_await gate.close();
  co_return Unit{};
}

void null_server(benchmark::State& state, IoBackend backend) {
  ReactorsOptions options{.count = 1, .backend = backend};
  std::unique_ptr<Reactors> reactors = std::move(*Reactors::start(options));
  ReactorIndex zero(0);
  Network& network = reactors->network(zero);
  Gate gate;
  Address address{"127.0.0.1", 0};
  std::unique_ptr<Listener> listener =
      std::move(*reactors->run(zero, [&] { return network.listen(address); }));
  auto begin = [&]() -> Task<Unit> {
    gate.spawn(serve(reactors->at(zero), network, *listener, gate));
    co_return Unit{};
  };
  (void)reactors->run(zero, begin);

  std::int64_t requests = 0;
  double before = *reactors->run(zero, thread_seconds);
  {
    Client client(listener->local().port, static_cast<int>(state.range(0)));
    for (auto _ : state) requests += client.ask(state.range(0) * rounds);
  }
  double used = *reactors->run(zero, thread_seconds) - before;
  state.SetItemsProcessed(requests);
  state.counters["server_us"] = used * 1e6 / static_cast<double>(requests);
  (void)reactors->run(zero, [&] { return stop(*listener, gate); });
  (void)reactors->run(zero, [&]() -> Task<Unit> {
    listener.reset();
    co_return Unit{};
  });
}

// The yardstick: the same by bare system calls, one epoll loop, no coroutine.
class BareServer {
 public:
  BareServer() : epoll_(epoll_create1(0)), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(listen(listener_, 1000) == 0);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    watch(listener_);
    thread_ = std::thread([this] { loop(); });
  }
  ~BareServer() {
    close(listener_);
    close(epoll_);
  }
  std::uint16_t port() const { return port_; }
  double seconds_per_request() const { return used_ / static_cast<double>(requests_); }
  void join() { thread_.join(); }

 private:
  void watch(int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
  }
  void loop() {
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    sched_setaffinity(0, sizeof first, &first);
    std::array<epoll_event, 256> events;
    std::array<char, 16 << 10> buffer;
    std::array<char, response_size> response{};
    int open = 0;
    do {
      int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < ready; ++i) {
        int descriptor = events[i].data.fd;
        if (descriptor == listener_) {
          int accepted = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
          int on = 1;
          setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          watch(accepted);
          ++open;
          continue;
        }
        ssize_t got = recv(descriptor, buffer.data(), buffer.size(), 0);
        if (got == static_cast<ssize_t>(request_size)) {
          (void)!send(descriptor, response.data(), response.size(), MSG_NOSIGNAL);
          ++requests_;
        } else if (got == 0) {
          close(descriptor);
          --open;
        }
      }
    } while (open > 0);
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    used_ = static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }

  int epoll_;
  int listener_;
  std::uint16_t port_ = 0;
  std::int64_t requests_ = 0;
  double used_ = 0;
  std::thread thread_;
};

void bare_server(benchmark::State& state) {
  std::int64_t requests = 0;
  BareServer server;
  {
    Client client(server.port(), static_cast<int>(state.range(0)));
    for (auto _ : state) requests += client.ask(state.range(0) * rounds);
  }
  server.join();
  state.SetItemsProcessed(requests);
  state.counters["server_us"] = server.seconds_per_request() * 1e6;
}

BENCHMARK(bare_server)->Arg(1)->Arg(16)->Arg(64)->UseRealTime();
BENCHMARK_CAPTURE(null_server, uring, IoBackend::uring)->Arg(1)->Arg(16)->Arg(64)->UseRealTime();
BENCHMARK_CAPTURE(null_server, epoll, IoBackend::epoll)->Arg(1)->Arg(16)->Arg(64)->UseRealTime();

}  // namespace
}  // namespace levada::io
