#pragma once
// The binder: syntax to plans, names resolved against a catalog, types by PostgreSQL's rules, every
// subquery made a join. Errors carry PostgreSQL's SQLSTATE, words and, where the tree knows it, the
// position (in characters of the statement's text, if `text` was given).

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "query/plan.h"
#include "query/recursion.h"
#include "query/sql_error.h"
#include "query/text.h"
#include "query/type_size.h"
#include "sql/statement.h"

namespace levada::sql {

// A relation named in a FROM clause of the text itself (not of a view that it reads).
struct Mention {
  std::uint32_t position = 0;
  query::RelationId relation;
  bool aliased = false;
};

struct BindOptions {
  query::TextStyle style = {};
  std::string_view text = {};                // what positions point into
  int function_depth = 0;                    // how deep in functions written in SQL
  std::vector<Mention>* mentions = nullptr;  // NULL: nobody asks for them
};

struct BoundQuery {
  query::Plan plan;
  std::vector<query::Recursion> recursions;  // to be run before, in this order
  std::vector<query::Type> parameters;       // of $1, $2, …
};

// `parameters`: what the client declared; unknown ones are inferred.
query::SqlResult<BoundQuery> bind_query(const Query& query, const query::RelationCatalog& catalog,
                                        std::vector<query::Type> parameters,
                                        const BindOptions& options);

struct BoundChange {
  std::shared_ptr<const query::Relation> relation;
  // INSERT: full new rows in the order of the relation's columns (_row_id is NULL). UPDATE: the old
  // row's columns, then the new row's. DELETE: the old row's.
  query::Plan plan;
  std::vector<query::Recursion> recursions;  // to be run before, in this order
  // Over the new row; of DELETE over the old one.
  std::vector<query::ExpressionRef> returning;
  std::vector<query::OutputColumn> returning_columns;
  std::vector<query::Type> parameters;
};

query::SqlResult<BoundChange> bind_insert(const Insert& insert,
                                          const query::RelationCatalog& catalog,
                                          std::vector<query::Type> parameters,
                                          const BindOptions& options);
query::SqlResult<BoundChange> bind_update(const Update& update,
                                          const query::RelationCatalog& catalog,
                                          std::vector<query::Type> parameters,
                                          const BindOptions& options);
query::SqlResult<BoundChange> bind_delete(const Delete& statement,
                                          const query::RelationCatalog& catalog,
                                          std::vector<query::Type> parameters,
                                          const BindOptions& options);

// All rows of a table, to be deleted.
query::SqlResult<BoundChange> bind_truncate(const Name& table, std::uint32_t position,
                                            const query::RelationCatalog& catalog,
                                            const BindOptions& options);

// A term over the columns of one relation (none: a constant), as that type: DEFAULT, generated
// columns, watermarks.
query::SqlResult<query::ExpressionRef> bind_term(const Term& term,
                                                 const std::vector<query::RelationColumn>& columns,
                                                 const query::Type& type,
                                                 const query::RelationCatalog& catalog,
                                                 const BindOptions& options);

// Errors: 42704.
query::SqlResult<query::Type> type_of(const TypeName& name);
// What stands in its parentheses. Errors: those of query::size_of_type.
query::SqlResult<query::TypeSize> size_of(const TypeName& name);
// Maps are neither equal nor ordered. `what`: "equality", "ordering". Errors: 42883.
query::SqlResult<Unit> check_comparable(const query::Type& type, std::string_view what);

}  // namespace levada::sql
