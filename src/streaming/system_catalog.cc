#include "streaming/system_catalog.h"

#include <algorithm>

#include "query/functions.h"

namespace levada::streaming {

namespace {

using query::Datum;
using query::Delta;
using query::Row;
using query::Type;
using query::TypeKind;

constexpr std::uint32_t first_system_id = 12'000;  // where PostgreSQL's own relations end

// What PostgreSQL gives its namespaces.
constexpr std::int64_t pg_catalog_oid = 11, public_oid = 2200, information_schema_oid = 13000;
constexpr std::int64_t root_oid = 10, database_oid = 1, btree_oid = 403, heap_oid = 2;

class Rows {
 public:
  void add(std::initializer_list<Datum> data) { delta_.push_back({Row::of(data), 1}); }
  Delta take() { return std::move(delta_); }

 private:
  Delta delta_;
};

using Fill = void (*)(Engine&, Rows&);

struct SystemTable {
  std::string_view schema, name;
  std::string_view columns;  // "name type, name type"
  Fill fill = nullptr;       // none: no rows
};

std::int64_t schema_oid(const Engine& engine, std::string_view schema) {
  if (schema == "public") return public_oid;
  if (schema == "pg_catalog") return pg_catalog_oid;
  if (schema == "information_schema") return information_schema_oid;
  std::int64_t oid = 16'384;
  for (const std::string& one : const_cast<Engine&>(engine).catalog().schemas()) {
    ++oid;
    if (one == schema) return oid;
  }
  return 0;
}

std::string_view relkind(RelationKind kind) {
  switch (kind) {
    case RelationKind::table:
      return "r";
    case RelationKind::source:
      return "x";
    case RelationKind::view:
      return "v";
    case RelationKind::materialized_view:
      return "m";
    case RelationKind::index:
      return "i";
    case RelationKind::sink:
      return "s";
    case RelationKind::system:
      return "v";
  }
  return "r";
}

template <class Visit>
void each_object(Engine& engine, const Visit& visit) {
  for (const auto& [id, object] : engine.catalog().objects()) visit(*object);
}

std::size_t visible_columns(const Relation& relation) {
  return static_cast<std::size_t>(std::count_if(relation.columns.begin(), relation.columns.end(),
                                                [](const auto& column) { return !column.hidden; }));
}

std::int64_t oid_of(const Relation& relation) { return relation.id.value(); }

void fill_namespace(Engine& engine, Rows& rows) {
  const auto add = [&](std::string_view name) {
    rows.add(
        {Datum::of(schema_oid(engine, name)), Datum::of(name), Datum::of(root_oid), Datum::null()});
  };
  for (const std::string& schema : engine.catalog().schemas()) add(schema);
  add("pg_catalog");
  add("information_schema");
}

void fill_class(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    const Relation& relation = *object.relation;
    bool has_index = relation.kind == RelationKind::table && !relation.columns.back().hidden;
    each_object(engine, [&](const Object& other) {
      has_index = has_index ||
                  (other.relation->kind == RelationKind::index && other.indexed == relation.id);
    });
    const bool index = relation.kind == RelationKind::index;
    rows.add({Datum::of(oid_of(relation)),
              Datum::of(relation.name),
              Datum::of(schema_oid(engine, relation.schema)),
              Datum::of(0),
              Datum::of(0),
              Datum::of(root_oid),
              Datum::of(index ? btree_oid : heap_oid),
              Datum::of(0),
              Datum::of(0),
              Datum::of(-1.0),
              Datum::of(0),
              Datum::of(has_index),
              Datum::of(false),
              Datum::of("p"),
              Datum::of(relkind(relation.kind)),
              Datum::of(static_cast<std::int64_t>(visible_columns(relation))),
              Datum::of(0),
              Datum::of(false),
              Datum::of(false),
              Datum::of(false),
              Datum::of(false),
              Datum::of(false),
              Datum::of("d"),
              Datum::of(false),
              Datum::null(),
              Datum::null()});
  });
}

void fill_attribute(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    std::int64_t number = 0;
    for (const query::RelationColumn& column : object.relation->columns) {
      if (column.hidden) continue;
      rows.add({Datum::of(oid_of(*object.relation)), Datum::of(column.name),
                Datum::of(std::int64_t{column.type.oid()}),
                Datum::of(std::int64_t{column.type.length()}), Datum::of(++number), Datum::of(-1),
                Datum::of(column.not_null), Datum::of(column.default_value != nullptr),
                Datum::of(""), Datum::of(column.generated != nullptr ? "s" : ""), Datum::of(false),
                Datum::of(0), Datum::of(-1), Datum::of("p"), Datum::of(true), Datum::of(0)});
    }
  });
}

void fill_type(Engine&, Rows& rows) {
  const auto add = [&](const Type& type, std::string_view name, std::string_view kind,
                       std::int64_t element, std::int64_t list, std::string_view category) {
    rows.add({Datum::of(std::int64_t{type.oid()}), Datum::of(name), Datum::of(pg_catalog_oid),
              Datum::of(root_oid), Datum::of(std::int64_t{type.length()}), Datum::of(kind),
              Datum::of(0), Datum::of(element), Datum::of(list), Datum::of(category), Datum::of(0),
              Datum::of(","), Datum::of(false), Datum::of(0), Datum::of(-1), Datum::null(),
              Datum::of(true), Datum::of(element != 0 ? "array_in" : name), Datum::of("p")});
  };
  struct Named {
    TypeKind kind;
    std::string_view name, category;
  };
  constexpr Named kinds[] = {
      {TypeKind::boolean, "bool", "B"},        {TypeKind::bytea, "bytea", "U"},
      {TypeKind::int8, "int8", "N"},           {TypeKind::int2, "int2", "N"},
      {TypeKind::int4, "int4", "N"},           {TypeKind::float4, "float4", "N"},
      {TypeKind::float8, "float8", "N"},       {TypeKind::varchar, "varchar", "S"},
      {TypeKind::date, "date", "D"},           {TypeKind::time, "time", "D"},
      {TypeKind::timestamp, "timestamp", "D"}, {TypeKind::timestamptz, "timestamptz", "D"},
      {TypeKind::interval, "interval", "T"},   {TypeKind::numeric, "numeric", "N"},
      {TypeKind::jsonb, "jsonb", "U"},
  };
  for (const Named& one : kinds) {
    const Type list = Type::list(one.kind);
    add(one.kind, one.name, "b", 0, list.oid(), one.category);
    add(list, "_" + std::string(one.name), "b", Type(one.kind).oid(), 0, "A");
  }
  rows.add({Datum::of(25), Datum::of("text"), Datum::of(pg_catalog_oid), Datum::of(root_oid),
            Datum::of(-1), Datum::of("b"), Datum::of(0), Datum::of(0), Datum::of(1009),
            Datum::of("S"), Datum::of(0), Datum::of(","), Datum::of(false), Datum::of(0),
            Datum::of(-1), Datum::null(), Datum::of(true), Datum::of("textin"), Datum::of("p")});
}

void fill_index(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    if (object.relation->kind != RelationKind::index) return;
    rows.add({Datum::of(oid_of(*object.relation)),
              Datum::of(static_cast<std::int64_t>(object.indexed.value())), Datum::of(1),
              Datum::of(1), Datum::of(false), Datum::of(false), Datum::of(false), Datum::of(true),
              Datum::of(true), Datum::of(false), Datum::of(std::span<const Datum>()), Datum::null(),
              Datum::null(), Datum::of(false), Datum::of(true)});
  });
}

void fill_am(Engine&, Rows& rows) {
  rows.add({Datum::of(heap_oid), Datum::of("heap"), Datum::of("t")});
  rows.add({Datum::of(btree_oid), Datum::of("btree"), Datum::of("i")});
}

void fill_database(Engine& engine, Rows& rows) {
  rows.add({Datum::of(database_oid), Datum::of(engine.options().database), Datum::of(root_oid),
            Datum::of(6), Datum::of("C.UTF-8"), Datum::of("C.UTF-8"), Datum::of(false),
            Datum::of(true), Datum::of(-1), Datum::null()});
}

void fill_roles(Engine&, Rows& rows) {
  rows.add({Datum::of(root_oid), Datum::of("root"), Datum::of(true), Datum::of(true),
            Datum::of(true), Datum::of(true), Datum::of(true), Datum::of(false), Datum::of(false),
            Datum::of(-1), Datum::null(), Datum::of("********")});
}
void fill_user(Engine&, Rows& rows) {
  rows.add({Datum::of(root_oid), Datum::of("root"), Datum::of(true), Datum::of(true)});
}

void fill_tables(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    if (object.relation->kind == RelationKind::table)
      rows.add({Datum::of(object.relation->schema), Datum::of(object.relation->name),
                Datum::of(object.owner), Datum::null()});
  });
}
template <RelationKind kind>
void fill_views(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    if (object.relation->kind == kind)
      rows.add({Datum::of(object.relation->schema), Datum::of(object.relation->name),
                Datum::of(object.owner), Datum::of(object.relation->definition)});
  });
}
void fill_indexes(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    if (object.relation->kind != RelationKind::index) return;
    const Object* table = engine.catalog().find(object.indexed);
    rows.add({Datum::of(object.relation->schema),
              Datum::of(table == nullptr ? std::string_view() : table->relation->name),
              Datum::of(object.relation->name), Datum::null(), Datum::of(object.text)});
  });
}

void fill_information_tables(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    const RelationKind kind = object.relation->kind;
    if (kind == RelationKind::index || kind == RelationKind::sink) return;
    const std::string_view type = kind == RelationKind::table               ? "BASE TABLE"
                                  : kind == RelationKind::materialized_view ? "MATERIALIZED VIEW"
                                  : kind == RelationKind::source            ? "SOURCE"
                                                                            : "VIEW";
    rows.add({Datum::of(engine.options().database), Datum::of(object.relation->schema),
              Datum::of(object.relation->name), Datum::of(type),
              Datum::of(kind == RelationKind::table ? "YES" : "NO")});
  });
}
void fill_information_columns(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    if (object.relation->kind == RelationKind::index) return;
    std::int64_t number = 0;
    for (const query::RelationColumn& column : object.relation->columns) {
      if (column.hidden) continue;
      const std::string type = column.type.name();
      rows.add({Datum::of(engine.options().database), Datum::of(object.relation->schema),
                Datum::of(object.relation->name), Datum::of(column.name), Datum::of(++number),
                Datum::null(), Datum::of(column.not_null ? "NO" : "YES"), Datum::of(type),
                Datum::null(), Datum::null(), Datum::of(type)});
    }
  });
}
void fill_schemata(Engine& engine, Rows& rows) {
  for (const std::string& schema : engine.catalog().schemas())
    rows.add({Datum::of(engine.options().database), Datum::of(schema), Datum::of("root")});
}

template <RelationKind kind>
void fill_rw(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    if (object.relation->kind != kind) return;
    rows.add({Datum::of(oid_of(*object.relation)), Datum::of(object.relation->name),
              Datum::of(schema_oid(engine, object.relation->schema)), Datum::of(root_oid),
              Datum::of(object.text)});
  });
}
void fill_rw_relations(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    rows.add({Datum::of(oid_of(*object.relation)), Datum::of(object.relation->name),
              Datum::of(name_of(object.relation->kind)),
              Datum::of(schema_oid(engine, object.relation->schema)), Datum::of(root_oid),
              Datum::of(object.text)});
  });
}
void fill_rw_columns(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    std::int64_t number = 0;
    for (const query::RelationColumn& column : object.relation->columns)
      rows.add({Datum::of(oid_of(*object.relation)), Datum::of(column.name), Datum::of(++number),
                Datum::of(column.hidden), Datum::of(column.type.name())});
  });
}
void fill_rw_depend(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    for (const RelationId read : object.reads)
      rows.add({Datum::of(oid_of(*object.relation)),
                Datum::of(static_cast<std::int64_t>(read.value()))});
  });
}
void fill_rw_sinks(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    if (object.sink == nullptr) return;
    const SinkDefinition& sink = object.sink->definition;
    std::string connector;
    for (const auto& [name, value] : sink.options)
      if (name == "connector") connector = value;
    constexpr std::string_view types[] = {"APPEND_ONLY", "UPSERT", "RETRACT"};
    rows.add({Datum::of(oid_of(*object.relation)), Datum::of(object.relation->name),
              Datum::of(schema_oid(engine, object.relation->schema)), Datum::of(root_oid),
              Datum::of(connector), Datum::of(types[static_cast<std::size_t>(sink.format)]),
              Datum::of(object.text)});
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
    const auto number = [](std::uint64_t value) {
      return Datum::of(static_cast<std::int64_t>(value));
    };
    rows.add({Datum::of(object.relation->name), Datum::of(status.state),
              Datum::of(status.last_error), moment(status.last_error_at), number(engine.epoch()),
              number(arrived), Datum::of(lag), Datum::of(entries), number(status.sent_records),
              number(status.sent_bytes), number(status.calls), number(status.entry_failures),
              number(status.throttled_calls), number(status.resent_records),
              number(status.duplicates_avoided)});
  });
}

void fill_source_status(Engine& engine, Rows& rows) {
  each_object(engine, [&](const Object& object) {
    if (object.source == nullptr) return;
    const SourceStatus status = engine.source_status(object.relation->id);
    rows.add({Datum::of(object.relation->name), Datum::of(status.state),
              Datum::of(status.last_error),
              Datum::of(static_cast<std::int64_t>(object.source->rows)),
              Datum::of(static_cast<std::int64_t>(object.source->skipped_rows)),
              status.behind_millis < 0 ? Datum::null() : Datum::of(status.behind_millis),
              Datum::of(static_cast<std::int64_t>(object.source->positions.size()))});
  });
}

constexpr std::string_view object_columns =
    "id int4, name varchar, schema_id int4, owner int4, definition varchar";

constexpr SystemTable tables[] = {
    {"pg_catalog", "pg_namespace", "oid int4, nspname varchar, nspowner int4, nspacl _varchar",
     fill_namespace},
    {"pg_catalog", "pg_class",
     "oid int4, relname varchar, relnamespace int4, reltype int4, reloftype int4, relowner int4, "
     "relam int4, relfilenode int4, reltablespace int4, reltuples float8, reltoastrelid int4, "
     "relhasindex boolean, relisshared boolean, relpersistence varchar, relkind varchar, "
     "relnatts int2, relchecks int2, relhasrules boolean, relhastriggers boolean, "
     "relrowsecurity boolean, relforcerowsecurity boolean, relispopulated boolean, "
     "relreplident varchar, relispartition boolean, reloptions _varchar, relacl _varchar",
     fill_class},
    {"pg_catalog", "pg_attribute",
     "attrelid int4, attname varchar, atttypid int4, attlen int2, attnum int2, atttypmod int4, "
     "attnotnull boolean, atthasdef boolean, attidentity varchar, attgenerated varchar, "
     "attisdropped boolean, attcollation int4, attstattarget int4, attstorage varchar, "
     "attislocal boolean, attndims int4",
     fill_attribute},
    {"pg_catalog", "pg_type",
     "oid int4, typname varchar, typnamespace int4, typowner int4, typlen int2, typtype varchar, "
     "typrelid int4, typelem int4, typarray int4, typcategory varchar, typcollation int4, "
     "typdelim varchar, typnotnull boolean, typbasetype int4, typtypmod int4, typdefault varchar, "
     "typisdefined boolean, typinput varchar, typstorage varchar",
     fill_type},
    {"pg_catalog", "pg_index",
     "indexrelid int4, indrelid int4, indnatts int2, indnkeyatts int2, indisunique boolean, "
     "indisprimary boolean, indisexclusion boolean, indisvalid boolean, indisready boolean, "
     "indisclustered boolean, indkey _int2, indexprs varchar, indpred varchar, "
     "indisreplident boolean, indimmediate boolean",
     fill_index},
    {"pg_catalog", "pg_am", "oid int4, amname varchar, amtype varchar", fill_am},
    {"pg_catalog", "pg_attrdef", "oid int4, adrelid int4, adnum int2, adbin varchar"},
    {"pg_catalog", "pg_constraint",
     "oid int4, conname varchar, connamespace int4, contype varchar, condeferrable boolean, "
     "condeferred boolean, convalidated boolean, conrelid int4, contypid int4, conindid int4, "
     "conparentid int4, confrelid int4, confupdtype varchar, confdeltype varchar, conkey _int2, "
     "confkey _int2, conbin varchar"},
    {"pg_catalog", "pg_collation",
     "oid int4, collname varchar, collnamespace int4, collowner int4, collprovider varchar, "
     "collencoding int4, collcollate varchar, collctype varchar"},
    {"pg_catalog", "pg_description",
     "objoid int4, classoid int4, objsubid int4, description varchar"},
    {"pg_catalog", "pg_shdescription", "objoid int4, classoid int4, description varchar"},
    {"pg_catalog", "pg_database",
     "oid int4, datname varchar, datdba int4, encoding int4, datcollate varchar, datctype varchar, "
     "datistemplate boolean, datallowconn boolean, datconnlimit int4, datacl _varchar",
     fill_database},
    {"pg_catalog", "pg_roles",
     "oid int4, rolname varchar, rolsuper boolean, rolinherit boolean, rolcreaterole boolean, "
     "rolcreatedb boolean, rolcanlogin boolean, rolreplication boolean, rolbypassrls boolean, "
     "rolconnlimit int4, rolvaliduntil timestamptz, rolpassword varchar",
     fill_roles},
    {"pg_catalog", "pg_user",
     "usesysid int4, usename varchar, usecreatedb boolean, usesuper boolean", fill_user},
    {"pg_catalog", "pg_auth_members",
     "roleid int4, member int4, grantor int4, admin_option boolean"},
    {"pg_catalog", "pg_tables",
     "schemaname varchar, tablename varchar, tableowner varchar, tablespace varchar", fill_tables},
    {"pg_catalog", "pg_views",
     "schemaname varchar, viewname varchar, viewowner varchar, definition varchar",
     fill_views<RelationKind::view>},
    {"pg_catalog", "pg_matviews",
     "schemaname varchar, matviewname varchar, matviewowner varchar, definition varchar",
     fill_views<RelationKind::materialized_view>},
    {"pg_catalog", "pg_indexes",
     "schemaname varchar, tablename varchar, indexname varchar, tablespace varchar, indexdef "
     "varchar",
     fill_indexes},
    {"pg_catalog", "pg_settings", "name varchar, setting varchar, short_desc varchar"},
    {"pg_catalog", "pg_proc",
     "oid int4, proname varchar, pronamespace int4, proowner int4, prokind varchar, "
     "prorettype int4, proargtypes _int4, prolang int4, proisagg boolean, proretset boolean"},
    {"pg_catalog", "pg_language", "oid int4, lanname varchar"},
    {"pg_catalog", "pg_enum", "oid int4, enumtypid int4, enumsortorder float4, enumlabel varchar"},
    {"pg_catalog", "pg_inherits",
     "inhrelid int4, inhparent int4, inhseqno int4, inhdetachpending boolean"},
    {"pg_catalog", "pg_policy",
     "oid int4, polname varchar, polrelid int4, polcmd varchar, polpermissive boolean, "
     "polroles _int4, polqual varchar, polwithcheck varchar"},
    {"pg_catalog", "pg_statistic_ext",
     "oid int4, stxrelid int4, stxname varchar, stxnamespace int4, stxowner int4, "
     "stxstattarget int4, stxkeys _int2, stxkind _varchar"},
    {"pg_catalog", "pg_publication", "oid int4, pubname varchar, puballtables boolean"},
    {"pg_catalog", "pg_publication_rel", "oid int4, prpubid int4, prrelid int4"},
    {"pg_catalog", "pg_publication_namespace", "oid int4, pnpubid int4, pnnspid int4"},
    {"pg_catalog", "pg_rewrite",
     "oid int4, rulename varchar, ev_class int4, ev_type varchar, ev_enabled varchar"},
    {"pg_catalog", "pg_trigger",
     "oid int4, tgrelid int4, tgname varchar, tgenabled varchar, tgisinternal boolean, "
     "tgconstraint int4"},
    {"pg_catalog", "pg_sequence", "seqrelid int4, seqtypid int4, seqstart int8, seqincrement int8"},
    {"pg_catalog", "pg_depend",
     "classid int4, objid int4, objsubid int4, refclassid int4, refobjid int4, refobjsubid int4, "
     "deptype varchar"},
    {"pg_catalog", "pg_extension",
     "oid int4, extname varchar, extnamespace int4, extversion varchar"},
    {"pg_catalog", "pg_operator", "oid int4, oprname varchar, oprnamespace int4"},
    {"pg_catalog", "pg_opclass", "oid int4, opcname varchar, opcnamespace int4"},
    {"pg_catalog", "pg_conversion", "oid int4, conname varchar, connamespace int4"},
    {"pg_catalog", "pg_cast", "oid int4, castsource int4, casttarget int4, castcontext varchar"},
    {"pg_catalog", "pg_range", "rngtypid int4, rngsubtype int4"},
    {"pg_catalog", "pg_tablespace", "oid int4, spcname varchar, spcowner int4, spcacl _varchar"},
    {"pg_catalog", "pg_partitioned_table", "partrelid int4, partstrat varchar"},
    {"pg_catalog", "pg_foreign_table", "ftrelid int4, ftserver int4"},
    {"pg_catalog", "pg_foreign_server", "oid int4, srvname varchar"},
    {"pg_catalog", "pg_locks",
     "locktype varchar, database int4, relation int4, pid int4, mode varchar, granted boolean"},
    {"pg_catalog", "pg_stat_activity",
     "datid int4, datname varchar, pid int4, usename varchar, application_name varchar, state "
     "varchar, query varchar"},
    {"information_schema", "tables",
     "table_catalog varchar, table_schema varchar, table_name varchar, table_type varchar, "
     "is_insertable_into varchar",
     fill_information_tables},
    {"information_schema", "columns",
     "table_catalog varchar, table_schema varchar, table_name varchar, column_name varchar, "
     "ordinal_position int4, column_default varchar, is_nullable varchar, data_type varchar, "
     "character_maximum_length int4, numeric_precision int4, udt_name varchar",
     fill_information_columns},
    {"information_schema", "schemata",
     "catalog_name varchar, schema_name varchar, schema_owner varchar", fill_schemata},
    {"information_schema", "views",
     "table_catalog varchar, table_schema varchar, table_name varchar, view_definition varchar"},
    {"information_schema", "table_constraints",
     "constraint_catalog varchar, constraint_schema varchar, constraint_name varchar, "
     "table_schema varchar, table_name varchar, constraint_type varchar"},
    {"information_schema", "key_column_usage",
     "constraint_schema varchar, constraint_name varchar, table_schema varchar, table_name "
     "varchar, "
     "column_name varchar, ordinal_position int4"},
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
     "behind_ms int8, splits int8",
     fill_source_status},
};

std::vector<query::RelationColumn> columns_of(std::string_view text) {
  std::vector<query::RelationColumn> columns;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(", "), text.size());
    const std::string_view one = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 2, text.size()));
    const std::size_t blank = one.find(' ');
    const auto type = query::type_of_name(one.substr(blank + 1));
    CHECK(type.has_value());
    columns.push_back({std::string(one.substr(0, blank)), *type});
  }
  return columns;
}

}  // namespace

void add_system_catalogs(Engine& engine) {
  std::uint32_t id = first_system_id;
  for (const SystemTable& table : tables) {
    auto relation = std::make_shared<Relation>();
    relation->id = RelationId(id++);
    relation->kind = RelationKind::system;
    relation->schema = table.schema;
    relation->name = table.name;
    relation->columns = columns_of(table.columns);
    engine.catalog().add_system(std::move(relation), [&engine, fill = table.fill] {
      Rows rows;
      if (fill != nullptr) fill(engine, rows);
      return rows.take();
    });
  }
}

}  // namespace levada::streaming
