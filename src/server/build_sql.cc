#include "server/build_sql.h"

#include <cstdlib>
#include <utility>

namespace levada::server {
namespace {

// AWS's own variables, for sinks and sources that name no keys.
std::optional<connect::AwsKeys> surrounding_keys() {
  const char* const access = std::getenv("AWS_ACCESS_KEY_ID");
  const char* const secret = std::getenv("AWS_SECRET_ACCESS_KEY");
  if (access == nullptr || secret == nullptr) return std::nullopt;
  connect::AwsKeys keys;
  keys.access_key = access;
  keys.secret_key = secret;
  if (const char* const token = std::getenv("AWS_SESSION_TOKEN")) keys.session_token = token;
  return keys;
}

// Calls of sinks are encoded, signed and waited for beside the engine's reactor; more senders than
// these would wait for its decisions.
constexpr std::size_t senders_max = 4;

std::unique_ptr<connect::KinesisPorts> far_clients(
    io::Reactors& reactors, io::ReactorIndex home,
    const connect::KinesisClients::Surroundings& surroundings) {
  std::vector<connect::FarPorts::Place> places;
  for (std::uint32_t n = 0; n < reactors.size() && places.size() < senders_max; ++n) {
    const io::ReactorIndex index(n);
    if (index == home) continue;
    io::Reactor& reactor = reactors.at(index);
    places.push_back({reactor, std::make_unique<connect::KinesisClients>(
                                   reactor, reactors.network(index), surroundings)});
  }
  if (places.empty()) return nullptr;
  return std::make_unique<connect::FarPorts>(reactors.at(home), std::move(places));
}

SqlCipher::Paths cipher_paths(const Configuration& configuration) {
  return {configuration.key_store_file.value_or(configuration.data_dir + "/keys"),
          configuration.data_dir + "/sql.key"};
}

streaming::EngineOptions engine_options(const Configuration& configuration, SqlCipher& cipher) {
  streaming::EngineOptions options;
  options.cipher = &cipher;
  options.checkpoint_path = configuration.data_dir + "/sql.checkpoint";
  options.memory_limit = configuration.sql_memory;
  options.outboxes.disk = configuration.sql_outbox;
  return options;
}

postgres::LoginOptions login_options(const tls::TlsContext* tls, const postgres::Users* users,
                                     io::Random& random) {
  postgres::LoginOptions options;
  options.tls = tls;
  options.users = users;
  random.fill(std::as_writable_bytes(std::span(options.stranger_key)));
  return options;
}

}  // namespace

const tls::TlsClientContext* Authorities::get() {
  if (!std::exchange(read_, true))
    if (auto context = tls::TlsClientContext::make({})) context_ = std::move(*context);
  return context_.get();
}

connect::KinesisClients::Surroundings SqlFloor::surroundings() {
  connect::KinesisClients::Surroundings result;
  result.tls = [this] { return authorities_.get(); };
  result.keys = surrounding_keys();
  if (const char* const sts = std::getenv("AWS_ENDPOINT_URL_STS")) result.sts_endpoint = sts;
  return result;
}

Result<std::unique_ptr<SqlFloor>> SqlFloor::build(
    const Configuration& configuration, IoFloor& ground, LogFloor& logs, MetricsRegistry& metrics,
    const tls::TlsContext* tls, const CredentialBook* credentials, ProductFloor& products) {
  std::unique_ptr<SqlFloor> floor(
      new SqlFloor(configuration, ground, logs, metrics, tls, credentials, products));
  TRY(ground.reactors->run(floor->home_, [&] { return floor->cipher_.load(); }));
  TRY(ground.reactors->run(floor->home_, [&] { return floor->engine_.open(); }));
  floor->open_ = true;
  return floor;
}

SqlFloor::SqlFloor(const Configuration& configuration, IoFloor& ground, LogFloor& logs,
                   MetricsRegistry& metrics, const tls::TlsContext* tls,
                   const CredentialBook* credentials, ProductFloor& products)
    : reactors_(*ground.reactors),
      home_(logs.journals().of(streaming::sql_partition).reactor.index()),
      clients_(reactors_.at(home_), reactors_.network(home_), surroundings()),
      far_clients_(far_clients(reactors_, home_, surroundings())),
      kinesis_sinks_(reactors_.at(home_), reactors_.random(home_),
                     far_clients_ ? *far_clients_ : clients_),
      kinesis_sources_(reactors_.at(home_), clients_),
      timestream_sinks_(reactors_.at(home_), products.timestream(),
                        {configuration.account.digits, configuration.region}),
      nexmark_(reactors_.at(home_)),
      datagen_(reactors_.at(home_)),
      cipher_(reactors_.disk(home_), reactors_.random(home_), cipher_paths(configuration),
              [this, &products] { return products.make_own_key(reactors_.at(home_)); }),
      engine_(logs.journals().of(streaming::sql_partition), reactors_.disk(home_),
              engine_options(configuration, cipher_)),
      users_(credentials == nullptr
                 ? std::optional<SqlUsers>()
                 : std::optional<SqlUsers>(
                       std::in_place,
                       [credentials]() -> const CredentialTable& { return credentials->table(); },
                       configuration.region, reactors_.at(home_).clock(), reactors_.random(home_))),
      server_(engine_, reactors_.at(home_), reactors_.network(home_), reactors_.random(home_),
              login_options(tls, users_ ? &*users_ : nullptr, reactors_.random(home_)), {},
              metrics) {
  engine_.add_connector(kinesis_sinks_);
  engine_.add_connector(kinesis_sources_);
  engine_.add_connector(timestream_sinks_);
  engine_.add_connector(nexmark_);
  engine_.add_connector(datagen_);
}

SqlFloor::~SqlFloor() { (void)close(); }

Result<io::Address> SqlFloor::listen(const io::Address& address) {
  Result<io::Address> bound = reactors_.run(home_, [&] { return server_.listen(address); });
  if (!bound) return bound;
  const auto begin = [](postgres::Server& server) -> Task<Unit> {
    server.start();
    co_return Unit{};
  };
  TRY(reactors_.run(home_, [&] { return begin(server_); }));
  listening_ = true;
  return bound;
}

Result<Unit> SqlFloor::close() {
  if (std::exchange(listening_, false)) (void)reactors_.run(home_, [&] { return server_.stop(); });
  if (!std::exchange(open_, false)) return Unit{};
  return reactors_.run(home_, [&] { return engine_.stop(); });
}

}  // namespace levada::server
