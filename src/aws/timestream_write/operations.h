#pragma once
// Timestream Write as data: its 19 operations (spec timestream 2).

#include "aws/schema.h"

namespace levada::aws::timestream_write_api {

extern const Service service;

}  // namespace levada::aws::timestream_write_api
