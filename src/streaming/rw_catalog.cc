// rw_catalog, as RisingWave's users know it, and levada.*: how sinks and sources are.

#include <algorithm>
#include <charconv>

#include "streaming/shown_text.h"
#include "streaming/system_table.h"

namespace levada::streaming {

namespace {

using query::Datum;

template <RelationKind kind>
void fill_rw(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    if (object.relation->kind != kind) return;
    rows.add({{"id", Datum::of(oid_of(*object.relation))},
              {"name", Datum::of(object.relation->name)},
              {"schema_id", Datum::of(schema_oid(view, object.relation->schema))},
              {"owner", Datum::of(user_oid(view, object.owner))},
              {"definition", Datum::of(shown_text(object))}});
  });
}
void fill_rw_relations(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    rows.add({{"id", Datum::of(oid_of(*object.relation))},
              {"name", Datum::of(object.relation->name)},
              {"relation_type", Datum::of(name_of(object.relation->kind))},
              {"schema_id", Datum::of(schema_oid(view, object.relation->schema))},
              {"owner", Datum::of(user_oid(view, object.owner))},
              {"definition", Datum::of(shown_text(object))}});
  });
}
void fill_rw_columns(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    std::int64_t number = 0;
    for (const query::RelationColumn& column : object.relation->columns)
      rows.add({{"relation_id", Datum::of(oid_of(*object.relation))},
                {"name", Datum::of(column.name)},
                {"position", Datum::of(++number)},
                {"is_hidden", Datum::of(column.hidden)},
                {"data_type", Datum::of(column.type.name())}});
  });
}
void fill_rw_depend(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    for (const RelationId read : object.reads)
      if (const Object* from = view.catalog().find(read); from != nullptr && !from->is_hidden())
        rows.add({{"objid", Datum::of(oid_of(*object.relation))},
                  {"refobjid", Datum::of(static_cast<std::int64_t>(read.value()))}});
    for (const RelationId named : object.views)
      rows.add({{"objid", Datum::of(oid_of(*object.relation))},
                {"refobjid", Datum::of(static_cast<std::int64_t>(named.value()))}});
  });
}
void fill_rw_sinks(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    if (object.into != nullptr)
      rows.add({{"id", Datum::of(oid_of(*object.relation))},
                {"name", Datum::of(object.relation->name)},
                {"schema_id", Datum::of(schema_oid(view, object.relation->schema))},
                {"owner", Datum::of(user_oid(view, object.owner))},
                {"connector", Datum::of("table")},
                {"sink_type", Datum::of(object.into->append_only ? "APPEND_ONLY" : "UPSERT")},
                {"definition", Datum::of(shown_text(object))}});
    if (object.sink == nullptr || object.is_subscription()) return;
    const SinkDefinition& sink = object.sink->definition;
    std::string connector;
    for (const auto& [name, value] : sink.options)
      if (name == "connector") connector = value;
    constexpr std::string_view types[] = {"APPEND_ONLY", "UPSERT", "RETRACT"};
    rows.add({{"id", Datum::of(oid_of(*object.relation))},
              {"name", Datum::of(object.relation->name)},
              {"schema_id", Datum::of(schema_oid(view, object.relation->schema))},
              {"owner", Datum::of(user_oid(view, object.owner))},
              {"connector", Datum::of(connector)},
              {"sink_type", Datum::of(types[static_cast<std::size_t>(sink.format)])},
              {"definition", Datum::of(shown_text(object))}});
  });
}

void fill_rw_subscriptions(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    if (!object.is_subscription()) return;
    rows.add({{"id", Datum::of(oid_of(*object.relation))},
              {"name", Datum::of(object.relation->name)},
              {"schema_id", Datum::of(schema_oid(view, object.relation->schema))},
              {"owner", Datum::of(user_oid(view, object.owner))},
              {"definition", Datum::of(shown_text(object))},
              {"retention_seconds", Datum::of(object.sink->retention->count() / 1000)}});
  });
}

Datum option_number(const Database& database, std::string_view name) {
  const auto found = database.options.find(name);
  std::int64_t value = 0;
  if (found == database.options.end() ||
      std::from_chars(found->second.data(), found->second.data() + found->second.size(), value)
              .ec != std::errc())
    return Datum::null();
  return Datum::of(value);
}
void fill_rw_databases(const DatabaseView& view, Rows& rows) {
  for (const auto& [name, database] : view.catalog().databases()) {
    const auto group = database.options.find("resource_group");
    rows.add({{"id", Datum::of(std::int64_t{database.id})},
              {"name", Datum::of(name)},
              {"owner", Datum::of(user_oid(view, database.owner))},
              {"resource_group",
               group == database.options.end() ? Datum::of("default") : Datum::of(group->second)},
              {"barrier_interval_ms", option_number(database, "barrier_interval_ms")},
              {"checkpoint_frequency", option_number(database, "checkpoint_frequency")}});
  }
}
void fill_rw_schemas(const DatabaseView& view, Rows& rows) {
  if (const Database* home = view.catalog().database(view.database()))
    for (const auto& [name, owner] : home->schemas)
      rows.add({{"id", Datum::of(schema_oid(view, name))},
                {"name", Datum::of(name)},
                {"owner", Datum::of(user_oid(view, owner))}});
}
void fill_rw_users(const DatabaseView& view, Rows& rows) {
  for (const auto& [name, user] : view.catalog().privileges().users())
    rows.add({{"id", Datum::of(std::int64_t{user.id})},
              {"name", Datum::of(name)},
              {"is_super", Datum::of(user.superuser)},
              {"create_db", Datum::of(user.create_database)},
              {"create_user", Datum::of(user.create_user)},
              {"can_login", Datum::of(user.login)}});
}

void fill_rw_secrets(const DatabaseView& view, Rows& rows) {
  for (const auto& [key, secret] : view.catalog().secrets())
    if (key.database == view.database())
      rows.add({{"id", Datum::of(std::int64_t{secret.id})},
                {"schema_id", Datum::of(schema_oid(view, key.schema))},
                {"name", Datum::of(key.name)},
                {"owner", Datum::of(user_oid(view, secret.owner))}});
}

Datum moment(UnixMillis time) {
  return time.count() == 0 ? Datum::null() : Datum::of(time.count() * 1000);
}

void fill_sink_status(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    if (object.sink == nullptr || object.is_subscription()) return;
    const SinkFeed& feed = *object.sink;
    SinkStatus status;
    status.state = "starting";
    if (feed.sink != nullptr) status = feed.sink->status();
    const std::uint64_t arrived =
        feed.sink == nullptr ? feed.acknowledged : feed.sink->acknowledged();
    const Outbox::Rest rest = feed.outbox.behind(arrived);
    const std::int64_t now = view.engine().reactor().clock().now().count();
    const std::int64_t lag =
        rest.changes == 0 ? 0 : std::max<std::int64_t>(now - rest.oldest.count(), 0);
    const std::string& error =
        feed.outbox.error().empty() ? status.last_error : feed.outbox.error();
    rows.add({{"sink", Datum::of(object.relation->name)},
              {"state", Datum::of(status.state)},
              {"last_error", Datum::of(error)},
              {"last_error_at", moment(status.last_error_at)},
              {"committed_epoch", number(view.engine().epoch())},
              {"acked_epoch", number(arrived)},
              {"lag_ms", Datum::of(lag)},
              {"outbox_entries", number(rest.changes)},
              {"outbox_disk_bytes", number(feed.outbox.disk_bytes())},
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
void each_reader(const DatabaseView& view, const Visit& visit) {
  for (const auto& [id, object] : view.catalog().objects()) {
    if (object->source == nullptr) continue;
    const Object* source =
        object->is_hidden() ? view.catalog().find(object->source_of) : object.get();
    const Object* reader = object->is_hidden() ? view.catalog().find(object->reader) : object.get();
    if (source != nullptr && reader != nullptr && reader->relation->database == view.database())
      visit(*object, source->relation->name, reader->relation->name);
  }
}

// Why records of a source were left out: the latest of each reader.
void fill_source_errors(const DatabaseView& view, Rows& rows) {
  each_reader(view,
              [&](const Object& object, const std::string& source, const std::string& reader) {
                for (const SourceError& error : object.source->errors)
                  rows.add({{"source", Datum::of(source)},
                            {"at", Datum::of(error.time)},
                            {"error", Datum::of(error.text)},
                            {"reader", Datum::of(reader)}});
              });
}

void fill_source_status(const DatabaseView& view, Rows& rows) {
  each_reader(view, [&](const Object& object, const std::string& source,
                        const std::string& reader) {
    SourceStatus status = view.engine().source_status(object.relation->id);
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

constexpr SystemTable rw_tables[] = {
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
    {"rw_catalog", "rw_subscriptions",
     "id int4, name varchar, schema_id int4, owner int4, definition varchar, retention_seconds "
     "int8",
     fill_rw_subscriptions},
    {"rw_catalog", "rw_relations",
     "id int4, name varchar, relation_type varchar, schema_id int4, owner int4, definition varchar",
     fill_rw_relations},
    {"rw_catalog", "rw_columns",
     "relation_id int4, name varchar, position int4, is_hidden boolean, data_type varchar",
     fill_rw_columns},
    {"rw_catalog", "rw_depend", "objid int4, refobjid int4", fill_rw_depend},
    {"rw_catalog", "rw_databases",
     "id int4, name varchar, owner int4, resource_group varchar, barrier_interval_ms int4, "
     "checkpoint_frequency int8",
     fill_rw_databases},
    {"rw_catalog", "rw_schemas", "id int4, name varchar, owner int4", fill_rw_schemas},
    {"rw_catalog", "rw_users",
     "id int4, name varchar, is_super boolean, create_db boolean, create_user boolean, can_login "
     "boolean",
     fill_rw_users},
    {"rw_catalog", "rw_secrets", "id int4, schema_id int4, name varchar, owner int4",
     fill_rw_secrets},
    {"rw_catalog", "rw_ddl_progress", "ddl_id int8, ddl_statement varchar, progress varchar"},
    {"rw_catalog", "rw_event_logs",
     "unique_id varchar, timestamp timestamptz, event_type varchar, info jsonb"},
    {"levada", "sink_status",
     "sink varchar, state varchar, last_error varchar, last_error_at timestamptz, "
     "committed_epoch int8, acked_epoch int8, lag_ms int8, outbox_entries int8, "
     "outbox_disk_bytes int8, "
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

std::span<const SystemTable> rw_catalog_tables() { return rw_tables; }

}  // namespace levada::streaming
