#pragma once
// AssumedRole: keys that STS gives for a role (AssumeRole of the STS query API, version
// 2011-06-15), fetched again some minutes before they end.

#include <memory>
#include <string>

#include "connect/aws_client.h"
#include "io/signal.h"

namespace levada::connect {

struct Role {
  std::string arn;
  std::string external_id;   // empty: none
  std::string session_name;  // shows in the audit of whoever lent the role
};

class AssumedRole final : public KeySource {
 public:
  AssumedRole(io::Reactor& reactor, std::unique_ptr<AwsClient> sts, Role role)
      : reactor_(reactor), sts_(std::move(sts)), role_(std::move(role)), fetched_(reactor) {}

  Task<AwsKeys> keys() override;
  void shutdown() noexcept override { sts_->shutdown(); }

 private:
  Task<AwsKeys> fetch();

  io::Reactor& reactor_;
  std::unique_ptr<AwsClient> sts_;
  Role role_;
  AwsKeys keys_;
  bool fetching_ = false;
  io::Signal fetched_;
};

// The keys in an answer of AssumeRole. Errors: invalid.
Result<AwsKeys> keys_of_assume_role(std::string_view xml);

}  // namespace levada::connect
