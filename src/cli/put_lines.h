#pragma once
// `kinesis put-records --from-file`: the lines of a file become records. Not part of the AWS CLI.
//
// Records of one key keep the file's order: a key belongs to one lane, a lane has one request under
// way, and what the service refuses for a while goes again before the lane goes on. (Within one
// request a refused record goes behind those that were taken, which PutRecords does not promise
// otherwise.) With random keys there is no order to keep, and lanes take requests in turn.

#include <span>
#include <string>

#include "aws/schema.h"
#include "base/result.h"
#include "cli/global_options.h"

namespace levada::cli {

bool is_put_from_file(const aws::Operation& operation, std::span<const std::string> arguments);
Result<Unit> put_from_file(const aws::Service& service, std::span<const std::string> arguments,
                           GlobalOptions& globals);

}  // namespace levada::cli
