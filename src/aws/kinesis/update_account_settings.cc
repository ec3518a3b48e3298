#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_update_account_settings(Planes& planes, Call& call) {
  const auto commitment = call.input.structure("MinimumThroughputBillingCommitment");
  const bool enabled = commitment->text("Status") == "ENABLED";
  const catalog::AccountSettings settings =
      co_await planes.control.update_account(caller_of(call), enabled);
  write_commitment(call.output, settings);
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
