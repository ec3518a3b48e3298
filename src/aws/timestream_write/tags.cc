// TagResource, UntagResource, ListTagsForResource.

#include "aws/timestream_write/handlers.h"
#include "aws/timestream_write/requests.h"

namespace levada::aws::timestream_write_api {

Task<Unit> handle_tag_resource(Doors& doors, Call& call) {
  const std::string arn = text_or_empty(call.input, "ResourceARN");
  const timestream::Tags tags = tags_of(call.input);
  const auto there = [&] { return doors.service.tag(caller_of(call), arn, tags); };
  co_await doors.service.at_home(doors.here, there);
  write_nothing(call);
  co_return Unit{};
}

Task<Unit> handle_untag_resource(Doors& doors, Call& call) {
  const std::string arn = text_or_empty(call.input, "ResourceARN");
  const std::vector<std::string> keys = call.input.strings("TagKeys");
  const auto there = [&] { return doors.service.untag(caller_of(call), arn, keys); };
  co_await doors.service.at_home(doors.here, there);
  write_nothing(call);
  co_return Unit{};
}

Task<Unit> handle_list_tags_for_resource(Doors& doors, Call& call) {
  const std::string arn = text_or_empty(call.input, "ResourceARN");
  const auto there = [&] { return doors.service.tags(caller_of(call), arn); };
  const timestream::Tags tags = co_await doors.service.at_home(doors.here, there);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.begin_list("Tags", tags.size());
  for (const auto& [key, value] : tags) {
    out.begin_structure();
    out.string("Key", key);
    out.string("Value", value);
    out.end_structure();
  }
  out.end_list();
  out.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::timestream_write_api
