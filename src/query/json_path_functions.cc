// jsonb_path_query and its kind: SQL/JSON paths as functions and operators.

#include "query/function_table.h"
#include "query/json_path.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

struct KeptPath {
  std::string text;
  JsonPath path;
};

// jsonb, path [, variables [, silent]]. NULL: an error was told.
std::optional<JsonPath::Found> found_by(Evaluation& evaluation, const CallSite& site, Arguments a) {
  auto* kept = static_cast<KeptPath*>(site.memo.get());
  if (kept == nullptr || kept->text != a[1].text()) {
    auto path = JsonPath::parse(a[1].text());
    if (!path) {
      evaluation.fail(std::move(path).error());
      return std::nullopt;
    }
    auto made = std::make_shared<KeptPath>();
    made->text = a[1].text();
    made->path = std::move(*path);
    kept = made.get();
    site.memo = std::move(made);
  }
  Json variables;
  variables.kind = Json::Kind::object;
  if (a.size() > 2) variables = Json::parse(a[2].text()).value_or(variables);
  if (variables.kind != Json::Kind::object) {
    evaluation.fail(sqlstate::invalid_parameter_value, "\"vars\" argument is not an object");
    return std::nullopt;
  }
  auto found = kept->path.run(Json::parse(a[0].text()).value_or(Json{}), variables);
  const bool silent = a.size() > 3 && a[3].boolean();
  if (found.error && !silent) {
    evaluation.fail(*found.error);
    return std::nullopt;
  }
  return found;
}

Datum path_exists(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const auto found = found_by(evaluation, site, a);
  if (!found || (found->error && found->items.empty())) return Datum::null();
  return Datum::of(!found->items.empty());
}

template <bool silent>
Datum path_match(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const auto found = found_by(evaluation, site, a);
  if (!found || found->error) return Datum::null();
  const bool one = found->items.size() == 1;
  if (one && found->items.front().kind == Json::Kind::boolean)
    return Datum::of(found->items.front().boolean);
  if (one && found->items.front().kind == Json::Kind::null) return Datum::null();
  if (silent || (a.size() > 3 && a[3].boolean())) return Datum::null();
  return evaluation.fail("22038", "single boolean result is expected");
}

// The operators @? and @@ tell no errors but those of the path's text.
template <Datum (*run)(Evaluation&, const CallSite&, Arguments)>
Datum silently(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const Datum all[] = {a[0], a[1], Datum::of("{}"), Datum::of(true)};
  return run(evaluation, site, Arguments(all));
}

Datum path_query_array(Evaluation& evaluation, const CallSite& site, Arguments a) {
  auto found = found_by(evaluation, site, a);
  if (!found) return Datum::null();
  Json list;
  list.kind = Json::Kind::list;
  list.items = std::move(found->items);
  return evaluation.text(list.canonical());
}
Datum path_query_first(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const auto found = found_by(evaluation, site, a);
  if (!found || found->items.empty()) return Datum::null();
  return evaluation.text(found->items.front().canonical());
}

void path_query(Evaluation& evaluation, const CallSite& site, Arguments a,
                std::vector<Datum>& out) {
  for (const Datum& argument : a)
    if (argument.is_null()) return;
  const auto found = found_by(evaluation, site, a);
  if (!found) return;
  for (const Json& item : found->items) out.push_back(evaluation.text(item.canonical()));
}

constinit const Function json_path_rows[] = {
    {"jsonb_path_exists", {jsonb, varchar}, boolean, path_exists},
    {"jsonb_path_exists", {jsonb, varchar, jsonb}, boolean, path_exists},
    {"jsonb_path_exists", {jsonb, varchar, jsonb, boolean}, boolean, path_exists},
    {"jsonb_path_match", {jsonb, varchar}, boolean, path_match<false>},
    {"jsonb_path_match", {jsonb, varchar, jsonb}, boolean, path_match<false>},
    {"jsonb_path_match", {jsonb, varchar, jsonb, boolean}, boolean, path_match<false>},
    {"jsonb_path_query_array", {jsonb, varchar}, jsonb, path_query_array},
    {"jsonb_path_query_array", {jsonb, varchar, jsonb}, jsonb, path_query_array},
    {"jsonb_path_query_array", {jsonb, varchar, jsonb, boolean}, jsonb, path_query_array},
    {"jsonb_path_query_first", {jsonb, varchar}, jsonb, path_query_first},
    {"jsonb_path_query_first", {jsonb, varchar, jsonb}, jsonb, path_query_first},
    {"jsonb_path_query_first", {jsonb, varchar, jsonb, boolean}, jsonb, path_query_first},
    {"@?", {jsonb, varchar}, boolean, silently<path_exists>},
    {"@@", {jsonb, varchar}, boolean, silently<path_match<true>>},
};

constinit const TableFunction json_path_table_rows[] = {
    {"jsonb_path_query", {jsonb, varchar}, 0, jsonb, false, path_query},
    {"jsonb_path_query", {jsonb, varchar, jsonb}, 0, jsonb, false, path_query},
    {"jsonb_path_query", {jsonb, varchar, jsonb, boolean}, 0, jsonb, false, path_query},
};

}  // namespace

std::span<const Function> json_path_functions() { return json_path_rows; }
std::span<const TableFunction> json_path_table_functions() { return json_path_table_rows; }

}  // namespace levada::query
