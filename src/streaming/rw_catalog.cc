// rw_catalog, as RisingWave's users know it, and levada.*: how sinks and sources are.

#include <algorithm>

#include "streaming/shown_text.h"
#include "streaming/system_table.h"

namespace levada::streaming {

namespace {

using query::Datum;

template <RelationKind kind>
void fill_rw(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    if (object.relation->kind != kind) return;
    rows.add({{"id", Datum::of(oid_of(*object.relation))},
              {"name", Datum::of(object.relation->name)},
              {"schema_id", Datum::of(schema_oid(engine, object.relation->schema))},
              {"owner", Datum::of(root_oid)},
              {"definition", Datum::of(shown_text(object))}});
  });
}
void fill_rw_relations(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    rows.add({{"id", Datum::of(oid_of(*object.relation))},
              {"name", Datum::of(object.relation->name)},
              {"relation_type", Datum::of(name_of(object.relation->kind))},
              {"schema_id", Datum::of(schema_oid(engine, object.relation->schema))},
              {"owner", Datum::of(root_oid)},
              {"definition", Datum::of(shown_text(object))}});
  });
}
void fill_rw_columns(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    std::int64_t number = 0;
    for (const query::RelationColumn& column : object.relation->columns)
      rows.add({{"relation_id", Datum::of(oid_of(*object.relation))},
                {"name", Datum::of(column.name)},
                {"position", Datum::of(++number)},
                {"is_hidden", Datum::of(column.hidden)},
                {"data_type", Datum::of(column.type.name())}});
  });
}
void fill_rw_depend(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    for (const RelationId read : object.reads)
      if (const Object* from = engine.catalog().find(read); from != nullptr && !from->is_hidden())
        rows.add({{"objid", Datum::of(oid_of(*object.relation))},
                  {"refobjid", Datum::of(static_cast<std::int64_t>(read.value()))}});
  });
}
void fill_rw_sinks(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    if (object.into != nullptr)
      rows.add({{"id", Datum::of(oid_of(*object.relation))},
                {"name", Datum::of(object.relation->name)},
                {"schema_id", Datum::of(schema_oid(engine, object.relation->schema))},
                {"owner", Datum::of(root_oid)},
                {"connector", Datum::of("table")},
                {"sink_type", Datum::of(object.into->append_only ? "APPEND_ONLY" : "UPSERT")},
                {"definition", Datum::of(shown_text(object))}});
    if (object.sink == nullptr) return;
    const SinkDefinition& sink = object.sink->definition;
    std::string connector;
    for (const auto& [name, value] : sink.options)
      if (name == "connector") connector = value;
    constexpr std::string_view types[] = {"APPEND_ONLY", "UPSERT", "RETRACT"};
    rows.add({{"id", Datum::of(oid_of(*object.relation))},
              {"name", Datum::of(object.relation->name)},
              {"schema_id", Datum::of(schema_oid(engine, object.relation->schema))},
              {"owner", Datum::of(root_oid)},
              {"connector", Datum::of(connector)},
              {"sink_type", Datum::of(types[static_cast<std::size_t>(sink.format)])},
              {"definition", Datum::of(shown_text(object))}});
  });
}

Datum moment(UnixMillis time) {
  return time.count() == 0 ? Datum::null() : Datum::of(time.count() * 1000);
}

void fill_sink_status(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    if (object.sink == nullptr) return;
    const SinkFeed& feed = *object.sink;
    SinkStatus status;
    status.state = "starting";
    if (feed.sink != nullptr) status = feed.sink->status();
    const std::uint64_t arrived =
        feed.sink == nullptr ? feed.acknowledged : feed.sink->acknowledged();
    std::int64_t entries = 0, lag = 0;
    for (const auto& epoch : feed.outbox) {
      if (epoch->epoch <= arrived) continue;
      if (entries == 0)
        lag =
            std::max<std::int64_t>(engine.reactor().clock().now().count() - epoch->time.count(), 0);
      entries += static_cast<std::int64_t>(epoch->changes.size());
    }
    rows.add({{"sink", Datum::of(object.relation->name)},
              {"state", Datum::of(status.state)},
              {"last_error", Datum::of(status.last_error)},
              {"last_error_at", moment(status.last_error_at)},
              {"committed_epoch", number(engine.epoch())},
              {"acked_epoch", number(arrived)},
              {"lag_ms", Datum::of(lag)},
              {"outbox_entries", Datum::of(entries)},
              {"sent_records", number(status.sent_records)},
              {"sent_bytes", number(status.sent_bytes)},
              {"calls", number(status.calls)},
              {"entry_failures", number(status.entry_failures)},
              {"throttled_calls", number(status.throttled_calls)},
              {"resent_records", number(status.resent_records)},
              {"duplicates_avoided", number(status.duplicates_avoided)}});
  });
}

// A stream is read by each view or sink that is made from it, a table's by the table itself.
template <class Visit>
void each_reader(Engine& engine, const Visit& visit) {
  for (const auto& [id, object] : engine.catalog().objects()) {
    if (object->source == nullptr) continue;
    const Object* source =
        object->is_hidden() ? engine.catalog().find(object->source_of) : object.get();
    const Object* reader =
        object->is_hidden() ? engine.catalog().find(object->reader) : object.get();
    if (source != nullptr && reader != nullptr)
      visit(*object, source->relation->name, reader->relation->name);
  }
}

// Why records of a source were left out: the latest of each reader.
void fill_source_errors(Engine& engine, Rows& rows) {
  each_reader(engine,
              [&](const Object& object, const std::string& source, const std::string& reader) {
                for (const SourceError& error : object.source->errors)
                  rows.add({{"source", Datum::of(source)},
                            {"at", Datum::of(error.time)},
                            {"error", Datum::of(error.text)},
                            {"reader", Datum::of(reader)}});
              });
}

void fill_source_status(Engine& engine, Rows& rows) {
  each_reader(engine, [&](const Object& object, const std::string& source,
                          const std::string& reader) {
    SourceStatus status = engine.source_status(object.relation->id);
    if (object.rows == nullptr && !object.is_hidden()) status.state = "read by its views and sinks";
    rows.add(
        {{"source", Datum::of(source)},
         {"state", Datum::of(status.state)},
         {"last_error", Datum::of(status.last_error)},
         {"rows", Datum::of(static_cast<std::int64_t>(object.source->rows))},
         {"skipped_rows", Datum::of(static_cast<std::int64_t>(object.source->skipped_rows))},
         {"behind_ms", status.behind_millis < 0 ? Datum::null() : Datum::of(status.behind_millis)},
         {"splits", Datum::of(static_cast<std::int64_t>(object.source->positions.size()))},
         {"reader", Datum::of(reader)}});
  });
}

constexpr std::string_view object_columns =
    "id int4, name varchar, schema_id int4, owner int4, definition varchar";

constexpr SystemTable tables[] = {
    {"rw_catalog", "rw_tables", object_columns, fill_rw<RelationKind::table>},
    {"rw_catalog", "rw_sources", object_columns, fill_rw<RelationKind::source>},
    {"rw_catalog", "rw_views", object_columns, fill_rw<RelationKind::view>},
    {"rw_catalog", "rw_materialized_views", object_columns,
     fill_rw<RelationKind::materialized_view>},
    {"rw_catalog", "rw_indexes", object_columns, fill_rw<RelationKind::index>},
    {"rw_catalog", "rw_sinks",
     "id int4, name varchar, schema_id int4, owner int4, connector varchar, sink_type varchar, "
     "definition varchar",
     fill_rw_sinks},
    {"rw_catalog", "rw_relations",
     "id int4, name varchar, relation_type varchar, schema_id int4, owner int4, definition varchar",
     fill_rw_relations},
    {"rw_catalog", "rw_columns",
     "relation_id int4, name varchar, position int4, is_hidden boolean, data_type varchar",
     fill_rw_columns},
    {"rw_catalog", "rw_depend", "objid int4, refobjid int4", fill_rw_depend},
    {"rw_catalog", "rw_ddl_progress", "ddl_id int8, ddl_statement varchar, progress varchar"},
    {"rw_catalog", "rw_event_logs",
     "unique_id varchar, timestamp timestamptz, event_type varchar, info jsonb"},
    {"levada", "sink_status",
     "sink varchar, state varchar, last_error varchar, last_error_at timestamptz, "
     "committed_epoch int8, acked_epoch int8, lag_ms int8, outbox_entries int8, "
     "sent_records int8, sent_bytes int8, calls int8, entry_failures int8, throttled_calls int8, "
     "resent_records int8, duplicates_avoided int8",
     fill_sink_status},
    {"levada", "source_status",
     "source varchar, state varchar, last_error varchar, rows int8, skipped_rows int8, "
     "behind_ms int8, splits int8, reader varchar",
     fill_source_status},
    {"levada", "source_errors", "source varchar, at timestamptz, error varchar, reader varchar",
     fill_source_errors},
};

}  // namespace

std::span<const SystemTable> rw_catalog_tables() { return tables; }

}  // namespace levada::streaming
