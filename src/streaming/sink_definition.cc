#include "streaming/sink_definition.h"

#include <algorithm>

#include "streaming/downstream.h"
#include "streaming/own_source.h"

namespace levada::streaming {

namespace {

using query::refuse;
using query::SqlResult;
namespace sqlstate = query::sqlstate;

const std::string* option(const sql::Options& options, std::string_view name) {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == options.end() ? nullptr : &found->second;
}

// The comma list of primary_key: blanks trimmed, empty items skipped.
SqlResult<std::vector<std::size_t>> key_columns(std::string_view text,
                                                const std::vector<query::OutputColumn>& columns) {
  std::vector<std::size_t> key;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view item = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    if (item.empty()) continue;
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const auto& column) { return column.name == item; });
    if (found == columns.end())
      return refuse(sqlstate::invalid_parameter_value,
                    "Sink primary key column not found: " + std::string(item) +
                        ". Please use ',' as the delimiter for different primary key columns.");
    key.push_back(static_cast<std::size_t>(found - columns.begin()));
  }
  if (key.empty())
    return refuse(sqlstate::invalid_parameter_value,
                  "Specified primary key should not be empty. To use derived primary key, remove "
                  "primary_key from WITH options instead.");
  return key;
}

SqlResult<SinkFormat> format_of(const std::string& name, bool legacy) {
  if (name == (legacy ? "append-only" : "PLAIN")) return SinkFormat::plain;
  if (name == (legacy ? "upsert" : "UPSERT")) return SinkFormat::upsert;
  if (name == (legacy ? "debezium" : "DEBEZIUM")) return SinkFormat::debezium;
  std::string shown = name;
  for (std::size_t i = 1; i < shown.size(); ++i)
    if (shown[i] >= 'A' && shown[i] <= 'Z') shown[i] = static_cast<char>(shown[i] + 32);
  return refuse(sqlstate::invalid_parameter_value,
                "connector kinesis does not support format " + shown);
}

}  // namespace

SqlResult<const Object*> replaced_sink(const sql::CreateSink& create, Catalog& catalog,
                                       const Object* old, const std::string& name) {
  const bool of_stream =
      old != nullptr && std::any_of(old->reads.begin(), old->reads.end(), [&](RelationId read) {
        const Object* from = catalog.find(read);
        return from != nullptr && is_stream(catalog, *from->relation);
      });
  if (create.query != nullptr || !create.into.empty() || create.if_not_exists || of_stream)
    return refuse(sqlstate::feature_not_supported,
                  "REPLACE SINK currently only supports REPLACE SINK ... FROM table_or_mv");
  if (old == nullptr)
    return refuse(sqlstate::undefined_table, "sink \"" + name + "\" does not exist");
  if (old->sink == nullptr || old->is_subscription())
    return refuse(sqlstate::wrong_object_type, "\"" + name + "\" is not a sink into a stream");
  if (old->sink->definition.relation != create.from.back())
    return refuse(sqlstate::feature_not_supported,
                  "the sink that is replaced must be FROM the same relation");
  const auto is_once = [](const sql::Options& options) {
    const std::string* once = option(options, "exactly_once");
    return once != nullptr && *once == "true";
  };
  if (is_once(create.options) || is_once(old->sink->definition.options))
    return refuse(sqlstate::feature_not_supported,
                  "a sink with exactly_once = 'true' cannot be replaced; drop and create it");
  return old;
}

void go_on_without_snapshot(SinkDefinition& sink) {
  std::erase_if(sink.options, [](const auto& option) { return option.first == "snapshot"; });
  sink.options.emplace_back("snapshot", "false");
}

SqlResult<Unit> refuse_loop(const Catalog& catalog, const SinkDefinition& sink,
                            const std::vector<RelationId>& reads) {
  const std::set<RelationId> behind = sources_behind(catalog, sink.options);
  const std::set<RelationId> reached = downstream(catalog, behind);
  for (const RelationId read : reads)
    if (reached.contains(read))
      return refuse(sqlstate::invalid_parameter_value,
                    "sink \"" + sink.name + "\" would feed itself: source \"" +
                        catalog.find(*behind.begin())->relation->name +
                        "\" reads the stream that it writes to, and \"" +
                        catalog.find(read)->relation->name + "\" follows that source");
  return Unit{};
}

SqlResult<SinkDefinition> sink_definition(const sql::CreateSink& create, const query::Plan& plan,
                                          std::uint32_t id, std::string name, std::string relation,
                                          std::string database) {
  SinkDefinition sink;
  sink.id = id;
  sink.name = std::move(name);
  sink.relation = std::move(relation);
  sink.database = std::move(database);
  sink.append_only = query::is_append_only(plan);
  if (create.columns.size() > plan->columns.size())
    return refuse(sqlstate::syntax_error, "CREATE SINK specifies more column names than columns");
  sink.columns = plan->columns;
  for (std::size_t i = 0; i < create.columns.size(); ++i) sink.columns[i].name = create.columns[i];
  sink.options = create.options;
  if (option(create.options, "connector") == nullptr)
    return refuse(sqlstate::invalid_parameter_value, "missing field 'connector'");
  if (create.format) {
    sink.format = ATTEMPT(format_of(create.format->format, false));
    sink.encode = create.format->encode;
    sink.key_encode = create.format->key_encode;
    sink.format_options = create.format->options;
  } else {
    const std::string* type = option(create.options, "type");
    const std::string& connector = *option(create.options, "connector");
    const bool formless = connector == "blackhole" || connector == "timestream";
    if (type == nullptr && !formless)
      return refuse(sqlstate::invalid_parameter_value, "missing FORMAT ... ENCODE ...");
    sink.legacy_format = true;
    sink.format = type == nullptr ? SinkFormat::upsert : ATTEMPT(format_of(*type, true));
    for (const auto& entry : create.options)
      if (entry.first == "force_append_only") sink.format_options.push_back(entry);
    std::erase_if(sink.options, [](const auto& entry) {
      return entry.first == "type" || entry.first == "force_append_only";
    });
  }
  const auto derived = query::derived_key(plan);
  sink.has_stream_key = derived.has_value();
  if (const std::string* key = option(create.options, "primary_key")) {
    sink.key = ATTEMPT(key_columns(*key, sink.columns));
    sink.key_is_explicit = true;
  } else if (derived) {
    sink.key = *derived;
  }
  return sink;
}

}  // namespace levada::streaming
