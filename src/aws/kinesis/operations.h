#pragma once
// Kinesis Data Streams as data: its 45 operations (spec kinesis 2).

#include "aws/schema.h"

namespace levada::aws::kinesis_api {

extern const Service service;

}  // namespace levada::aws::kinesis_api
