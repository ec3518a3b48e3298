#pragma once
// `levada stream export|import|limits`: what the AWS CLI has no word for. Endpoint, region, profile
// and keys are found as for every other command.

#include <span>
#include <string_view>

namespace levada::cli {

// `arguments` behind the word stream.
int run_stream(std::span<const std::string_view> arguments);

}  // namespace levada::cli
