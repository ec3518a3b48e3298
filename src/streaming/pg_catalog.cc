// pg_catalog as PostgreSQL 15 lays it out: what psql, drivers and dashboards ask before all else.

#include "sql/parser.h"
#include "streaming/pg_catalog_relations.h"

namespace levada::streaming {

namespace {

using query::Datum;
using query::Relation;
using query::Type;
using query::TypeKind;

constexpr std::int64_t default_tablespace_oid = 1663;
constexpr std::int64_t array_in_oid = 750;   // PostgreSQL's; clients know lists by it
constexpr std::int64_t no_function_oid = 1;  // of any other type: nobody's

void namespaces(const DatabaseView& view, Rows& rows) {
  const auto add = [&](std::string_view name, std::string_view owner) {
    rows.add({{"oid", Datum::of(schema_oid(view, name))},
              {"nspname", Datum::of(name)},
              {"nspowner", Datum::of(user_oid(view, owner))}});
  };
  if (const Database* home = view.catalog().database(view.database()))
    for (const auto& [schema, owner] : home->schemas) add(schema, owner);
  add("pg_catalog", "root");
  add("information_schema", "root");
}

void keywords(const DatabaseView&, Rows& rows) {
  for (const std::string_view word : sql::reserved_word_list())
    rows.add({{"word", Datum::of(word)},
              {"catcode", Datum::of("R")},
              {"catdesc", Datum::of("reserved")}});
}

struct NamedKind {
  TypeKind kind;
  std::string_view name, category;
};
constexpr NamedKind kinds[] = {
    {TypeKind::boolean, "bool", "B"},        {TypeKind::bytea, "bytea", "U"},
    {TypeKind::int8, "int8", "N"},           {TypeKind::int2, "int2", "N"},
    {TypeKind::int4, "int4", "N"},           {TypeKind::float4, "float4", "N"},
    {TypeKind::float8, "float8", "N"},       {TypeKind::varchar, "varchar", "S"},
    {TypeKind::date, "date", "D"},           {TypeKind::time, "time", "D"},
    {TypeKind::timestamp, "timestamp", "D"}, {TypeKind::timestamptz, "timestamptz", "D"},
    {TypeKind::interval, "interval", "T"},   {TypeKind::numeric, "numeric", "N"},
    {TypeKind::jsonb, "jsonb", "U"},         {TypeKind::map, "map", "U"},
    {TypeKind::vector, "vector", "U"},
};

void types(const DatabaseView&, Rows& rows) {
  const auto add = [&](std::int64_t oid, std::int64_t length, std::string_view name,
                       std::int64_t element, std::int64_t list, std::string_view category) {
    const bool text = category == "S";
    rows.add({{"oid", Datum::of(oid)},
              {"typname", Datum::of(name)},
              {"typnamespace", Datum::of(pg_catalog_oid)},
              {"typowner", Datum::of(root_oid)},
              {"typlen", Datum::of(length)},
              {"typbyval", Datum::of(length > 0)},
              {"typtype", Datum::of("b")},
              {"typcategory", Datum::of(category)},
              {"typispreferred", Datum::of(name == "text" || name == "float8" || name == "bool")},
              {"typisdefined", Datum::of(true)},
              {"typdelim", Datum::of(",")},
              {"typelem", Datum::of(element)},
              {"typarray", Datum::of(list)},
              {"typinput", Datum::of(element == 0 ? no_function_oid : array_in_oid)},
              {"typalign", Datum::of("i")},
              {"typstorage", Datum::of(length > 0 ? "p" : "x")},
              {"typtypmod", Datum::of(-1)},
              {"typcollation", Datum::of(text ? default_collation_oid : 0)}});
  };
  for (const NamedKind& one : kinds) {
    const Type type(one.kind);
    const Type list = Type::list(one.kind);
    add(type.oid(), type.length(), one.name, 0, list.oid(), one.category);
    add(list.oid(), list.length(), "_" + std::string(one.name), type.oid(), 0, "A");
  }
  add(25, -1, "text", 0, 1009, "S");
  add(1042, -1, "bpchar", 0, 1014, "S");
  add(1014, -1, "_bpchar", 1042, 0, "A");
  add(19, 64, "name", 0, 0, "S");  // no column has it; clients ask how long a name may be
}

void access_methods(const DatabaseView&, Rows& rows) {
  rows.add(
      {{"oid", Datum::of(heap_oid)}, {"amname", Datum::of("heap")}, {"amtype", Datum::of("t")}});
  rows.add(
      {{"oid", Datum::of(btree_oid)}, {"amname", Datum::of("btree")}, {"amtype", Datum::of("i")}});
}

void collations(const DatabaseView&, Rows& rows) {
  rows.add({{"oid", Datum::of(default_collation_oid)},
            {"collname", Datum::of("default")},
            {"collnamespace", Datum::of(pg_catalog_oid)},
            {"collowner", Datum::of(root_oid)},
            {"collprovider", Datum::of("d")},
            {"collisdeterministic", Datum::of(true)},
            {"collencoding", Datum::of(-1)}});
}

void databases(const DatabaseView& view, Rows& rows) {
  for (const auto& [name, database] : view.catalog().databases())
    rows.add({{"oid", Datum::of(std::int64_t{database.id})},
              {"datname", Datum::of(name)},
              {"datdba", Datum::of(user_oid(view, database.owner))},
              {"encoding", Datum::of(6)},  // UTF8
              {"datlocprovider", Datum::of("c")},
              {"datallowconn", Datum::of(true)},
              {"datconnlimit", Datum::of(-1)},
              {"dattablespace", Datum::of(default_tablespace_oid)},
              {"datcollate", Datum::of("C.UTF-8")},
              {"datctype", Datum::of("C.UTF-8")}});
}

void descriptions(const DatabaseView& view, Rows& rows) {
  constexpr std::int64_t pg_class_oid = 1259;
  each_object(view, [&](const Object& object) {
    for (const auto& [number, text] : object.comments)
      rows.add({{"objoid", Datum::of(oid_of(*object.relation))},
                {"classoid", Datum::of(pg_class_oid)},
                {"objsubid", Datum::of(static_cast<std::int64_t>(number))},
                {"description", Datum::of(text)}});
  });
}

void tablespaces(const DatabaseView&, Rows& rows) {
  rows.add({{"oid", Datum::of(default_tablespace_oid)},
            {"spcname", Datum::of("pg_default")},
            {"spcowner", Datum::of(root_oid)}});
}

void roles(const DatabaseView& view, Rows& rows) {
  for (const auto& [name, user] : view.catalog().privileges().users())
    rows.add({{"oid", Datum::of(std::int64_t{user.id})},
              {"rolname", Datum::of(name)},
              {"rolsuper", Datum::of(user.superuser)},
              {"rolinherit", Datum::of(true)},
              {"rolcreaterole", Datum::of(user.create_user)},
              {"rolcreatedb", Datum::of(user.create_database)},
              {"rolcanlogin", Datum::of(user.login)},
              {"rolconnlimit", Datum::of(-1)},
              {"rolpassword", Datum::of("********")}});
}

void users(const DatabaseView& view, Rows& rows) {
  for (const auto& [name, user] : view.catalog().privileges().users())
    rows.add({{"usesysid", Datum::of(std::int64_t{user.id})},
              {"usename", Datum::of(name)},
              {"usecreatedb", Datum::of(user.create_database)},
              {"usesuper", Datum::of(user.superuser)},
              {"passwd", Datum::of("********")}});
}

void languages(const DatabaseView&, Rows& rows) {
  rows.add({{"oid", Datum::of(14)},
            {"lanname", Datum::of("sql")},
            {"lanowner", Datum::of(root_oid)},
            {"lanpltrusted", Datum::of(true)}});
}

void tables(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    if (object.relation->kind != RelationKind::table) return;
    rows.add({{"schemaname", Datum::of(object.relation->schema)},
              {"tablename", Datum::of(object.relation->name)},
              {"tableowner", Datum::of(object.owner)},
              {"hasindexes", Datum::of(has_declared_key(*object.relation))}});
  });
}

template <RelationKind kind>
void views(const DatabaseView& view, Rows& rows) {
  constexpr bool materialized = kind == RelationKind::materialized_view;
  each_object(view, [&](const Object& object) {
    if (object.relation->kind != kind) return;
    rows.add({{"schemaname", Datum::of(object.relation->schema)},
              {materialized ? "matviewname" : "viewname", Datum::of(object.relation->name)},
              {materialized ? "matviewowner" : "viewowner", Datum::of(object.owner)},
              {"definition", Datum::of(object.relation->definition)}});
  });
}

void indexes(const DatabaseView& view, Rows& rows) {
  const auto add = [&](const Relation& table, std::string_view name, std::int64_t oid) {
    rows.add({{"schemaname", Datum::of(table.schema)},
              {"tablename", Datum::of(table.name)},
              {"indexname", Datum::of(name)},
              {"indexdef", Datum::of(definition_by_oid(view.catalog(), oid))}});
  };
  each_object(view, [&](const Object& object) {
    const Relation& relation = *object.relation;
    if (has_declared_key(relation))
      add(relation, relation.name + "_pkey", oid_of(relation) + key_index_offset);
    if (relation.kind != RelationKind::index) return;
    if (const Object* table = view.catalog().find(object.indexed))
      add(*table->relation, relation.name, oid_of(relation));
  });
}

// What clients look up here and cannot change; a session's own settings are SHOW's.
void presets(const DatabaseView&, Rows& rows) {
  constexpr std::pair<std::string_view, std::string_view> known[] = {
      {"block_size", "8192"},        {"integer_datetimes", "on"},
      {"max_function_args", "100"},  {"max_identifier_length", "63"},
      {"max_index_keys", "32"},      {"server_encoding", "UTF8"},
      {"server_version", "13.14.0"}, {"server_version_num", "130014"},
  };
  for (const auto& [name, value] : known)
    rows.add({{"name", Datum::of(name)},
              {"setting", Datum::of(value)},
              {"category", Datum::of("Preset Options")},
              {"context", Datum::of("internal")},
              {"vartype", Datum::of("string")},
              {"source", Datum::of("default")},
              {"boot_val", Datum::of(value)},
              {"reset_val", Datum::of(value)}});
}

constexpr SystemTable tables_of_pg_catalog[] = {
    {"pg_catalog", "pg_namespace", "oid int4, nspname varchar, nspowner int4, nspacl _varchar",
     namespaces},
    {"pg_catalog", "pg_class",
     "oid int4, relname varchar, relnamespace int4, reltype int4, reloftype int4, relowner int4, "
     "relam int4, relfilenode int4, reltablespace int4, relpages int4, reltuples float4, "
     "relallvisible int4, reltoastrelid int4, relhasindex boolean, relisshared boolean, "
     "relpersistence char, relkind char, relnatts int2, relchecks int2, relhasrules boolean, "
     "relhastriggers boolean, relhassubclass boolean, relrowsecurity boolean, relforcerowsecurity "
     "boolean, relispopulated boolean, relreplident char, relispartition boolean, relrewrite int4, "
     "relfrozenxid int4, relminmxid int4, relacl _varchar, reloptions _varchar, relpartbound "
     "varchar",
     fill_classes},
    {"pg_catalog", "pg_attribute",
     "attrelid int4, attname varchar, atttypid int4, attstattarget int4, attlen int2, attnum int2, "
     "attndims int4, attcacheoff int4, atttypmod int4, attbyval boolean, attalign char, attstorage "
     "char, attcompression char, attnotnull boolean, atthasdef boolean, atthasmissing boolean, "
     "attidentity char, attgenerated char, attisdropped boolean, attislocal boolean, attinhcount "
     "int4, attcollation int4, attacl _varchar, attoptions _varchar, attfdwoptions _varchar, "
     "attmissingval _varchar",
     fill_attributes},
    {"pg_catalog", "pg_type",
     "oid int4, typname varchar, typnamespace int4, typowner int4, typlen int2, typbyval boolean, "
     "typtype char, typcategory char, typispreferred boolean, typisdefined boolean, typdelim char, "
     "typrelid int4, typsubscript int4, typelem int4, typarray int4, typinput int4, typoutput "
     "int4, typreceive int4, typsend int4, typmodin int4, typmodout int4, typanalyze int4, "
     "typalign char, typstorage char, typnotnull boolean, typbasetype int4, typtypmod int4, "
     "typndims int4, typcollation int4, typdefaultbin varchar, typdefault varchar, typacl _varchar",
     types},
    {"pg_catalog", "pg_index",
     "indexrelid int4, indrelid int4, indnatts int2, indnkeyatts int2, indisunique boolean, "
     "indnullsnotdistinct boolean, indisprimary boolean, indisexclusion boolean, indimmediate "
     "boolean, indisclustered boolean, indisvalid boolean, indcheckxmin boolean, indisready "
     "boolean, indislive boolean, indisreplident boolean, indkey _int2, indcollation _int4, "
     "indclass _int4, indoption _int2, indexprs varchar, indpred varchar",
     fill_index_keys},
    {"pg_catalog", "pg_am", "oid int4, amname varchar, amhandler int4, amtype char",
     access_methods},
    {"pg_catalog", "pg_attrdef", "oid int4, adrelid int4, adnum int2, adbin varchar",
     fill_defaults},
    {"pg_catalog", "pg_constraint",
     "oid int4, conname varchar, connamespace int4, contype char, condeferrable boolean, "
     "condeferred boolean, convalidated boolean, conrelid int4, contypid int4, conindid int4, "
     "conparentid int4, confrelid int4, confupdtype char, confdeltype char, confmatchtype char, "
     "conislocal boolean, coninhcount int4, connoinherit boolean, conkey _int2, confkey _int2, "
     "conpfeqop _int4, conppeqop _int4, conffeqop _int4, confdelsetcols _int2, conexclop _int4, "
     "conbin varchar",
     fill_constraints},
    {"pg_catalog", "pg_collation",
     "oid int4, collname varchar, collnamespace int4, collowner int4, collprovider char, "
     "collisdeterministic boolean, collencoding int4, collcollate varchar, collctype varchar, "
     "colliculocale varchar, collversion varchar",
     collations},
    {"pg_catalog", "pg_description",
     "objoid int4, classoid int4, objsubid int4, description varchar", descriptions},
    {"pg_catalog", "pg_shdescription", "objoid int4, classoid int4, description varchar"},
    {"pg_catalog", "pg_database",
     "oid int4, datname varchar, datdba int4, encoding int4, datlocprovider char, datistemplate "
     "boolean, datallowconn boolean, datconnlimit int4, datfrozenxid int4, datminmxid int4, "
     "dattablespace int4, datcollate varchar, datctype varchar, daticulocale varchar, "
     "datcollversion varchar, datacl _varchar",
     databases},
    {"pg_catalog", "pg_roles",
     "rolname varchar, rolsuper boolean, rolinherit boolean, rolcreaterole boolean, rolcreatedb "
     "boolean, rolcanlogin boolean, rolreplication boolean, rolconnlimit int4, rolpassword "
     "varchar, rolvaliduntil timestamptz, rolbypassrls boolean, rolconfig _varchar, oid int4",
     roles},
    {"pg_catalog", "pg_user",
     "usename varchar, usesysid int4, usecreatedb boolean, usesuper boolean, userepl boolean, "
     "usebypassrls boolean, passwd varchar, valuntil timestamptz, useconfig _varchar",
     users},
    {"pg_catalog", "pg_auth_members",
     "roleid int4, member int4, grantor int4, admin_option boolean"},
    {"pg_catalog", "pg_tables",
     "schemaname varchar, tablename varchar, tableowner varchar, tablespace varchar, hasindexes "
     "boolean, hasrules boolean, hastriggers boolean, rowsecurity boolean",
     tables},
    {"pg_catalog", "pg_views",
     "schemaname varchar, viewname varchar, viewowner varchar, definition varchar",
     views<RelationKind::view>},
    {"pg_catalog", "pg_matviews",
     "schemaname varchar, matviewname varchar, matviewowner varchar, tablespace varchar, "
     "hasindexes boolean, ispopulated boolean, definition varchar",
     views<RelationKind::materialized_view>},
    {"pg_catalog", "pg_indexes",
     "schemaname varchar, tablename varchar, indexname varchar, tablespace varchar, indexdef "
     "varchar",
     indexes},
    {"pg_catalog", "pg_settings",
     "name varchar, setting varchar, unit varchar, category varchar, short_desc varchar, "
     "extra_desc varchar, context varchar, vartype varchar, source varchar, min_val varchar, "
     "max_val varchar, enumvals _varchar, boot_val varchar, reset_val varchar, sourcefile varchar, "
     "sourceline int4, pending_restart boolean",
     presets},
    {"pg_catalog", "pg_proc",
     "oid int4, proname varchar, pronamespace int4, proowner int4, prolang int4, procost float4, "
     "prorows float4, provariadic int4, prosupport int4, prokind char, prosecdef boolean, "
     "proleakproof boolean, proisstrict boolean, proretset boolean, provolatile char, proparallel "
     "char, pronargs int2, pronargdefaults int2, prorettype int4, proargtypes _int4, "
     "proallargtypes _int4, proargmodes _varchar, proargnames _varchar, proargdefaults varchar, "
     "protrftypes _int4, prosrc varchar, probin varchar, prosqlbody varchar, proconfig _varchar, "
     "proacl _varchar"},
    {"pg_catalog", "pg_language",
     "oid int4, lanname varchar, lanowner int4, lanispl boolean, lanpltrusted boolean, "
     "lanplcallfoid int4, laninline int4, lanvalidator int4, lanacl _varchar",
     languages},
    {"pg_catalog", "pg_enum", "oid int4, enumtypid int4, enumsortorder float4, enumlabel varchar"},
    {"pg_catalog", "pg_inherits",
     "inhrelid int4, inhparent int4, inhseqno int4, inhdetachpending boolean"},
    {"pg_catalog", "pg_policy",
     "oid int4, polname varchar, polrelid int4, polcmd char, polpermissive boolean, polroles "
     "_int4, polqual varchar, polwithcheck varchar"},
    {"pg_catalog", "pg_statistic_ext",
     "oid int4, stxrelid int4, stxname varchar, stxnamespace int4, stxowner int4, stxstattarget "
     "int4, stxkeys _int2, stxkind _varchar, stxexprs varchar"},
    {"pg_catalog", "pg_publication",
     "oid int4, pubname varchar, pubowner int4, puballtables boolean, pubinsert boolean, pubupdate "
     "boolean, pubdelete boolean, pubtruncate boolean, pubviaroot boolean"},
    {"pg_catalog", "pg_publication_rel",
     "oid int4, prpubid int4, prrelid int4, prqual varchar, prattrs _int2"},
    {"pg_catalog", "pg_publication_namespace", "oid int4, pnpubid int4, pnnspid int4"},
    {"pg_catalog", "pg_rewrite",
     "oid int4, rulename varchar, ev_class int4, ev_type char, ev_enabled char, is_instead "
     "boolean, ev_qual varchar, ev_action varchar"},
    {"pg_catalog", "pg_trigger",
     "oid int4, tgrelid int4, tgparentid int4, tgname varchar, tgfoid int4, tgtype int2, tgenabled "
     "char, tgisinternal boolean, tgconstrrelid int4, tgconstrindid int4, tgconstraint int4, "
     "tgdeferrable boolean, tginitdeferred boolean, tgnargs int2, tgattr _int2, tgargs bytea, "
     "tgqual varchar, tgoldtable varchar, tgnewtable varchar"},
    {"pg_catalog", "pg_sequence",
     "seqrelid int4, seqtypid int4, seqstart int8, seqincrement int8, seqmax int8, seqmin int8, "
     "seqcache int8, seqcycle boolean"},
    {"pg_catalog", "pg_sequences",
     "schemaname varchar, sequencename varchar, sequenceowner varchar, data_type varchar, "
     "start_value int8, min_value int8, max_value int8, increment_by int8, cycle boolean, "
     "cache_size int8, last_value int8"},
    {"pg_catalog", "pg_depend",
     "classid int4, objid int4, objsubid int4, refclassid int4, refobjid int4, refobjsubid int4, "
     "deptype char"},
    {"pg_catalog", "pg_extension",
     "oid int4, extname varchar, extowner int4, extnamespace int4, extrelocatable boolean, "
     "extversion varchar, extconfig _int4, extcondition _varchar"},
    {"pg_catalog", "pg_operator",
     "oid int4, oprname varchar, oprnamespace int4, oprowner int4, oprkind char, oprcanmerge "
     "boolean, oprcanhash boolean, oprleft int4, oprright int4, oprresult int4, oprcom int4, "
     "oprnegate int4, oprcode int4, oprrest int4, oprjoin int4"},
    {"pg_catalog", "pg_opclass",
     "oid int4, opcmethod int4, opcname varchar, opcnamespace int4, opcowner int4, opcfamily int4, "
     "opcintype int4, opcdefault boolean, opckeytype int4"},
    {"pg_catalog", "pg_opfamily",
     "oid int4, opfmethod int4, opfname varchar, opfnamespace int4, opfowner int4"},
    {"pg_catalog", "pg_conversion",
     "oid int4, conname varchar, connamespace int4, conowner int4, conforencoding int4, "
     "contoencoding int4, conproc int4, condefault boolean"},
    {"pg_catalog", "pg_cast",
     "oid int4, castsource int4, casttarget int4, castfunc int4, castcontext char, castmethod "
     "char"},
    {"pg_catalog", "pg_range",
     "rngtypid int4, rngsubtype int4, rngmultitypid int4, rngcollation int4, rngsubopc int4, "
     "rngcanonical int4, rngsubdiff int4"},
    {"pg_catalog", "pg_tablespace",
     "oid int4, spcname varchar, spcowner int4, spcacl _varchar, spcoptions _varchar", tablespaces},
    {"pg_catalog", "pg_partitioned_table",
     "partrelid int4, partstrat char, partnatts int2, partdefid int4, partattrs _int2, partclass "
     "_int4, partcollation _int4, partexprs varchar"},
    {"pg_catalog", "pg_foreign_table", "ftrelid int4, ftserver int4, ftoptions _varchar"},
    {"pg_catalog", "pg_foreign_server",
     "oid int4, srvname varchar, srvowner int4, srvfdw int4, srvtype varchar, srvversion varchar, "
     "srvacl _varchar, srvoptions _varchar"},
    {"pg_catalog", "pg_locks",
     "locktype varchar, database int4, relation int4, page int4, tuple int2, virtualxid varchar, "
     "transactionid int4, classid int4, objid int4, objsubid int2, virtualtransaction varchar, pid "
     "int4, mode varchar, granted boolean, fastpath boolean, waitstart timestamptz"},
    {"pg_catalog", "pg_stat_activity",
     "datid int4, datname varchar, pid int4, leader_pid int4, usesysid int4, usename varchar, "
     "application_name varchar, client_addr varchar, client_hostname varchar, client_port int4, "
     "backend_start timestamptz, xact_start timestamptz, query_start timestamptz, state_change "
     "timestamptz, wait_event_type varchar, wait_event varchar, state varchar, backend_xid int4, "
     "backend_xmin int4, query_id int8, query varchar, backend_type varchar"},
    {"pg_catalog", "pg_aggregate",
     "aggfnoid int4, aggkind char, aggnumdirectargs int2, aggtransfn int4, aggfinalfn int4, "
     "aggcombinefn int4, aggserialfn int4, aggdeserialfn int4, aggmtransfn int4, aggminvtransfn "
     "int4, aggmfinalfn int4, aggfinalextra boolean, aggmfinalextra boolean, aggfinalmodify char, "
     "aggmfinalmodify char, aggsortop int4, aggtranstype int4, aggtransspace int4, aggmtranstype "
     "int4, aggmtransspace int4, agginitval varchar, aggminitval varchar"},
    {"pg_catalog", "pg_authid",
     "oid int4, rolname varchar, rolsuper boolean, rolinherit boolean, rolcreaterole boolean, "
     "rolcreatedb boolean, rolcanlogin boolean, rolreplication boolean, rolbypassrls boolean, "
     "rolconnlimit int4, rolpassword varchar, rolvaliduntil timestamptz",
     roles},
    {"pg_catalog", "pg_shadow",
     "usename varchar, usesysid int4, usecreatedb boolean, usesuper boolean, userepl boolean, "
     "usebypassrls boolean, passwd varchar, valuntil timestamptz, useconfig _varchar",
     users},
    {"pg_catalog", "pg_group", "groname varchar, grosysid int4, grolist _int4"},
    {"pg_catalog", "pg_default_acl",
     "oid int4, defaclrole int4, defaclnamespace int4, defaclobjtype char, defaclacl _varchar"},
    {"pg_catalog", "pg_event_trigger",
     "oid int4, evtname varchar, evtevent varchar, evtowner int4, evtfoid int4, evtenabled char, "
     "evttags _varchar"},
    {"pg_catalog", "pg_foreign_data_wrapper",
     "oid int4, fdwname varchar, fdwowner int4, fdwhandler int4, fdwvalidator int4, fdwacl "
     "_varchar, fdwoptions _varchar"},
    {"pg_catalog", "pg_user_mapping", "oid int4, umuser int4, umserver int4, umoptions _varchar"},
    {"pg_catalog", "pg_subscription",
     "oid int4, subdbid int4, subskiplsn varchar, subname varchar, subowner int4, subenabled "
     "boolean, subbinary boolean, substream boolean, subtwophasestate char, subdisableonerr "
     "boolean, subconninfo varchar, subslotname varchar, subsynccommit varchar, subpublications "
     "_varchar"},
    {"pg_catalog", "pg_db_role_setting", "setdatabase int4, setrole int4, setconfig _varchar"},
    {"pg_catalog", "pg_largeobject_metadata", "oid int4, lomowner int4, lomacl _varchar"},
    {"pg_catalog", "pg_policies",
     "schemaname varchar, tablename varchar, policyname varchar, permissive varchar, roles "
     "_varchar, cmd varchar, qual varchar, with_check varchar"},
    {"pg_catalog", "pg_rules",
     "schemaname varchar, tablename varchar, rulename varchar, definition varchar"},
    {"pg_catalog", "pg_stats",
     "schemaname varchar, tablename varchar, attname varchar, inherited boolean, null_frac float4, "
     "avg_width int4, n_distinct float4, most_common_vals _varchar, most_common_freqs _float4, "
     "histogram_bounds _varchar, correlation float4, most_common_elems _varchar, "
     "most_common_elem_freqs _float4, elem_count_histogram _float4"},
    {"pg_catalog", "pg_seclabels",
     "objoid int4, classoid int4, objsubid int4, objtype varchar, objnamespace int4, objname "
     "varchar, provider varchar, label varchar"},
    {"pg_catalog", "pg_shdepend",
     "dbid int4, classid int4, objid int4, objsubid int4, refclassid int4, refobjid int4, deptype "
     "char"},
    {"pg_catalog", "pg_timezone_names",
     "name varchar, abbrev varchar, utc_offset interval, is_dst boolean"},
    {"pg_catalog", "pg_available_extensions",
     "name varchar, default_version varchar, installed_version varchar, comment varchar"},
    {"pg_catalog", "pg_prepared_statements",
     "name varchar, statement varchar, prepare_time timestamptz, parameter_types _varchar, "
     "from_sql boolean, generic_plans int8, custom_plans int8"},
    {"pg_catalog", "pg_cursors",
     "name varchar, statement varchar, is_holdable boolean, is_binary boolean, is_scrollable "
     "boolean, creation_time timestamptz"},
    {"pg_catalog", "pg_stat_user_tables",
     "relid int4, schemaname varchar, relname varchar, seq_scan int8, seq_tup_read int8, idx_scan "
     "int8, idx_tup_fetch int8, n_tup_ins int8, n_tup_upd int8, n_tup_del int8, n_tup_hot_upd "
     "int8, n_live_tup int8, n_dead_tup int8, n_mod_since_analyze int8, n_ins_since_vacuum int8, "
     "last_vacuum timestamptz, last_autovacuum timestamptz, last_analyze timestamptz, "
     "last_autoanalyze timestamptz, vacuum_count int8, autovacuum_count int8, analyze_count int8, "
     "autoanalyze_count int8"},
    {"pg_catalog", "pg_stat_database",
     "datid int4, datname varchar, numbackends int4, xact_commit int8, xact_rollback int8, "
     "blks_read int8, blks_hit int8, tup_returned int8, tup_fetched int8, tup_inserted int8, "
     "tup_updated int8, tup_deleted int8, conflicts int8, temp_files int8, temp_bytes int8, "
     "deadlocks int8, checksum_failures int8, checksum_last_failure timestamptz, blk_read_time "
     "float8, blk_write_time float8, session_time float8, active_time float8, "
     "idle_in_transaction_time float8, sessions int8, sessions_abandoned int8, sessions_fatal "
     "int8, sessions_killed int8, stats_reset timestamptz"},
    {"pg_catalog", "pg_statio_user_tables",
     "relid int4, schemaname varchar, relname varchar, heap_blks_read int8, heap_blks_hit int8, "
     "idx_blks_read int8, idx_blks_hit int8, toast_blks_read int8, toast_blks_hit int8, "
     "tidx_blks_read int8, tidx_blks_hit int8"},
    {"pg_catalog", "pg_ts_config",
     "oid int4, cfgname varchar, cfgnamespace int4, cfgowner int4, cfgparser int4"},
    {"pg_catalog", "pg_ts_dict",
     "oid int4, dictname varchar, dictnamespace int4, dictowner int4, dicttemplate int4, "
     "dictinitoption varchar"},
    {"pg_catalog", "pg_ts_parser",
     "oid int4, prsname varchar, prsnamespace int4, prsstart int4, prstoken int4, prsend int4, "
     "prsheadline int4, prslextype int4"},
    {"pg_catalog", "pg_ts_template",
     "oid int4, tmplname varchar, tmplnamespace int4, tmplinit int4, tmpllexize int4"},
    {"pg_catalog", "pg_publication_tables",
     "pubname varchar, schemaname varchar, tablename varchar, attnames _varchar, rowfilter "
     "varchar"},
    {"pg_catalog", "pg_replication_slots",
     "slot_name varchar, plugin varchar, slot_type varchar, datoid int4, database varchar, "
     "temporary boolean, active boolean, active_pid int4, xmin int4, catalog_xmin int4, "
     "restart_lsn varchar, confirmed_flush_lsn varchar, wal_status varchar, safe_wal_size int8, "
     "two_phase boolean"},
    // A function of PostgreSQL's; the binder finds it here.
    {"pg_catalog", "pg_get_keywords", "word varchar, catcode varchar, catdesc varchar", keywords},
};

}  // namespace

std::span<const SystemTable> pg_catalog_tables() { return tables_of_pg_catalog; }

std::string type_name(const Type& type, const query::TypeSize& size) {
  if (type.is(TypeKind::list)) return "_" + type_name(type.element(), size);
  if (size.is_char) return "bpchar";
  for (const NamedKind& one : kinds)
    if (type.is(one.kind)) return std::string(one.name);
  return type.name();
}

}  // namespace levada::streaming
