#include "aws/timestream_write/requests.h"

#include "timestream/refusal.h"
#include "wire/base64.h"

namespace levada::aws::timestream_write_api {
namespace {

constexpr std::size_t page_default = 20;  // ListDatabases, ListTables: at most that many

}  // namespace

timestream::Caller caller_of(const Call& call) { return {call.caller.account, call.caller.region}; }

std::string text_or_empty(const Input& input, std::string_view name) {
  return input.string(name).value_or("");
}

timestream::Tags tags_of(const Input& input) {
  timestream::Tags tags;
  for (const Input& tag : input.structures("Tags"))
    tags.insert_or_assign(text_or_empty(tag, "Key"), text_or_empty(tag, "Value"));
  return tags;
}

Result<timestream::Page> page_of(const Input& input) {
  timestream::Page page;
  page.limit = static_cast<std::size_t>(input.integer("MaxResults").value_or(page_default));
  const auto token = input.text("NextToken");
  if (!token) return page;
  Buffer bytes(wire::base64_decoded_size_max(token->size()) + 3);
  const wire::Base64Decoded decoded = wire::base64_decode(*token, bytes);
  if (!decoded.ok() || decoded.size == 0)
    return timestream::refuse(timestream::Refusal::validation, "Invalid pagination token");
  page.after = std::string(as_text(ByteView(bytes).first(decoded.size)));
  return page;
}

void write_token(OutputWriter& out, std::string_view next) {
  if (next.empty()) return;
  std::string text(wire::base64_encoded_size(next.size()), '\0');
  wire::base64_encode(as_bytes(next), text.data());
  out.string("NextToken", text);
}

void write_nothing(Call& call) {
  call.output.begin_structure();
  call.output.end_structure();
}

}  // namespace levada::aws::timestream_write_api
