#pragma once
// Members that several operations share, as the timestream room wants them.

#include "aws/call.h"
#include "timestream/service.h"

namespace levada::aws::timestream_write_api {

timestream::Caller caller_of(const Call& call);
std::string text_or_empty(const Input& input, std::string_view name);
timestream::Tags tags_of(const Input& input);
// MaxResults and NextToken.
Result<timestream::Page> page_of(const Input& input);
void write_token(OutputWriter& out, std::string_view next);
// An answer without members: {}.
void write_nothing(Call& call);

}  // namespace levada::aws::timestream_write_api
