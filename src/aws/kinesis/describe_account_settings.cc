#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_describe_account_settings(Planes& planes, Call& call) {
  const catalog::AccountSettings settings =
      co_await planes.control.describe_account(caller_of(call));
  write_commitment(call.output, settings);
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
