#include "streaming/table_feed.h"

#include <algorithm>
#include <set>

#include "sql/definition_text.h"
#include "sql/parser.h"

namespace levada::streaming {

namespace {

using query::refuse;
using query::SqlResult;
namespace sqlstate = query::sqlstate;

bool option_is(const sql::Options& options, std::string_view name, std::string_view value) {
  for (const auto& [key, given] : options)
    if (key == name && given == value) return true;
  return false;
}

// Whether a change of `from` may reach `target` through views and other sinks INTO tables.
bool reaches(const Catalog& catalog, RelationId from, RelationId target,
             std::set<RelationId>& seen) {
  if (from == target) return true;
  if (!seen.insert(from).second) return false;
  for (const auto& [id, object] : catalog.objects()) {
    const auto& reads = object->reads;
    if (std::find(reads.begin(), reads.end(), from) == reads.end()) continue;
    const RelationId next = object->into == nullptr ? object->relation->id : object->into->target;
    if (reaches(catalog, next, target, seen)) return true;
  }
  return false;
}

}  // namespace

SqlResult<PlannedFeed> table_feed(const sql::CreateSink& create, const Catalog& catalog,
                                  const SessionCatalog& names, const sql::BindOptions& options) {
  for (const auto& [name, value] : create.options)
    if (name != "type" && name != "force_append_only" && name != "snapshot")
      return refuse(sqlstate::invalid_parameter_value,
                    "a sink into a table has no option '" + name + "'");
  sql::Insert insert;
  insert.table = create.into;
  insert.columns = create.into_columns;
  insert.source = create.query;
  sql::BindOptions positions = options;
  std::string text;
  if (insert.source == nullptr) {
    for (const std::string& part : create.from)
      text += (text.empty() ? "select * from " : ".") + sql::quoted_name(part);
    insert.source = ATTEMPT(sql::parse_query(text));
    positions.text = text;
  }
  const query::Plan source = ATTEMPT(sql::bind_query(*insert.source, names, {}, positions)).plan;
  auto bound = ATTEMPT(sql::bind_insert(insert, names, {}, positions));
  const Relation& target = *bound.relation;
  if (target.kind != RelationKind::table)
    return refuse(sqlstate::wrong_object_type, "\"" + target.name + "\" is not a table");
  PlannedFeed planned;
  planned.feed.target = target.id;
  planned.feed.append_only = option_is(create.options, "type", "append-only");
  if (planned.feed.append_only && !query::is_append_only(source) &&
      !option_is(create.options, "force_append_only", "true"))
    return refuse(sqlstate::invalid_parameter_value,
                  "The sink of an append-only type needs an append-only query; "
                  "force_append_only = 'true' leaves out what the query takes back.");
  const bool keyless = target.columns[target.key.front()].hidden;
  if ((keyless || target.append_only) && !planned.feed.append_only)
    return refuse(sqlstate::invalid_parameter_value,
                  "Only append-only sinks can sink to a table without primary keys. please try to "
                  "add type = 'append-only' in the with option. e.g. create sink s into t as "
                  "select * from t1 with (type = 'append-only')");
  for (const auto& read : query::relations(source)) {
    std::set<RelationId> seen;
    if (reaches(catalog, target.id, read->id, seen))
      return refuse(sqlstate::invalid_parameter_value,
                    "Creating such a sink will result in circular dependency: \"" + read->name +
                        "\" follows \"" + target.name + "\"");
  }
  planned.plan = std::move(bound.plan);
  return planned;
}

}  // namespace levada::streaming
