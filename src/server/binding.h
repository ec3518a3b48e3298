#pragma once
// Binding: which addresses this configuration may open. Without credentials everybody who reaches a
// port may read and write, so only loopback may be reached.

#include "server/configuration.h"

namespace levada::server {

// Errors: denied, with what to do about it.
Result<Unit> check_binding(const Configuration& configuration);

}  // namespace levada::server
