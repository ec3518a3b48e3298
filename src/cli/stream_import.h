#pragma once
// `levada stream import`: records of exported files into a stream, in the order of their lines. How
// far a file has come stands beside it in FILE.imported, so that the command can be run again.

#include <string>
#include <vector>

#include "cli/stream_service.h"

namespace levada::cli {

struct ImportOptions {
  std::vector<std::string> paths;  // files, or directories of them
  // A call takes 500 records in any case; ordered, one of each partition key at most, since
  // PutRecords may take some and refuse others.
  bool ordered = true;
};
Result<Unit> import_stream(StreamService& service, const ImportOptions& options);

}  // namespace levada::cli
