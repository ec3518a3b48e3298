#pragma once
// KinesisClients: what WITH (…) says made into clients, on the reactor that sinks and sources live
// on.

#include <functional>

#include "connect/kinesis_client.h"
#include "io/network.h"
#include "io/reactor.h"

namespace levada::connect {

class KinesisClients final : public KinesisPorts {
 public:
  struct Surroundings {
    // Asked when an https endpoint is opened; may be empty, or give null: there is no TLS.
    std::function<const tls::TlsClientContext*()> tls = {};
    // For those who name no keys: the server's own; nothing: there are none.
    std::optional<AwsKeys> keys;
    std::string sts_endpoint;  // a URL; empty: AWS's own of the region
  };
  // All outlive this and what it opens.
  KinesisClients(io::Reactor& reactor, io::Network& network, Surroundings surroundings)
      : reactor_(reactor), network_(network), surroundings_(std::move(surroundings)) {}

  Result<std::unique_ptr<KinesisPort>> open(const KinesisOptions& options) override;

 private:
  Result<std::unique_ptr<KeySource>> keys_of(const KinesisOptions& options);
  std::unique_ptr<HttpClient> http_to(Endpoint endpoint, const KinesisOptions& options);

  io::Reactor& reactor_;
  io::Network& network_;
  Surroundings surroundings_;
};

}  // namespace levada::connect
