#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"
#include "aws/resource_policy.h"
#include "kinesis/refusal.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_put_resource_policy(Planes& planes, Call& call) {
  kinesis::PutPolicy command;
  command.resource_arn = text_or_empty(call.input, "ResourceARN");
  command.policy = text_or_empty(call.input, "Policy");
  const auto policy = ResourcePolicy::read(command.policy, command.resource_arn);
  if (!policy)
    co_return kinesis::refuse(kinesis::Refusal::invalid_argument, policy.error().message);
  co_await planes.control.put_policy(caller_of(call), command);
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
