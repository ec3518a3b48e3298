#pragma once
// `levada timestream import|map-stream|unmap-stream`: what the AWS CLI has no word for. Endpoint,
// region, profile and keys are found as for every other command.

#include <span>
#include <string_view>

namespace levada::cli {

// `arguments` behind the word timestream.
int run_timestream(std::span<const std::string_view> arguments);

}  // namespace levada::cli
