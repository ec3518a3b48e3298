#pragma once
// levada keys: looks at the key store's file and changes it. A server that runs sees the change
// within a second.

#include <span>
#include <string_view>

namespace levada::server {

// The arguments behind `levada keys`; the status the process ends with.
int run_keys(std::span<const std::string_view> arguments);

}  // namespace levada::server
