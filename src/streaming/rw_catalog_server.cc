// rw_catalog about what is no relation of a user's: functions, the system relations themselves,
// comments, jobs.

#include <vector>

#include "streaming/system_table.h"

namespace levada::streaming {

namespace {

using query::Datum;

void fill_functions(const DatabaseView& view, Rows& rows) {
  std::int64_t number = 0;
  for (const auto& [key, functions] : view.catalog().functions())
    for (const query::SqlFunction& function : functions) {
      ++number;
      if (key.database != view.database()) continue;
      std::vector<Datum> types;
      for (const auto& [name, type] : function.arguments)
        types.push_back(Datum::of(std::int64_t{type.oid()}));
      rows.add({{"id", Datum::of(number)},
                {"name", Datum::of(key.name)},
                {"schema_id", Datum::of(schema_oid(view, key.schema))},
                {"owner", Datum::of(root_oid)},
                {"type", Datum::of("scalar")},
                {"arg_type_ids", Datum::of(std::span<const Datum>(types))},
                {"return_type_id", Datum::of(std::int64_t{function.result.oid()})},
                {"language", Datum::of("sql")}});
    }
}

void fill_system_tables(const DatabaseView& view, Rows& rows) {
  std::int64_t id = 0;
  for (const auto tables :
       {pg_catalog_tables(), information_schema_tables(), rw_catalog_tables(), rw_server_tables()})
    for (const SystemTable& one : tables)
      rows.add({{"id", Datum::of(++id)},
                {"name", Datum::of(one.name)},
                {"schema_id", Datum::of(schema_oid(view, one.schema))},
                {"owner", Datum::of(root_oid)}});
}

void fill_descriptions(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    for (const auto& [number, text] : object.comments)
      rows.add({{"objoid", Datum::of(oid_of(*object.relation))},
                {"objsubid", Datum::of(static_cast<std::int64_t>(number))},
                {"description", Datum::of(text)}});
  });
}

void fill_jobs(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    if (object.relation->kind == RelationKind::view) return;
    rows.add({{"job_id", Datum::of(oid_of(*object.relation))},
              {"name", Datum::of(object.relation->name)},
              {"status", Datum::of("CREATED")},
              {"resource_group", Datum::of("default")}});
  });
}

constexpr SystemTable server_tables[] = {
    {"rw_catalog", "rw_functions",
     "id int4, name varchar, schema_id int4, owner int4, type varchar, arg_type_ids _int4, "
     "return_type_id int4, language varchar, link varchar",
     fill_functions},
    {"rw_catalog", "rw_system_tables",
     "id int4, name varchar, schema_id int4, owner int4, definition varchar", fill_system_tables},
    {"rw_catalog", "rw_description",
     "objoid int4, classoid int4, objsubid int4, description varchar", fill_descriptions},
    {"rw_catalog", "rw_streaming_jobs",
     "job_id int4, name varchar, status varchar, resource_group varchar", fill_jobs},
    // None of these exist here, so nothing is in them.
    {"rw_catalog", "rw_connections",
     "id int4, name varchar, schema_id int4, owner int4, type varchar, provider varchar"},
    {"rw_catalog", "rw_internal_tables",
     "id int4, name varchar, schema_id int4, owner int4, definition varchar"},
};

}  // namespace

std::span<const SystemTable> rw_server_tables() { return server_tables; }

}  // namespace levada::streaming
