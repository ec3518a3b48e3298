#pragma once
// The tree of an SQL/JSON path, and the parser that makes it; internal to json_path.cc.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "query/json.h"
#include "query/sql_error.h"

namespace levada::query {

enum class PathKind : std::uint8_t {
  root,         // $
  current,      // @
  variable,     // $name
  last,         // within a subscript
  literal,      // value
  member,       // .name
  any_member,   // .*
  any_level,    // .**{low to high}
  any_element,  // [*]
  subscripts,   // [a, b to c]: parts, two each; the second may be NULL
  filter,       // ? (…)
  method,       // .name()
  arithmetic,   // text is the sign; one part or two
  comparison,   // text is the sign
  both,         // &&
  either,       // ||
  negation,     // !
  is_unknown,   // (…) is unknown
  exists,       // exists (…)
  starts_with,
  like_regex,  // text is the pattern, flags
};

struct PathNode {
  PathKind kind = PathKind::root;
  std::string text;
  std::string flags;
  Json value;
  std::int64_t low = 0, high = -1;        // of any_level; -1: without end
  std::shared_ptr<const PathNode> input;  // of accessors
  std::vector<std::shared_ptr<const PathNode>> parts;

  bool is_predicate() const { return kind >= PathKind::comparison; }
};

struct ParsedPath {
  std::shared_ptr<const PathNode> root;
  bool strict = false;
};
SqlResult<ParsedPath> parse_path(std::string_view text);

}  // namespace levada::query
