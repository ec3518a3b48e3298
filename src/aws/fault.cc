#include "aws/fault.h"

#include "aws/output_writer.h"

namespace levada::aws {

void write_fault(const Fault& fault, Coding coding, Buffer& out) {
  OutputWriter writer(coding, out);
  writer.begin_structure();
  writer.string("__type", std::string(fault.prefix) + fault.type);
  if (fault.message && !fault.prefix.empty()) writer.string("Message", *fault.message);
  // SerializationException alone spells its message with a capital.
  const std::string_view member =
      fault.type == "SerializationException" && fault.prefix.empty() ? "Message" : "message";
  if (fault.message) writer.string(member, *fault.message);
  writer.end_structure();
  writer.finish();
}

}  // namespace levada::aws
