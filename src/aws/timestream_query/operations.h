#pragma once
// Timestream Query as data: its 15 operations (spec timestream 3).

#include "aws/schema.h"

namespace levada::aws::timestream_query_api {

extern const Service service;

}  // namespace levada::aws::timestream_query_api
