#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_delete_resource_policy(Planes& planes, Call& call) {
  const std::string_view resource = text_or_empty(call.input, "ResourceARN");
  co_await planes.control.delete_policy(caller_of(call), resource);
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
