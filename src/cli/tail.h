#pragma once
// `kinesis tail STREAM`: a stream's records as lines, as they come. Not part of the AWS CLI.

#include <span>
#include <string>
#include <string_view>

#include "aws/schema.h"
#include "base/result.h"
#include "cli/global_options.h"

namespace levada::cli {

inline constexpr std::string_view tail_command = "tail";
bool has_tail(const aws::Service& service);
Result<Unit> tail(const aws::Service& service, std::span<const std::string> arguments,
                  GlobalOptions& globals);

}  // namespace levada::cli
