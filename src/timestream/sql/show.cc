// Execution: SHOW and DESCRIBE.

#include <algorithm>
#include <map>

#include "timestream/sql/opened.h"

namespace levada::timestream::sql {
namespace {

bool matches(const Statement& statement, std::string_view text) {
  const char escape = statement.escape ? statement.escape->front() : '\0';
  return !statement.like || like(text, *statement.like, escape);
}

ScopeColumn varchar(std::string name) { return {"", std::move(name), {Kind::varchar}}; }

}  // namespace

Result<Relation> Execution::show_databases(const Statement& statement) {
  Relation answer;
  answer.columns.push_back(varchar("Database"));
  for (const auto& [key, database] : service_.definitions().databases())
    if (key.account == caller_.account && key.region == caller_.region &&
        matches(statement, key.name))
      answer.rows.push_back({Value(key.name)});
  return answer;
}

Result<Relation> Execution::show_tables(const Statement& statement) {
  Relation answer;
  answer.columns.push_back(varchar("Table"));
  std::vector<std::string> names;
  bool found = statement.database.empty();
  for (const auto& [key, database] : service_.definitions().databases()) {
    if (key.account != caller_.account || key.region != caller_.region) continue;
    if (!statement.database.empty() && key.name != statement.database) continue;
    found = true;
    for (const auto& [name, table] : database.tables)
      if (matches(statement, name)) names.push_back(name);
  }
  if (!found)
    return refuse_at(statement.place, "Database '" + statement.database + "' does not exist");
  std::ranges::sort(names);
  for (const std::string& name : names) answer.rows.push_back({Value(name)});
  return answer;
}

Result<Relation> Execution::show_measures(const Statement& statement) {
  const Table* table = TRY(find_table(statement.database, statement.table, statement.place));
  const std::shared_ptr<const TableStore> store = service_.store(table->id);
  const TableData& data = store->data();
  Relation answer;
  const Type dimension{Kind::row,
                       {{"dimension_name", {Kind::varchar}}, {"data_type", {Kind::varchar}}}};
  answer.columns = {
      varchar("measure_name"), varchar("data_type"), {"", "dimensions", array_of(dimension)}};
  struct Seen {
    std::string type;
    std::map<std::uint32_t, bool> dimensions;
  };
  std::map<std::string, Seen> measures;
  for (const SeriesIdentity& series : data.series()) {
    if (!matches(statement, series.measure_name)) continue;
    Seen& seen = measures[series.measure_name];
    for (const auto& [place, text] : series.dimensions) seen.dimensions[place] = true;
    for (const std::uint32_t number : data.measure_names().at(series.measure_name).attributes) {
      const Attribute& attribute = data.attributes()[number];
      seen.type = attribute.multi ? "multi" : std::string(name_of(attribute.type));
    }
  }
  for (const auto& [name, seen] : measures) {
    std::vector<Value> dimensions;
    for (const auto& [place, used] : seen.dimensions)
      dimensions.emplace_back(
          std::vector<Value>{Value(data.dimensions()[place]), Value(std::string("varchar"))});
    answer.rows.push_back({Value(name), Value(seen.type), Value(std::move(dimensions))});
  }
  return answer;
}

Result<Relation> Execution::describe(const Statement& statement) {
  const Table* table = TRY(find_table(statement.database, statement.table, statement.place));
  const std::shared_ptr<const TableStore> store = service_.store(table->id);
  const TableData* data = &store->data();
  Relation answer;
  answer.columns = {varchar("Column"), varchar("Type"), varchar("Timestream attribute type")};
  const auto row = [&answer](std::string name, std::string type, std::string attribute) {
    answer.rows.push_back(
        {Value(std::move(name)), Value(std::move(type)), Value(std::move(attribute))});
  };
  for (const std::string& dimension : data->dimensions()) row(dimension, "varchar", "DIMENSION");
  row("measure_name", "varchar", "MEASURE_NAME");
  row("time", "timestamp", "TIMESTAMP");
  for (const Attribute& attribute : data->attributes())
    row(attribute.name, std::string(name_of(attribute.type)),
        attribute.multi ? "MULTI" : "MEASURE_VALUE");
  return answer;
}

}  // namespace levada::timestream::sql
