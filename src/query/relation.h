#pragma once
// Relation: what the binder must know of a table, source, view or materialized view, and the door
// through which it asks. The catalog behind the door is streaming/'s (or a test's).

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.h"
#include "query/expression.h"
#include "query/type.h"
#include "query/type_size.h"

namespace levada::query {

// Also the oid that pg_class shows.
using RelationId = Id<struct RelationIdTag, std::uint32_t>;

enum class RelationKind : std::uint8_t {
  table,
  source,  // has no stored rows: only views may read it, as a stream from now on
  materialized_view,
  view,    // `definition` is bound in its place
  index,   // not readable
  sink,    // not readable
  system,  // pg_catalog, information_schema, rw_catalog: rows made when read
};

struct RelationColumn {
  std::string name;
  Type type;
  bool hidden = false;  // _row_id, _rw_timestamp: not in SELECT *
  bool not_null = false;
  ExpressionRef default_value = {};  // no columns in it; NULL: none
  ExpressionRef generated = {};      // of the row's other columns; NULL: not generated
  TypeSize size = {};                // of a table's or source's column
};

// Of a column: rows below it never come again. `relation` has the watermark, `value` makes this
// column's of it (it is column 0); of several the least counts.
struct Watermark {
  struct Bound {
    RelationId relation;
    ExpressionRef value;
  };
  std::size_t column = 0;
  std::vector<Bound> bounds;
};

struct Relation {
  RelationId id;
  RelationKind kind = RelationKind::table;
  std::string database = {};  // of system relations: every one
  std::string schema;
  std::string name;
  std::vector<RelationColumn> columns;  // hidden ones too, in the order of stored rows
  std::vector<std::size_t> key;         // primary key or derived key; empty: none is known
  bool append_only = false;
  std::string definition;  // SQL; of views the query's text
  std::vector<Watermark> watermarks = {};
  // WATERMARK FOR c AS …: the highest value of the term is the watermark of c; rows below it are
  // not taken. With a time to live a row that is there ends when the watermark passes it.
  ExpressionRef watermark_term = {};
  std::size_t watermark_column = 0;
  bool rows_expire = false;
};

// A function that is written in SQL: one term over its arguments, put in the place of each call.
struct SqlFunction {
  std::string schema;
  std::string name;
  std::vector<std::pair<std::string, Type>> arguments;  // named, or ""
  Type result;
  std::string term;  // arguments by their names, or as "$1"
};

inline bool same_arguments(const SqlFunction& a, const SqlFunction& b) {
  return std::equal(a.arguments.begin(), a.arguments.end(), b.arguments.begin(), b.arguments.end(),
                    [](const auto& x, const auto& y) { return x.second == y.second; });
}

// Names are as the lexer folded them (lower case unless quoted).
class RelationCatalog {
 public:
  virtual ~RelationCatalog() = default;
  // An empty schema means the session's search path. nullptr: there is none.
  virtual std::shared_ptr<const Relation> relation(std::string_view schema,
                                                   std::string_view name) const = 0;
  // By database, schema and name. nullptr: there is none, or it may not be read from here.
  virtual std::shared_ptr<const Relation> relation_in(std::string_view, std::string_view schema,
                                                      std::string_view name) const {
    return relation(schema, name);
  }
  // Whether names with that database in front of them mean what is here.
  virtual bool is_here(std::string_view) const { return true; }
  virtual bool has_schema(std::string_view schema) const = 0;
  // Those of one schema that have this name, each for arguments of its own.
  virtual std::span<const SqlFunction> functions(std::string_view, std::string_view) const {
    return {};
  }
};

}  // namespace levada::query
