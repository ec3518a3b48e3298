#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_start_stream_encryption(Planes& planes, Call& call) {
  kinesis::ChangeEncryption command;
  command.stream = stream_of(call.input);
  const bool kms = call.input.text("EncryptionType") == "KMS";
  command.encryption = kms ? catalog::Encryption::kms : catalog::Encryption::none;
  command.key_id = text_or_empty(call.input, "KeyId");
  command.start = true;
  co_await planes.control.change_encryption(caller_of(call), std::move(command));
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
