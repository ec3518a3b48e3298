#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_deregister_stream_consumer(Planes& planes, Call& call) {
  co_await planes.control.deregister_consumer(caller_of(call), consumer_of(call.input));
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
