#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"
#include "kinesis/refusal.h"
#include "wire/json_reader.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_put_resource_policy(Planes& planes, Call& call) {
  kinesis::PutPolicy command;
  command.resource_arn = text_or_empty(call.input, "ResourceARN");
  command.policy = text_or_empty(call.input, "Policy");
  wire::ValueTree tree;
  const auto policy = wire::read_json(command.policy, tree);
  if (!policy || !policy->is(wire::ValueKind::object))
    co_return kinesis::refuse(kinesis::Refusal::invalid_argument,
                              "The policy is not a valid JSON document.");
  co_await planes.control.put_policy(caller_of(call), command);
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
