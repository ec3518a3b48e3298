#include "streaming/table_feed.h"

#include <algorithm>

#include "sql/definition_text.h"
#include "sql/parser.h"
#include "streaming/downstream.h"
#include "streaming/engine.h"
#include "streaming/stored_rows.h"

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
  const std::set<RelationId> reached = downstream(catalog, {target.id});
  for (const auto& read : query::relations(source))
    if (reached.contains(read->id))
      return refuse(sqlstate::invalid_parameter_value,
                    "Creating such a sink will result in circular dependency: \"" + read->name +
                        "\" follows \"" + target.name + "\"");
  planned.plan = std::move(bound.plan);
  return planned;
}

void Engine::feed_table(const Object& object, const query::Delta& delta,
                        const query::SessionFacts& facts, Arrival& arrival) {
  const Object* target = catalog_.find(object.into->target);
  CHECK(target != nullptr, "a table takes the sinks into it along when it goes");
  query::Delta changes = delta;
  query::consolidate(changes);
  take_input(sunk_rows(*this, target->relation, changes, object.into->append_only, facts),
             facts.now, arrival);
}

}  // namespace levada::streaming
