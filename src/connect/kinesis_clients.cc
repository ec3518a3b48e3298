#include "connect/kinesis_clients.h"

#include "connect/assumed_role.h"

namespace levada::connect {

std::unique_ptr<HttpClient> KinesisClients::http_to(Endpoint endpoint,
                                                    const KinesisOptions& options) {
  const HttpTimeouts timeouts{.connect = options.connect_timeout, .answer = options.read_timeout};
  const tls::TlsClientContext* const tls =
      endpoint.tls && surroundings_.tls ? surroundings_.tls() : nullptr;
  return std::make_unique<HttpClient>(reactor_, network_, tls, std::move(endpoint), timeouts);
}

Result<std::unique_ptr<KeySource>> KinesisClients::keys_of(const KinesisOptions& options) {
  AwsKeys own;
  if (!options.access_key.empty())
    own = {options.access_key, options.secret_key, options.session_token, {}};
  else if (surroundings_.keys)
    own = *surroundings_.keys;
  else
    return fail(ErrorKind::invalid,
                "no AWS credentials: set aws.credentials.access_key_id and "
                "aws.credentials.secret_access_key, or AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY in the server's environment");
  auto fixed = std::make_unique<FixedKeys>(std::move(own));
  if (options.role_arn.empty()) return fixed;
  Endpoint endpoint =
      TRY(surroundings_.sts_endpoint.empty() ? Endpoint::of_aws("sts", options.region)
                                             : Endpoint::parse(surroundings_.sts_endpoint));
  auto sts = std::make_unique<AwsClient>(reactor_.clock(), http_to(std::move(endpoint), options),
                                         AwsService{"sts", options.region}, std::move(fixed));
  return std::make_unique<AssumedRole>(reactor_, std::move(sts),
                                       Role{options.role_arn, options.external_id, "levada"});
}

Result<std::unique_ptr<KinesisPort>> KinesisClients::open(const KinesisOptions& options) {
  Endpoint endpoint = TRY(options.endpoint.empty() ? Endpoint::of_aws("kinesis", options.region)
                                                   : Endpoint::parse(options.endpoint));
  std::unique_ptr<KeySource> keys = TRY(keys_of(options));
  auto aws = std::make_unique<AwsClient>(reactor_.clock(), http_to(std::move(endpoint), options),
                                         AwsService{"kinesis", options.region}, std::move(keys));
  return std::make_unique<KinesisClient>(options.stream, std::move(aws));
}

}  // namespace levada::connect
