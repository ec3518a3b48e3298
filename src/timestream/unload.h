#pragma once
// UNLOAD: the rows of a query as files, in the layout that AWS writes (spec timestream 6.7).

#include <string>
#include <vector>

#include "timestream/documents.h"
#include "timestream/object_directory.h"

namespace levada::timestream {

struct UnloadOptions {
  ObjectPlace place;
  bool gzip = true, header = false, parquet = false;
  char delimiter = ',', escape = '\\';
  std::vector<std::size_t> partitions;                    // columns, the last ones of the SELECT
  std::uint64_t file_size_max = std::uint64_t{78} << 30;  // before compression
};

// Errors: validation.
Result<UnloadOptions> unload_options_of(const sql::Statement& statement, const sql::Scope& columns);

// Gives the one row that UNLOAD answers with.
Task<sql::Relation> unload(ObjectDirectory& objects, const Documents& documents,
                           UnloadOptions options, std::string query_id, sql::Relation rows,
                           QueryInsights& insights);

}  // namespace levada::timestream
