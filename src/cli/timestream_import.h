#pragma once
// `levada timestream import`: what Amazon Timestream's UNLOAD left (CSV, CSV.gz or Parquet, and the
// metadata file) into a table. May be run again: points that are there already stay as they are.

#include <set>
#include <string>
#include <vector>

#include "cli/api_client.h"

namespace levada::cli {

struct UnloadImport {
  std::string database, table;
  std::vector<std::string> directories;
  std::set<std::string> measures;  // columns of VARCHAR that are no dimensions
};

struct ImportCounts {
  std::uint64_t written = 0, rejected = 0;
};
// The first rejections of each file are told on standard error.
Result<ImportCounts> import_unloaded(ApiClient& client, const UnloadImport& import);

}  // namespace levada::cli
