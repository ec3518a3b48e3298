// information_schema: the standard's view of tables, columns and keys.

#include "streaming/pg_catalog_relations.h"
#include "streaming/system_table.h"

namespace levada::streaming {

namespace {

using query::Datum;
using query::RelationColumn;

void information_tables(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    const RelationKind kind = object.relation->kind;
    if (kind == RelationKind::index || kind == RelationKind::sink) return;
    const std::string_view type = kind == RelationKind::table               ? "BASE TABLE"
                                  : kind == RelationKind::materialized_view ? "MATERIALIZED VIEW"
                                  : kind == RelationKind::source            ? "SOURCE"
                                                                            : "VIEW";
    rows.add({{"table_catalog", Datum::of(view.database())},
              {"table_schema", Datum::of(object.relation->schema)},
              {"table_name", Datum::of(object.relation->name)},
              {"table_type", Datum::of(type)},
              {"is_insertable_into", Datum::of(kind == RelationKind::table ? "YES" : "NO")},
              {"is_typed", Datum::of("NO")}});
  });
}

std::string_view standard_name(const RelationColumn& column, const std::string& name) {
  if (column.type.is(query::TypeKind::list)) return "ARRAY";
  if (column.size.is_char) return "character";
  return name;
}

void information_columns(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    if (object.relation->kind == RelationKind::index) return;
    std::int64_t number = 0;
    for (const RelationColumn& column : object.relation->columns) {
      if (column.hidden) continue;
      const std::string type = column.type.name(), udt = type_name(column.type, column.size);
      const std::string usual =
          column.default_value == nullptr ? "" : query::text(*column.default_value);
      const query::SizeFacts size = query::size_facts(column.type, column.size);
      const auto known = [](std::int32_t fact) {
        return fact < 0 ? Datum::null() : Datum::of(fact);
      };
      const bool numeric = column.type.is(query::TypeKind::numeric);
      rows.add({{"table_catalog", Datum::of(view.database())},
                {"table_schema", Datum::of(object.relation->schema)},
                {"table_name", Datum::of(object.relation->name)},
                {"column_name", Datum::of(column.name)},
                {"ordinal_position", Datum::of(++number)},
                {"column_default", usual.empty() ? Datum::null() : Datum::of(usual)},
                {"is_nullable", Datum::of(column.not_null ? "NO" : "YES")},
                {"data_type", Datum::of(standard_name(column, type))},
                {"character_maximum_length", known(size.characters)},
                {"character_octet_length", Datum::null()},
                {"numeric_precision", known(size.precision)},
                {"numeric_precision_radix",
                 size.precision < 0 ? Datum::null() : Datum::of(numeric ? 10 : 2)},
                {"numeric_scale", size.scale < 0 ? Datum::null() : known(size.scale)},
                {"datetime_precision", known(size.fraction)},
                {"udt_catalog", Datum::of(view.database())},
                {"udt_schema", Datum::of("pg_catalog")},
                {"udt_name", Datum::of(udt)},
                {"is_identity", Datum::of("NO")},
                {"is_generated", Datum::of(column.generated != nullptr ? "ALWAYS" : "NEVER")},
                {"is_updatable",
                 Datum::of(object.relation->kind == RelationKind::table ? "YES" : "NO")}});
    }
  });
}

void schemata(const DatabaseView& view, Rows& rows) {
  const auto add = [&](std::string_view name) {
    rows.add({{"catalog_name", Datum::of(view.database())},
              {"schema_name", Datum::of(name)},
              {"schema_owner", Datum::of("root")}});
  };
  for (const std::string& schema : view.schemas()) add(schema);
  for (const std::string_view schema : {"information_schema", "pg_catalog", "rw_catalog"})
    add(schema);
}

void information_views(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    if (object.relation->kind != RelationKind::view) return;
    rows.add({{"table_catalog", Datum::of(view.database())},
              {"table_schema", Datum::of(object.relation->schema)},
              {"table_name", Datum::of(object.relation->name)},
              {"view_definition", Datum::of(object.relation->definition)},
              {"check_option", Datum::of("NONE")},
              {"is_updatable", Datum::of("NO")},
              {"is_insertable_into", Datum::of("NO")}});
  });
}

void table_constraints(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    const query::Relation& relation = *object.relation;
    if (!has_declared_key(relation)) return;
    rows.add({{"constraint_catalog", Datum::of(view.database())},
              {"constraint_schema", Datum::of(relation.schema)},
              {"constraint_name", Datum::of(relation.name + "_pkey")},
              {"table_catalog", Datum::of(view.database())},
              {"table_schema", Datum::of(relation.schema)},
              {"table_name", Datum::of(relation.name)},
              {"constraint_type", Datum::of("PRIMARY KEY")},
              {"is_deferrable", Datum::of("NO")},
              {"initially_deferred", Datum::of("NO")},
              {"enforced", Datum::of("YES")}});
  });
}

void key_column_usage(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    const query::Relation& relation = *object.relation;
    if (!has_declared_key(relation)) return;
    std::int64_t position = 0;
    for (const std::size_t column : relation.key)
      rows.add({{"constraint_catalog", Datum::of(view.database())},
                {"constraint_schema", Datum::of(relation.schema)},
                {"constraint_name", Datum::of(relation.name + "_pkey")},
                {"table_catalog", Datum::of(view.database())},
                {"table_schema", Datum::of(relation.schema)},
                {"table_name", Datum::of(relation.name)},
                {"column_name", Datum::of(relation.columns[column].name)},
                {"ordinal_position", Datum::of(++position)}});
  });
}

void enabled_roles(const DatabaseView&, Rows& rows) {
  rows.add({{"role_name", Datum::of("root")}});
}

constexpr SystemTable schema_tables[] = {
    {"information_schema", "tables",
     "table_catalog varchar, table_schema varchar, table_name varchar, table_type varchar, "
     "self_referencing_column_name varchar, reference_generation varchar, "
     "user_defined_type_catalog varchar, user_defined_type_schema varchar, user_defined_type_name "
     "varchar, is_insertable_into varchar, is_typed varchar, commit_action varchar",
     information_tables},
    {"information_schema", "columns",
     "table_catalog varchar, table_schema varchar, table_name varchar, column_name varchar, "
     "ordinal_position int4, column_default varchar, is_nullable varchar, data_type varchar, "
     "character_maximum_length int4, character_octet_length int4, numeric_precision int4, "
     "numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, interval_type "
     "varchar, interval_precision int4, character_set_catalog varchar, character_set_schema "
     "varchar, character_set_name varchar, collation_catalog varchar, collation_schema varchar, "
     "collation_name varchar, domain_catalog varchar, domain_schema varchar, domain_name varchar, "
     "udt_catalog varchar, udt_schema varchar, udt_name varchar, scope_catalog varchar, "
     "scope_schema varchar, scope_name varchar, maximum_cardinality int4, dtd_identifier varchar, "
     "is_self_referencing varchar, is_identity varchar, identity_generation varchar, "
     "identity_start varchar, identity_increment varchar, identity_maximum varchar, "
     "identity_minimum varchar, identity_cycle varchar, is_generated varchar, "
     "generation_expression varchar, is_updatable varchar",
     information_columns},
    {"information_schema", "schemata",
     "catalog_name varchar, schema_name varchar, schema_owner varchar, "
     "default_character_set_catalog varchar, default_character_set_schema varchar, "
     "default_character_set_name varchar, sql_path varchar",
     schemata},
    {"information_schema", "views",
     "table_catalog varchar, table_schema varchar, table_name varchar, view_definition varchar, "
     "check_option varchar, is_updatable varchar, is_insertable_into varchar, is_trigger_updatable "
     "varchar, is_trigger_deletable varchar, is_trigger_insertable_into varchar",
     information_views},
    {"information_schema", "table_constraints",
     "constraint_catalog varchar, constraint_schema varchar, constraint_name varchar, "
     "table_catalog varchar, table_schema varchar, table_name varchar, constraint_type varchar, "
     "is_deferrable varchar, initially_deferred varchar, enforced varchar, nulls_distinct varchar",
     table_constraints},
    {"information_schema", "key_column_usage",
     "constraint_catalog varchar, constraint_schema varchar, constraint_name varchar, "
     "table_catalog varchar, table_schema varchar, table_name varchar, column_name varchar, "
     "ordinal_position int4, position_in_unique_constraint int4",
     key_column_usage},
    {"information_schema", "constraint_column_usage",
     "table_catalog varchar, table_schema varchar, table_name varchar, column_name varchar, "
     "constraint_catalog varchar, constraint_schema varchar, constraint_name varchar"},
    {"information_schema", "referential_constraints",
     "constraint_catalog varchar, constraint_schema varchar, constraint_name varchar, "
     "unique_constraint_catalog varchar, unique_constraint_schema varchar, unique_constraint_name "
     "varchar, match_option varchar, update_rule varchar, delete_rule varchar"},
    {"information_schema", "check_constraints",
     "constraint_catalog varchar, constraint_schema varchar, constraint_name varchar, check_clause "
     "varchar"},
    {"information_schema", "routines",
     "specific_catalog varchar, specific_schema varchar, specific_name varchar, routine_catalog "
     "varchar, routine_schema varchar, routine_name varchar, routine_type varchar, module_catalog "
     "varchar, module_schema varchar, module_name varchar, udt_catalog varchar, udt_schema "
     "varchar, udt_name varchar, data_type varchar, character_maximum_length int4, "
     "character_octet_length int4, character_set_catalog varchar, character_set_schema varchar, "
     "character_set_name varchar, collation_catalog varchar, collation_schema varchar, "
     "collation_name varchar, numeric_precision int4, numeric_precision_radix int4, numeric_scale "
     "int4, datetime_precision int4, interval_type varchar, interval_precision int4, "
     "type_udt_catalog varchar, type_udt_schema varchar, type_udt_name varchar, scope_catalog "
     "varchar, scope_schema varchar, scope_name varchar, maximum_cardinality int4, dtd_identifier "
     "varchar, routine_body varchar, routine_definition varchar, external_name varchar, "
     "external_language varchar, parameter_style varchar, is_deterministic varchar, "
     "sql_data_access varchar, is_null_call varchar, sql_path varchar, schema_level_routine "
     "varchar, max_dynamic_result_sets int4, is_user_defined_cast varchar, is_implicitly_invocable "
     "varchar, security_type varchar, to_sql_specific_catalog varchar, to_sql_specific_schema "
     "varchar, to_sql_specific_name varchar, as_locator varchar, created timestamptz, last_altered "
     "timestamptz, new_savepoint_level varchar, is_udt_dependent varchar, "
     "result_cast_from_data_type varchar, result_cast_as_locator varchar, "
     "result_cast_char_max_length int4, result_cast_char_octet_length int4, "
     "result_cast_char_set_catalog varchar, result_cast_char_set_schema varchar, "
     "result_cast_char_set_name varchar, result_cast_collation_catalog varchar, "
     "result_cast_collation_schema varchar, result_cast_collation_name varchar, "
     "result_cast_numeric_precision int4, result_cast_numeric_precision_radix int4, "
     "result_cast_numeric_scale int4, result_cast_datetime_precision int4, "
     "result_cast_interval_type varchar, result_cast_interval_precision int4, "
     "result_cast_type_udt_catalog varchar, result_cast_type_udt_schema varchar, "
     "result_cast_type_udt_name varchar, result_cast_scope_catalog varchar, "
     "result_cast_scope_schema varchar, result_cast_scope_name varchar, "
     "result_cast_maximum_cardinality int4, result_cast_dtd_identifier varchar"},
    {"information_schema", "parameters",
     "specific_catalog varchar, specific_schema varchar, specific_name varchar, ordinal_position "
     "int4, parameter_mode varchar, is_result varchar, as_locator varchar, parameter_name varchar, "
     "data_type varchar, character_maximum_length int4, character_octet_length int4, "
     "character_set_catalog varchar, character_set_schema varchar, character_set_name varchar, "
     "collation_catalog varchar, collation_schema varchar, collation_name varchar, "
     "numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, datetime_precision "
     "int4, interval_type varchar, interval_precision int4, udt_catalog varchar, udt_schema "
     "varchar, udt_name varchar, scope_catalog varchar, scope_schema varchar, scope_name varchar, "
     "maximum_cardinality int4, dtd_identifier varchar, parameter_default varchar"},
    {"information_schema", "sequences",
     "sequence_catalog varchar, sequence_schema varchar, sequence_name varchar, data_type varchar, "
     "numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, start_value "
     "varchar, minimum_value varchar, maximum_value varchar, increment varchar, cycle_option "
     "varchar"},
    {"information_schema", "triggers",
     "trigger_catalog varchar, trigger_schema varchar, trigger_name varchar, event_manipulation "
     "varchar, event_object_catalog varchar, event_object_schema varchar, event_object_table "
     "varchar, action_order int4, action_condition varchar, action_statement varchar, "
     "action_orientation varchar, action_timing varchar, action_reference_old_table varchar, "
     "action_reference_new_table varchar, action_reference_old_row varchar, "
     "action_reference_new_row varchar, created timestamptz"},
    {"information_schema", "table_privileges",
     "grantor varchar, grantee varchar, table_catalog varchar, table_schema varchar, table_name "
     "varchar, privilege_type varchar, is_grantable varchar, with_hierarchy varchar"},
    {"information_schema", "column_privileges",
     "grantor varchar, grantee varchar, table_catalog varchar, table_schema varchar, table_name "
     "varchar, column_name varchar, privilege_type varchar, is_grantable varchar"},
    {"information_schema", "role_table_grants",
     "grantor varchar, grantee varchar, table_catalog varchar, table_schema varchar, table_name "
     "varchar, privilege_type varchar, is_grantable varchar, with_hierarchy varchar"},
    {"information_schema", "enabled_roles", "role_name varchar", enabled_roles},
};

}  // namespace

std::span<const SystemTable> information_schema_tables() { return schema_tables; }

}  // namespace levada::streaming
