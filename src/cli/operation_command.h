#pragma once
// `levada kinesis put-record …`: one operation of a service as a command, made from its table.

#include <span>
#include <string>
#include <vector>

#include "aws/schema.h"
#include "base/result.h"
#include "cli/argument_parser.h"
#include "cli/global_options.h"

namespace levada::cli {

struct OperationCommand {
  const aws::Service& service;
  const aws::Operation& operation;
  const aws::Waiter* waiter = nullptr;  // `wait stream-exists`: asks until the waiter is content
};

// An option of the operation, and what it sets.
struct OperationOption {
  Option option;
  const aws::Field* field = nullptr;  // null: paging, input and skeleton options
  bool documented = true;
};
std::vector<OperationOption> operation_options(const aws::Operation& operation);

// `arguments` are those behind the operation's name, without global options.
Result<Unit> run_operation(const OperationCommand& command, std::span<const std::string> arguments,
                           GlobalOptions& globals);

}  // namespace levada::cli
