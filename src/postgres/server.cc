#include "postgres/server.h"

namespace levada::postgres {

Server::Server(streaming::Engine& engine, io::Reactor& reactor, io::Network& network,
               io::Random& random, LoginOptions login, Limits limits, MetricsRegistry& metrics)
    : engine_(engine),
      reactor_(reactor),
      network_(network),
      random_(random),
      login_(login),
      limits_(limits),
      opened_(metrics.counter("levada_sql_connections_total", "SQL connections accepted.", {})),
      refused_(metrics.counter("levada_sql_connections_refused_total",
                               "SQL connections closed at once, being too many.", {})),
      open_(metrics.gauge("levada_sql_connections", "SQL connections open now.", {})) {
  random_.fill(login_.stranger_key);
}

Task<io::Address> Server::listen(io::Address address) {
  listener_ = co_await network_.listen(address);
  co_return listener_->local();
}

void Server::start() { gate_.spawn(accept_all()); }

Task<Unit> Server::accept_all() {
  while (!gate_.stopping()) {
    Result<io::Accepted> accepted = co_await outcome(listener_->accept());
    if (!accepted) co_return Unit{};
    std::unique_ptr<io::Connection> connection = network_.adopt(std::move(*accepted));
    channels_.emplace_front(reactor_, std::move(connection), limits_);
    gate_.spawn(serve(channels_.begin()));
  }
  co_return Unit{};
}

Task<Unit> Server::serve(std::list<Channel>::iterator channel) {
  struct Leave {
    Server& server;
    std::list<Channel>::iterator channel;
    ~Leave() {
      server.open_.sub();
      server.channels_.erase(channel);
    }
  };
  open_.add();
  const Leave leave{*this, channel};
  if (channels_.size() > limits_.connections) {
    refused_.add();
    channel->writer().error(
        {.severity = "FATAL", .sqlstate = "53300", .message = "sorry, too many clients already"});
    (void)co_await outcome(channel->flush());
  } else {
    opened_.add();
    const Connection::Surroundings around{engine_, reactor_, random_,
                                          limits_, login_,   cancellations_};
    Connection connection(around, *channel);
    (void)co_await outcome(connection.run());
  }
  (void)co_await outcome(channel->finish());
  channel->shutdown();
  co_return Unit{};
}

Task<Unit> Server::stop() {
  if (listener_) listener_->close();
  cancellations_.cancel_all();
  for (Channel& channel : channels_) channel.shutdown();
  co_await gate_.close();
  co_return Unit{};
}

}  // namespace levada::postgres
