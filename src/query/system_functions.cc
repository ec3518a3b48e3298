// What clients ask about the session and the server.

#include <cstdio>

#include "query/function_table.h"
#include "query/text.h"
#include "query/type_size.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Volatility::stable;
using Arguments = std::span<const Datum>;

Datum version(Evaluation&, const CallSite&, Arguments) {
  return Datum::of("PostgreSQL 13.14.0-Levada");
}
Datum current_user(Evaluation& evaluation, const CallSite&, Arguments) {
  return evaluation.text(evaluation.facts().user);
}
Datum current_database(Evaluation& evaluation, const CallSite&, Arguments) {
  return evaluation.text(evaluation.facts().database);
}
Datum current_schema(Evaluation& evaluation, const CallSite&, Arguments) {
  const auto& path = evaluation.facts().search_path;
  return path.empty() ? Datum::null() : evaluation.text(path.front());
}
Datum current_schemas(Evaluation& evaluation, const CallSite&, Arguments a) {
  std::vector<Datum> all;
  if (a[0].boolean()) all.push_back(Datum::of("pg_catalog"));
  for (const std::string& schema : evaluation.facts().search_path)
    all.push_back(evaluation.text(schema));
  return evaluation.list(all);
}
Datum backend_pid(Evaluation& evaluation, const CallSite&, Arguments) {
  return Datum::of(std::int64_t{evaluation.facts().process_id});
}
Datum transaction_number(Evaluation& evaluation, const CallSite&, Arguments) {
  return Datum::of(static_cast<std::int64_t>(evaluation.facts().transaction));
}
Datum current_setting(Evaluation& evaluation, const CallSite&, Arguments a) {
  for (const auto& [name, value] : evaluation.facts().settings)
    if (name == a[0].text()) return evaluation.text(value);
  if (a.size() > 1 && a[1].boolean()) return Datum::null();
  return evaluation.fail(sqlstate::undefined_object, "unrecognized configuration parameter \"" +
                                                         std::string(a[0].text()) + "\"");
}
Datum user_by_id(Evaluation& evaluation, const CallSite&, Arguments) {
  return evaluation.text(evaluation.facts().user);
}
Datum yes(Evaluation&, const CallSite&, Arguments) { return Datum::of(true); }
Datum no(Evaluation&, const CallSite&, Arguments) { return Datum::of(false); }
Datum nothing(Evaluation&, const CallSite&, Arguments) { return Datum::null(); }
Datum no_text(Evaluation&, const CallSite&, Arguments) { return Datum::of(""); }
Datum zero(Evaluation&, const CallSite&, Arguments) { return Datum::of(0); }
Datum start_time(Evaluation& evaluation, const CallSite&, Arguments) {
  return Datum::of(evaluation.facts().started);
}
// RisingWave's epochs are milliseconds since 2021-04-01, shifted by 16 bits.
Datum epoch_time(Evaluation&, const CallSite&, Arguments a) {
  constexpr std::int64_t begin_of_epochs = 1'617'235'200'000;
  return Datum::of(((a[0].integer >> 16) + begin_of_epochs) * 1000);
}
Datum first(Evaluation&, const CallSite&, Arguments a) { return a[0]; }
Datum running(Evaluation&, const CallSite&, Arguments) { return Datum::of("RUNNING"); }
Datum encoding(Evaluation&, const CallSite&, Arguments) { return Datum::of("UTF8"); }

Datum definition(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto& definition_of = evaluation.facts().definition_of;
  const std::string text = definition_of ? definition_of(a[0].integer) : std::string();
  return text.empty() ? Datum::null() : evaluation.text(text);
}

// Of an index: the column at that place, from 1; at 0 all of it.
Datum index_definition(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const Datum whole = definition(evaluation, site, a);
  if (whole.is_null() || a[1].integer == 0) return whole;
  const std::string_view text = whole.text();
  const std::size_t open = text.find('('), close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos) return Datum::null();
  std::int64_t place = 1;
  int depth = 0;
  std::size_t begin = open + 1;
  for (std::size_t i = begin; i <= close; ++i) {
    if (text[i] == '(') ++depth;
    const bool ends = i == close || (text[i] == ',' && depth == 0);
    if (text[i] == ')') --depth;
    if (!ends) continue;
    if (place++ == a[1].integer) {
      while (begin < i && text[begin] == ' ') ++begin;
      return evaluation.text(text.substr(begin, i - begin));
    }
    begin = i + 1;
  }
  return Datum::null();
}

// Of a relation's rows. Indexes and other forks of PostgreSQL's files take nothing here.
Datum size_by_oid(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto& size_of = evaluation.facts().size_of;
  const auto size = size_of ? size_of(a[0].integer) : std::nullopt;
  if (!size || (a.size() > 1 && a[1].text() != "main")) return size ? Datum::of(0) : Datum::null();
  return Datum::of(*size);
}
Datum size_by_name(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const auto& oid_of = evaluation.facts().oid_of;
  const auto oid = oid_of ? oid_of(a[0].text()) : std::nullopt;
  if (!oid)
    return evaluation.fail(sqlstate::undefined_table,
                           "relation \"" + std::string(a[0].text()) + "\" does not exist");
  std::vector<Datum> arguments(a.begin(), a.end());
  arguments.front() = Datum::of(*oid);
  return size_by_oid(evaluation, site, arguments);
}
Datum database_size(Evaluation&, const CallSite&, Arguments) { return Datum::of(counted_memory()); }
Datum no_size(Evaluation&, const CallSite&, Arguments) { return Datum::of(0); }
// PostgreSQL's: a unit is used from ten of it on, halves round away from zero.
Datum size_pretty(Evaluation& evaluation, const CallSite&, Arguments a) {
  constexpr std::string_view units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
  constexpr std::int64_t limit = 10 * 1024;
  const bool negative = a[0].integer < 0;
  std::int64_t size = negative ? -a[0].integer : a[0].integer;
  std::size_t unit = 0;
  if (size >= limit) {
    for (size >>= 9; unit + 2 < std::size(units) && size >= 2 * limit - 1; size >>= 10) ++unit;
    size = (size + 1) >> 1;
    ++unit;
  }
  return evaluation.text((negative ? "-" : "") + std::to_string(size) + " " +
                         std::string(units[unit]));
}

Datum format_type(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].is_null()) return Datum::null();
  const auto oid = static_cast<std::uint32_t>(a[0].integer);
  const auto type = type_of_oid(oid);
  if (!type) {  // those whose parts an oid does not tell
    for (const Type& bare : {Type(TypeKind::structure), Type(TypeKind::map), Type(TypeKind::vector),
                             Type::list(TypeKind::map), Type::list(TypeKind::vector)})
      if (bare.oid() == oid) return evaluation.text(bare.name());
    return Datum::of("???");
  }
  TypeSize size;
  size.is_char = a[0].integer == sized_oid(TypeKind::varchar, {-1, true});
  if (!a[1].is_null()) size.modifier = static_cast<std::int32_t>(a[1].integer);
  return evaluation.text(sized_name(*type, size));
}
Datum type_name(Evaluation& evaluation, const CallSite& site, Arguments) {
  return evaluation.text(site.arguments[0].name());
}
Datum uuid(Evaluation& evaluation, const CallSite&, Arguments) {
  const std::uint64_t a = evaluation.random(), b = evaluation.random();
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(a >> 32),
                static_cast<unsigned>(a >> 16 & 0xFFFF), static_cast<unsigned>(a & 0xFFF),
                static_cast<unsigned>(0x8000 | (b >> 48 & 0x3FFF)),
                static_cast<unsigned long long>(b & 0xFFFFFFFFFFFF));
  return evaluation.text(text);
}

Datum comment(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto& comment_of = evaluation.facts().comment_of;
  const auto text = comment_of ? comment_of(a[0].integer, 0) : std::nullopt;
  return text ? evaluation.text(*text) : Datum::null();
}
Datum column_comment(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto& comment_of = evaluation.facts().comment_of;
  const auto text = comment_of ? comment_of(a[0].integer, a[1].integer) : std::nullopt;
  return text ? evaluation.text(*text) : Datum::null();
}
Datum set_config(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto& change = evaluation.facts().change_setting;
  if (!change || a[2].boolean())
    return evaluation.fail(sqlstate::feature_not_supported,
                           "`is_local = true` is not supported now.");
  const auto changed = change(a[0].text(), a[1].text());
  return changed ? a[1] : evaluation.fail(changed.error());
}

// Of the session's user, or of the one that is named first.
template <const char* function>
Datum privilege(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto& has = evaluation.facts().has_privilege;
  if (!has) return Datum::of(true);
  const bool named = a.size() > 2;
  const auto answer =
      has(function, named ? a[0].text() : std::string_view(), a[named ? 1 : 0], a.back().text());
  return answer ? Datum::of(*answer) : evaluation.fail(answer.error());
}
constexpr char of_table[] = "has_table_privilege";
constexpr char of_columns[] = "has_any_column_privilege";
constexpr char of_schema[] = "has_schema_privilege";
constexpr char of_database[] = "has_database_privilege";
constexpr char of_function[] = "has_function_privilege";

constinit const Function system_rows[] = {
    {"version", {}, varchar, version},
    {"current_user", {}, varchar, current_user, true, false, stable},
    {"session_user", {}, varchar, current_user, true, false, stable},
    {"user", {}, varchar, current_user, true, false, stable},
    {"current_role", {}, varchar, current_user, true, false, stable},
    {"current_database", {}, varchar, current_database, true, false, stable},
    {"current_catalog", {}, varchar, current_database, true, false, stable},
    {"current_schema", {}, varchar, current_schema, true, false, stable},
    {"current_schemas", {boolean}, varchar, current_schemas, true, false, stable, result_list},
    {"txid_current", {}, int8, transaction_number, true, false, stable},
    {"pg_current_xact_id", {}, int8, transaction_number, true, false, stable},
    {"pg_backend_pid", {}, int4, backend_pid, true, false, stable},
    {"current_setting", {varchar}, varchar, current_setting, true, false, stable},
    {"current_setting", {varchar, boolean}, varchar, current_setting, true, false, stable},
    {"pg_get_userbyid", {int4}, varchar, user_by_id, true, false, stable},
    {"pg_table_is_visible", {int4}, boolean, yes},
    {"pg_type_is_visible", {int4}, boolean, yes},
    {"pg_function_is_visible", {int4}, boolean, yes},
    {"pg_operator_is_visible", {int4}, boolean, yes},
    {"pg_opclass_is_visible", {int4}, boolean, yes},
    {"pg_opfamily_is_visible", {int4}, boolean, yes},
    {"pg_collation_is_visible", {int4}, boolean, yes},
    {"pg_conversion_is_visible", {int4}, boolean, yes},
    {"pg_statistics_obj_is_visible", {int4}, boolean, yes},
    {"pg_ts_config_is_visible", {int4}, boolean, yes},
    {"pg_ts_dict_is_visible", {int4}, boolean, yes},
    {"pg_ts_parser_is_visible", {int4}, boolean, yes},
    {"pg_ts_template_is_visible", {int4}, boolean, yes},
    {"pg_tablespace_location", {int4}, varchar, no_text},
    // As for a connection by a Unix socket: an address tells nothing of the session.
    {"inet_server_addr", {}, varchar, nothing, false},
    {"inet_server_port", {}, int4, nothing, false},
    {"inet_client_addr", {}, varchar, nothing, false},
    {"inet_client_port", {}, int4, nothing, false},
    {"pg_is_in_recovery", {}, boolean, no},
    {"pg_relation_is_publishable", {int4}, boolean, no},
    {"pg_get_expr", {varchar, int4}, varchar, first},
    {"pg_get_expr", {varchar, int4, boolean}, varchar, first},
    {"pg_get_serial_sequence", {varchar, varchar}, varchar, nothing, false},
    {"pg_get_statisticsobjdef_columns", {int4}, varchar, nothing, false},
    {"pg_get_ruledef", {int4}, varchar, nothing, false},
    {"pg_get_viewdef", {int4}, varchar, definition, true, false, stable},
    {"pg_get_viewdef", {int4, boolean}, varchar, definition, true, false, stable},
    {"pg_get_indexdef", {int4}, varchar, definition, true, false, stable},
    {"pg_get_indexdef", {int4, int4, boolean}, varchar, index_definition, true, false, stable},
    {"pg_get_constraintdef", {int4}, varchar, definition, true, false, stable},
    {"pg_get_constraintdef", {int4, boolean}, varchar, definition, true, false, stable},
    {"pg_get_triggerdef", {int4}, varchar, nothing, false},
    {"pg_get_triggerdef", {int4, boolean}, varchar, nothing, false},
    // There are no functions in pg_proc to be described.
    {"pg_get_function_result", {int4}, varchar, nothing, false},
    {"pg_get_function_arguments", {int4}, varchar, nothing, false},
    {"pg_table_size", {int4}, int8, size_by_oid, true, false, stable},
    {"pg_table_size", {varchar}, int8, size_by_name, true, false, stable},
    {"pg_relation_size", {int4}, int8, size_by_oid, true, false, stable},
    {"pg_relation_size", {varchar}, int8, size_by_name, true, false, stable},
    {"pg_relation_size", {int4, varchar}, int8, size_by_oid, true, false, stable},
    {"pg_relation_size", {varchar, varchar}, int8, size_by_name, true, false, stable},
    {"pg_total_relation_size", {int4}, int8, size_by_oid, true, false, stable},
    {"pg_total_relation_size", {varchar}, int8, size_by_name, true, false, stable},
    {"pg_indexes_size", {int4}, int8, no_size},
    {"pg_indexes_size", {varchar}, int8, no_size},
    {"pg_database_size", {int4}, int8, database_size, true, false, stable},
    {"pg_database_size", {varchar}, int8, database_size, true, false, stable},
    {"pg_size_pretty", {int8}, varchar, size_pretty},
    {"getdatabaseencoding", {}, varchar, encoding},
    {"pg_encoding_to_char", {int4}, varchar, encoding},
    {"obj_description", {int4}, varchar, comment, true, false, stable},
    {"obj_description", {int4, varchar}, varchar, comment, true, false, stable},
    {"col_description", {int4, int4}, varchar, column_comment, true, false, stable},
    {"set_config",
     {varchar, varchar, boolean},
     varchar,
     set_config,
     true,
     false,
     Volatility::changing},
    {"shobj_description", {int4, varchar}, varchar, nothing, false},
    {"format_type", {int4, int4}, varchar, format_type, false},
    {"pg_typeof", {any}, varchar, type_name, false},
    {"pg_my_temp_schema", {}, int4, zero},
    {"pg_cancel_backend", {int4}, boolean, no},
    {"pg_terminate_backend", {int4}, boolean, no},
    {"pg_postmaster_start_time", {}, timestamptz, start_time, true, false, stable},
    {"pg_stat_get_numscans", {int4}, int8, zero},
    {"pg_get_partkeydef", {int4}, varchar, nothing, false},
    {"rw_epoch_to_ts", {int8}, timestamptz, epoch_time},
    {"rw_recovery_status", {}, varchar, running},
    {"has_table_privilege", {varchar, varchar}, boolean, privilege<of_table>, true, false, stable},
    {"has_table_privilege",
     {varchar, varchar, varchar},
     boolean,
     privilege<of_table>,
     true,
     false,
     stable},
    {"has_table_privilege", {int4, varchar}, boolean, privilege<of_table>, true, false, stable},
    {"has_table_privilege",
     {varchar, int4, varchar},
     boolean,
     privilege<of_table>,
     true,
     false,
     stable},
    {"has_any_column_privilege",
     {varchar, varchar},
     boolean,
     privilege<of_columns>,
     true,
     false,
     stable},
    {"has_any_column_privilege",
     {varchar, varchar, varchar},
     boolean,
     privilege<of_columns>,
     true,
     false,
     stable},
    {"has_any_column_privilege",
     {int4, varchar},
     boolean,
     privilege<of_columns>,
     true,
     false,
     stable},
    {"has_any_column_privilege",
     {varchar, int4, varchar},
     boolean,
     privilege<of_columns>,
     true,
     false,
     stable},
    {"has_schema_privilege",
     {varchar, varchar},
     boolean,
     privilege<of_schema>,
     true,
     false,
     stable},
    {"has_schema_privilege",
     {varchar, varchar, varchar},
     boolean,
     privilege<of_schema>,
     true,
     false,
     stable},
    {"has_database_privilege",
     {varchar, varchar},
     boolean,
     privilege<of_database>,
     true,
     false,
     stable},
    {"has_database_privilege",
     {varchar, varchar, varchar},
     boolean,
     privilege<of_database>,
     true,
     false,
     stable},
    {"has_function_privilege",
     {varchar, varchar},
     boolean,
     privilege<of_function>,
     true,
     false,
     stable},
    {"has_function_privilege",
     {varchar, varchar, varchar},
     boolean,
     privilege<of_function>,
     true,
     false,
     stable},
    // The session waits before it computes; there is no waiting in the middle of an epoch.
    {"pg_sleep", {float8}, int4, nothing, true, false, stable},
    {"pg_sleep_for", {interval}, int4, nothing, true, false, stable},
    {"gen_random_uuid", {}, varchar, uuid, true, false, Volatility::changing},
};

}  // namespace

std::span<const Function> system_functions() { return system_rows; }

}  // namespace levada::query
