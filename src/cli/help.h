#pragma once
// Pages for people, made from the tables: `levada help`, `levada kinesis help`,
// `levada kinesis put-record help`.

#include "aws/schema.h"
#include "base/result.h"

namespace levada::cli {

struct OperationCommand;

Result<Unit> show_help();
Result<Unit> show_service_help(const aws::Service& service);
Result<Unit> show_wait_help(const aws::Service& service);
Result<Unit> show_operation_help(const OperationCommand& command);

}  // namespace levada::cli
