#include "aws/timestream_write/write_answers.h"

#include <string>

#include "aws/timestream_write/operations.h"

namespace levada::aws::timestream_write_api {
namespace {

constexpr std::string_view rejected_message =
    "One or more records have been rejected. See RejectedRecords for details.";
constexpr int rejected_status = 419;

// The one exception with members of its own.
void write_rejections(OutputWriter& out, http::Response& response,
                      const std::vector<timestream::Rejection>& rejected) {
  response.status = rejected_status;
  response.headers.add("x-amzn-ErrorType", "RejectedRecordsException");
  out.begin_structure();
  out.string("__type", std::string(service.error_prefix) + "RejectedRecordsException");
  out.string("Message", rejected_message);
  out.string("message", rejected_message);
  out.begin_list("RejectedRecords", rejected.size());
  for (const timestream::Rejection& rejection : rejected) {
    out.begin_structure();
    out.integer("RecordIndex", rejection.record);
    out.string("Reason", rejection.reason);
    if (rejection.existing_version) out.integer("ExistingVersion", *rejection.existing_version);
    out.end_structure();
  }
  out.end_list();
  out.end_structure();
}

}  // namespace

void write_answer(OutputWriter& out, http::Response& response,
                  const timestream::WriteAnswer& answer) {
  if (!answer.rejected.empty()) return write_rejections(out, response, answer.rejected);
  out.begin_structure();
  out.begin_structure("RecordsIngested");
  out.integer("Total", answer.memory + answer.magnetic);
  out.integer("MemoryStore", answer.memory);
  out.integer("MagneticStore", answer.magnetic);
  out.end_structure();
  out.end_structure();
}

}  // namespace levada::aws::timestream_write_api
