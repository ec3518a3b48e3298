#pragma once
// What a WriteRecords says in the end, whichever way its body was read.

#include "aws/output_writer.h"
#include "http/handler.h"
#include "timestream/write.h"

namespace levada::aws::timestream_write_api {

// The counts, or the exception that lists what was rejected.
void write_answer(OutputWriter& out, http::Response& response,
                  const timestream::WriteAnswer& answer);

}  // namespace levada::aws::timestream_write_api
