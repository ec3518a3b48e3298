#pragma once
// DescribeEndpoints, which both of Timestream's services have. Clients disagree on what an address
// is (spec timestream 1.3): aws-sdk-js keeps scheme and port of its own and wants the bare host,
// botocore wants a whole URL.

#include "aws/call.h"

namespace levada::aws {

void write_endpoints(Call& call, std::string_view scheme);

}  // namespace levada::aws
