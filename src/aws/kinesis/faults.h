#pragma once
// Kinesis's refusals as exceptions: one table.

#include "aws/fault.h"
#include "base/result.h"

namespace levada::aws::kinesis_api {

Fault fault_of(const Error& error);

}  // namespace levada::aws::kinesis_api
