#pragma once
// `wait stream-exists` and its like: asks until the answer is the awaited one.

#include "aws/schema.h"
#include "base/result.h"
#include "cli/api_client.h"
#include "cli/document.h"

namespace levada::cli {

Result<Unit> wait_for(const aws::Waiter& waiter, const aws::Operation& operation, ApiClient& client,
                      const Document& parameters);

}  // namespace levada::cli
