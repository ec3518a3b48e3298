// No policy text crashes its reader; what is accepted is judged, and stays silent about what cannot
// be shared.

#include "aws/resource_policy.h"
#include "base/check.h"

using namespace levada;
using namespace levada::aws;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view stream = "arn:aws:kinesis:us-east-1:111111111111:stream/s";
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const Result<ResourcePolicy> policy = ResourcePolicy::read(text, stream);
  if (!policy) return 0;
  PolicyQuestion question{.principal = "arn:aws:iam::222222222222:user/bob",
                          .account = "222222222222",
                          .user = "bob",
                          .source = "::ffff:10.1.2.3",
                          .action = "kinesis:PutRecord",
                          .resource = stream};
  static_cast<void>(policy->judge(question));
  question.action = "kinesis:DeleteStream";
  CHECK(policy->judge(question) == PolicyVerdict::silent);
  return 0;
}
