#pragma once
// What the AWS CLI lacks: `kinesis put-records --from-file` puts the lines of a file, and
// `kinesis tail` prints a stream's records as they come. Not part of the compared behaviour.

#include <span>
#include <string>
#include <string_view>

#include "aws/schema.h"
#include "base/result.h"
#include "cli/global_options.h"

namespace levada::cli {

bool is_put_from_file(const aws::Operation& operation, std::span<const std::string> arguments);
Result<Unit> put_from_file(const aws::Service& service, std::span<const std::string> arguments,
                           GlobalOptions& globals);

inline constexpr std::string_view tail_command = "tail";
bool has_tail(const aws::Service& service);
Result<Unit> tail(const aws::Service& service, std::span<const std::string> arguments,
                  GlobalOptions& globals);

// For help pages.
std::string_view extras_help();

}  // namespace levada::cli
