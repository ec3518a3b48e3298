#pragma once
// The parameters of one call: from what the command line gave to a Document that the operation's
// Shape describes, checked as botocore checks before it sends anything, and written as a request.

#include <span>
#include <string>

#include "aws/schema.h"
#include "base/result.h"
#include "cli/document.h"

namespace levada::cli {

enum class BinaryFormat : std::uint8_t { base64, raw_in_base64_out };

// `file://` and `fileb://` bring a file's bytes; other texts stay as they are. `is_binary` says
// which of the two it was.
struct FileText {
  std::string text;
  bool is_binary = false;
};
Result<FileText> load_file_argument(const std::string& option, const std::string& value);

// Lists of scalars are given word by word; everything deeper may be shorthand.
bool takes_shorthand(const aws::Shape& shape);

// One option's value or values to what its shape says: shorthand, JSON or the text itself.
Result<Document> unpack_argument(const std::string& option, std::span<const std::string> values,
                                 const aws::Shape& shape);

// Reads base64 in blobs, where the format asks for it; bytes of fileb:// are left alone.
Result<Unit> decode_blobs(Document& parameters, const aws::Shape& shape, BinaryFormat format);

// "Parameter validation failed:\n…" with every complaint.
Result<Unit> validate_parameters(const Document& parameters, const aws::Shape& shape);

// The request's body: times as epoch seconds, blobs as base64. The parameters are valid.
std::string request_body(const Document& parameters, const aws::Shape& shape);

}  // namespace levada::cli
