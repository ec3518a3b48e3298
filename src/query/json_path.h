#pragma once
// JsonPath: an SQL/JSON path expression ("$.a[*] ? (@.b > 1)"), parsed once, run over jsonb values.
// The language and its errors are PostgreSQL's (manual 9.16.2): lax and strict, filters,
// arithmetic, methods; datetime() is not there.

#include <memory>
#include <string_view>
#include <vector>

#include "query/json.h"
#include "query/sql_error.h"

namespace levada::query {

struct PathNode;

class JsonPath {
 public:
  static SqlResult<JsonPath> parse(std::string_view text);

  struct Found {
    std::vector<Json> items;
    std::optional<SqlError> error;  // what ended the search; items found before it stay
  };
  // `variables`: an object with what $name stands for.
  Found run(const Json& root, const Json& variables) const;

 private:
  std::shared_ptr<const PathNode> root_;
  bool strict_ = false;
};

}  // namespace levada::query
