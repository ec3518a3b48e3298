#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_get_resource_policy(Planes& planes, Call& call) {
  const std::string_view resource = text_or_empty(call.input, "ResourceARN");
  const std::string policy = co_await planes.control.get_policy(caller_of(call), resource);
  call.output.begin_structure();
  call.output.string("Policy", policy.empty() ? "{}" : std::string_view(policy));
  call.output.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
