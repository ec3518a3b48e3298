#pragma once
// Timestream's refusals as exceptions, the same for both of its services.

#include "aws/fault.h"
#include "base/result.h"

namespace levada::aws {

Fault timestream_fault_of(const Error& error);

}  // namespace levada::aws
