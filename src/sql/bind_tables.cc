// FROM: relations, subqueries, functions, joins, time windows; each a frame.

#include <algorithm>

#include "sql/parser.h"
#include "sql/query_binder.h"

namespace levada::sql {
namespace {

using query::CastContext;
using query::ExpressionKind;

constexpr int view_depth_max = 64;

Frame one_row() {
  Frame frame;
  frame.plan = query::values({}, {{}});
  return frame;
}

// The columns of a plan as one table.
Frame frame_of(Plan plan, const std::string& alias) {
  Frame frame;
  for (std::size_t n = 0; n < plan->columns.size(); ++n)
    frame.scope.columns.push_back({alias, plan->columns[n].name,
                                   query::column(n, plan->columns[n].type), plan->columns[n].hidden,
                                   false});
  frame.scope.tables.push_back({alias, {}, 0, frame.scope.columns.size()});
  frame.plan = std::move(plan);
  return frame;
}

query::JoinKind kind_of(JoinType type) {
  switch (type) {
    case JoinType::left:
    case JoinType::asof_left:
      return query::JoinKind::left;
    case JoinType::right:
      return query::JoinKind::right;
    case JoinType::full:
      return query::JoinKind::full;
    default:
      return query::JoinKind::inner;
  }
}

}  // namespace

void QueryBinder::rename(Frame& frame, const std::string& alias, std::size_t first) {
  for (ScopeColumn& column : frame.scope.columns) column.table = alias;
  frame.scope.tables = {{alias, {}, first, frame.scope.columns.size()}};
}

SqlResult<Unit> QueryBinder::rename_columns(Frame& frame, const std::vector<std::string>& names,
                                            std::size_t first) {
  std::size_t next = first;
  for (const std::string& name : names) {
    while (next < frame.scope.columns.size() && frame.scope.columns[next].hidden) ++next;
    if (next == frame.scope.columns.size())
      return query::refuse(query::sqlstate::invalid_column_reference,
                           "table \"" + frame.scope.tables.front().alias + "\" has " +
                               std::to_string(next - first) + " columns available but " +
                               std::to_string(names.size()) + " columns specified");
    frame.scope.columns[next++].name = name;
  }
  return Unit{};
}

SqlResult<Frame> QueryBinder::from(const std::vector<TableRefPtr>& tables, const Scope* outer) {
  if (tables.empty()) {
    Frame frame = one_row();
    frame.scope.parent = outer;
    return frame;
  }
  Frame frame = ATTEMPT(table(*tables.front(), nullptr, outer));
  frame.scope.parent = outer;
  for (std::size_t n = 1; n < tables.size(); ++n)
    frame = ATTEMPT(combine(std::move(frame), *tables[n], query::JoinKind::inner, nullptr, outer));
  for (std::size_t a = 0; a < frame.scope.tables.size(); ++a)
    for (std::size_t b = a + 1; b < frame.scope.tables.size(); ++b)
      if (frame.scope.tables[a].alias == frame.scope.tables[b].alias &&
          frame.scope.tables[a].schema == frame.scope.tables[b].schema &&
          !frame.scope.tables[a].alias.empty())
        return query::refuse(
            query::sqlstate::duplicate_alias,
            "table name \"" + frame.scope.tables[a].alias + "\" specified more than once");
  return frame;
}

// A function without arguments that is a relation here: pg_get_keywords().
std::shared_ptr<const query::Relation> QueryBinder::relation_called(const TableRef& written) const {
  if (written.kind != TableRef::Kind::function || written.functions.size() != 1) return nullptr;
  const Term& call = *written.functions.front();
  if (call.kind != TermKind::call || !call.arguments.empty() ||
      call.names.back() != "pg_get_keywords")
    return nullptr;
  return catalog_.relation("pg_catalog", call.names.back());
}

// `left`: what a lateral item may look at; its frame is not changed here.
SqlResult<Frame> QueryBinder::table(const TableRef& written, Frame* left, const Scope* outer) {
  if (auto called = relation_called(written)) {
    Frame frame =
        ATTEMPT(relation_frame(called, written.alias.empty() ? called->name : written.alias));
    ATTEMPT(rename_columns(frame, written.columns, 0));
    return frame;
  }
  switch (written.kind) {
    case TableRef::Kind::relation:
      return relation(written, outer);
    case TableRef::Kind::query: {
      const Scope* around = written.lateral && left != nullptr ? &left->scope : outer;
      Plan plan = ATTEMPT(query(*written.query, around));
      Frame frame = frame_of(std::move(plan), written.alias);
      ATTEMPT(rename_columns(frame, written.columns, 0));
      return frame;
    }
    case TableRef::Kind::join: {
      Frame first = ATTEMPT(table(*written.left, left, outer));
      first.scope.parent = outer;
      const std::size_t left_width = first.plan->columns.size();
      Frame joined = ATTEMPT(
          combine(std::move(first), *written.right, kind_of(written.join), &written, outer));
      if (written.join == JoinType::asof || written.join == JoinType::asof_left)
        ATTEMPT(keep_closest(joined, left_width, written.position));
      if (!written.alias.empty()) rename(joined, written.alias);
      ATTEMPT(rename_columns(joined, written.columns, 0));
      return joined;
    }
    case TableRef::Kind::function:
    case TableRef::Kind::functions: {
      Frame base = one_row();
      base.scope.parent = outer;
      return functions(written, &base, outer, false);
    }
    case TableRef::Kind::window:
      return window_table(written, outer);
  }
  return query::refuse(query::sqlstate::internal_error, "a table without kind");
}

// ASOF: of the right rows that match, the one at which the only inequality is tightest. Rows of the
// left that are alike keep their number: they share their closest row.
SqlResult<Unit> QueryBinder::keep_closest(Frame& joined, std::size_t left_width,
                                          std::uint32_t position) const {
  const auto* join = std::get_if<query::Join>(&joined.plan->node);
  const std::size_t width = joined.plan->columns.size();
  bool equality = false;
  std::vector<query::SortKey> order;
  std::size_t inequalities = 0;
  for (const ExpressionRef& condition :
       join == nullptr ? std::vector<ExpressionRef>() : query::conjuncts(join->condition)) {
    if (condition->kind != ExpressionKind::call || condition->arguments.size() != 2) continue;
    const std::string_view sign = condition->function->name;
    const auto of_left = [&](const ExpressionRef& side) {
      return !query::mentions_column(*side, left_width, width);
    };
    const auto of_right = [&](const ExpressionRef& side) {
      return !query::mentions_column(*side, 0, left_width);
    };
    const ExpressionRef &a = condition->arguments[0], &b = condition->arguments[1];
    const bool straight = of_left(a) && of_right(b);
    if (!straight && !(of_right(a) && of_left(b))) continue;
    if (sign == "=") equality = true;
    if (sign != "<" && sign != "<=" && sign != ">" && sign != ">=") continue;
    ++inequalities;
    const bool right_is_greater = (sign[0] == '<') == straight;
    order = {{straight ? b : a, !right_is_greater, false}};
  }
  if (!equality || inequalities != 1)
    return at(position, query::sqlstate::feature_not_supported,
              "AsOf join requires at least 1 equal condition and exactly 1 inequality condition");
  query::TopN closest;
  for (std::size_t n = 0; n < left_width; ++n)
    closest.partition.push_back(query::column(n, joined.plan->columns[n].type));
  for (std::size_t n = left_width; n < width; ++n)
    order.push_back({query::column(n, joined.plan->columns[n].type), false, false});
  closest.input = joined.plan;
  closest.order = std::move(order);
  closest.limit = query::constant(TypeKind::int8, query::Datum::of(1));
  closest.with_ties = true;
  joined.plan = query::top_n(std::move(closest));
  return Unit{};
}

SqlResult<Frame> QueryBinder::relation_frame(std::shared_ptr<const query::Relation> found,
                                             std::string alias) {
  const query::Relation& relation = *found;
  if (relation.kind == query::RelationKind::view) {
    if (depth_ > view_depth_max)
      return query::refuse(query::sqlstate::program_limit_exceeded, "views are nested too deeply");
    const auto parsed = parse_query(relation.definition);
    if (!parsed) return tl::unexpected(parsed.error());
    const BindOptions plain{.style = options_.style};
    QueryBinder inner(catalog_, parameters_, plain);
    inner.depth_ = depth_ + 1;
    inner.recursions_ = recursions_;
    Plan plan = ATTEMPT(inner.query(**parsed, nullptr));
    Frame frame = frame_of(std::move(plan), alias);
    for (std::size_t n = 0; n < relation.columns.size() && n < frame.scope.columns.size(); ++n)
      frame.scope.columns[n].name = relation.columns[n].name;
    return frame;
  }
  if (relation.kind == query::RelationKind::index) return index_frame(relation, alias);
  if (relation.kind == query::RelationKind::sink)
    return query::refuse(query::sqlstate::wrong_object_type,
                         "\"" + relation.name + "\" is not a table");
  return frame_of(query::scan(std::move(found)), alias);
}

// An index shows its columns, then what it includes: by default all that its table shows besides.
SqlResult<Frame> QueryBinder::index_frame(const query::Relation& index, const std::string& alias) {
  const auto statements = ATTEMPT(parse(index.definition));
  const auto* create =
      statements.size() == 1 ? std::get_if<CreateIndex>(&statements.front().form) : nullptr;
  const auto table =
      create == nullptr ? nullptr : catalog_.relation(index.schema, create->table.back());
  if (table == nullptr)
    return query::refuse(query::sqlstate::undefined_table,
                         "the table of index \"" + index.name + "\" is not there");
  Frame base = frame_of(query::scan(table), table->name);
  std::vector<ExpressionRef> shown;
  std::vector<std::string> names;
  const auto show = [&](std::size_t column) {
    if (std::find(names.begin(), names.end(), table->columns[column].name) != names.end()) return;
    shown.push_back(query::column(column, table->columns[column].type));
    names.push_back(table->columns[column].name);
  };
  for (const IndexColumn& column : create->columns) {
    shown.push_back(ATTEMPT(coercion_.settled(ATTEMPT(term_over(base, *column.term)))));
    names.push_back(column.term->kind == TermKind::column ? column.term->names.back() : "expr");
  }
  for (std::size_t n = 0; n < table->columns.size(); ++n) {
    const auto& included = create->include;
    const bool wanted = included.empty() ? !table->columns[n].hidden
                                         : std::find(included.begin(), included.end(),
                                                     table->columns[n].name) != included.end();
    if (wanted) show(n);
  }
  return frame_of(query::project(base.plan, std::move(shown), std::move(names)), alias);
}

SqlResult<Frame> QueryBinder::relation(const TableRef& written, const Scope*) {
  const std::string& name = written.names.back();
  const std::string alias = written.alias.empty() ? name : written.alias;
  if (written.names.size() == 1) {
    for (auto common = commons_.rbegin(); common != commons_.rend(); ++common) {
      if (common->name != name) continue;
      Frame frame = frame_of(common->plan, alias);
      ATTEMPT(rename_columns(frame, written.columns, 0));
      return frame;
    }
  }
  const std::string schema =
      written.names.size() > 1 ? written.names[written.names.size() - 2] : "";
  const std::size_t parts = written.names.size();
  std::shared_ptr<const query::Relation> found =
      parts > 2 ? catalog_.relation_in(written.names[parts - 3], schema, name)
                : catalog_.relation(schema, name);
  if (found == nullptr) {
    std::string full;
    for (const std::string& part : written.names) full += (full.empty() ? "" : ".") + part;
    return at(written.position, query::sqlstate::undefined_table,
              "relation \"" + full + "\" does not exist",
              parts > 2 && !catalog_.is_here(written.names[parts - 3])
                  ? "Of another database a SELECT reads tables and materialized views; views and "
                    "sinks read their own only."
                  : "");
  }
  if (options_.mentions != nullptr)
    options_.mentions->push_back({written.position, found->id, !written.alias.empty()});
  const std::string found_schema = found->schema;
  Frame frame = ATTEMPT(relation_frame(std::move(found), alias));
  ScopeTable& table = frame.scope.tables.front();
  (written.alias.empty() ? table.schema : table.relation) =
      written.alias.empty() ? found_schema : name;
  ATTEMPT(rename_columns(frame, written.columns, 0));
  return frame;
}

// jsonb_to_record(json) AS t(a int, …): the columns are what the query says they are.
SqlResult<query::TableCall> QueryBinder::record_call(const Term& one, const TableRef& written,
                                                     Place& place) {
  if (written.column_types.empty() || written.column_types.size() != written.columns.size())
    return at(one.position, query::sqlstate::syntax_error,
              "a column definition list is required for functions returning \"record\"");
  if (one.arguments.size() != 1)
    return at(one.position, query::sqlstate::undefined_function,
              one.names.back() + " takes one argument");
  std::vector<query::TypeField> fields;
  for (std::size_t n = 0; n < written.columns.size(); ++n)
    fields.push_back({written.columns[n], ATTEMPT(type_of(written.column_types[n]))});
  query::TableCall made;
  made.function = query::table_functions_named(one.names.back()).front();
  made.type = Type::structure(std::move(fields));
  ExpressionRef json = ATTEMPT(term(*one.arguments.front(), place));
  json = ATTEMPT(coercion_.to(std::move(json), TypeKind::jsonb, CastContext::implicit));
  made.arguments = {query::null_constant(made.type), std::move(json)};
  return made;
}

// FROM f(…): one row a result, beside the row of `left` that its arguments come from.
SqlResult<Frame> QueryBinder::functions(const TableRef& written, Frame* left, const Scope*,
                                        bool outer_join) {
  Frame frame = std::move(*left);
  std::vector<Pending> pending;
  Place place;
  place.scope = &frame.scope;
  place.pending = &pending;
  place.frame = &frame;
  place.clause = "functions in FROM";
  query::ProjectSet set;
  std::vector<std::string> names;
  for (const TermRef& one : written.functions) {
    const std::string name = one->kind == TermKind::call ? one->names.back() : "column";
    std::optional<query::TableCall> call;
    if (name == "jsonb_to_record" || name == "jsonb_to_recordset")
      call = ATTEMPT(record_call(*one, written, place));
    else if (one->kind == TermKind::call)
      call = ATTEMPT(table_call(*one, place));
    if (!call) {
      call.emplace();
      call->arguments.push_back(ATTEMPT(coercion_.settled(ATTEMPT(term(*one, place)))));
      call->type = call->arguments.front()->type;
    }
    names.push_back(name);
    set.calls.push_back(std::move(*call));
  }
  std::vector<ExpressionRef*> expressions;
  for (query::TableCall& call : set.calls)
    for (ExpressionRef& argument : call.arguments) expressions.push_back(&argument);
  ATTEMPT(attach(frame, pending, std::move(expressions)));
  const std::size_t width = frame.plan->columns.size();
  set.input = frame.plan;
  set.ordinality = written.ordinality;
  set.outer = outer_join;
  const std::vector<query::TableCall> calls = set.calls;
  frame.plan = query::project_set(std::move(set));

  const std::string alias =
      written.alias.empty() ? (names.empty() ? std::string() : names.front()) : written.alias;
  const std::size_t first = frame.scope.columns.size();
  for (std::size_t n = 0; n < calls.size(); ++n) {
    // A function of structures gives their fields as columns, as in PostgreSQL.
    if (calls.size() == 1 && calls[n].type.is(TypeKind::structure)) {
      const ExpressionRef whole = query::column(width + n, calls[n].type);
      for (std::size_t f = 0; f < calls[n].type.fields().size(); ++f)
        frame.scope.columns.push_back(
            {alias, calls[n].type.fields()[f].name,
             query::expression(ExpressionKind::field, calls[n].type.fields()[f].type, {whole}, f),
             false, false});
      continue;
    }
    const std::string name = !written.alias.empty() && calls.size() == 1 ? written.alias : names[n];
    frame.scope.columns.push_back(
        {alias, name, query::column(width + n, calls[n].type), false, false});
  }
  if (written.ordinality)
    frame.scope.columns.push_back(
        {alias, "ordinality", query::column(width + calls.size(), TypeKind::int8), false, false});
  frame.scope.tables.push_back({alias, {}, first, frame.scope.columns.size()});
  ATTEMPT(rename_columns(frame, written.columns, first));
  return frame;
}

SqlResult<Frame> QueryBinder::window_table(const TableRef& written, const Scope* outer) {
  Frame frame = ATTEMPT(table(*written.left, nullptr, outer));
  frame.scope.parent = outer;
  const bool hop = written.window == "hop";
  const auto& arguments = written.window_arguments;
  const std::size_t sizes = hop ? 2 : 1;
  if (arguments.size() < 1 + sizes || arguments.size() > 2 + sizes)
    return at(written.position, query::sqlstate::undefined_function,
              hop ? "hop takes a table, a time column, a slide and a size"
                  : "tumble takes a table, a time column and a size");
  query::TimeWindow window;
  window.time = ATTEMPT(term_over(frame, *arguments[0]));
  const auto interval = [&](const Term& one) -> SqlResult<query::Interval> {
    ExpressionRef value = ATTEMPT(
        coercion_.to(ATTEMPT(term_over(frame, one)), TypeKind::interval, CastContext::is_explicit));
    if (value->kind != ExpressionKind::constant || value->value.is_null())
      return at(one.position, query::sqlstate::invalid_parameter_value,
                "window sizes must be constant intervals");
    return *value->value.datum().interval;
  };
  window.slide = ATTEMPT(interval(*arguments[1]));
  window.size = hop ? ATTEMPT(interval(*arguments[2])) : window.slide;
  if (arguments.size() == 2 + sizes) window.offset = ATTEMPT(interval(*arguments.back()));
  const std::size_t width = frame.plan->columns.size();
  window.input = frame.plan;
  frame.plan = query::time_window(std::move(window));
  const std::string alias = !written.alias.empty()       ? written.alias
                            : frame.scope.tables.empty() ? written.window
                                                         : frame.scope.tables.front().alias;
  for (std::size_t n = 0; n < 2; ++n)
    frame.scope.columns.push_back({alias, n == 0 ? "window_start" : "window_end",
                                   query::column(width + n, frame.plan->columns[width + n].type),
                                   false, false});
  rename(frame, alias);
  ATTEMPT(rename_columns(frame, written.columns, 0));
  return frame;
}

// `left` and the table beside each other.
SqlResult<Frame> QueryBinder::combine(Frame left, const TableRef& written, query::JoinKind kind,
                                      const TableRef* join, const Scope* outer) {
  left.scope.parent = outer;
  const bool is_function =
      written.kind == TableRef::Kind::function || written.kind == TableRef::Kind::functions;
  if (is_function && (kind == query::JoinKind::inner || kind == query::JoinKind::left)) {
    // Computed beside each row of the left: lateral without a join.
    const bool outer_join = kind == query::JoinKind::left;
    Frame frame = ATTEMPT(functions(written, &left, outer, outer_join));
    frame.scope.parent = outer;
    if (join != nullptr && join->condition) {
      const bool always =
          join->condition->kind == TermKind::boolean && join->condition->text == "true";
      if (!always && outer_join)
        return at(written.position, query::sqlstate::feature_not_supported,
                  "LEFT JOIN with a function is supported with ON true only");
      if (!always) ATTEMPT(where(frame, *join->condition));
    }
    return frame;
  }
  Frame right = ATTEMPT(table(written, &left, outer));
  const std::size_t width = left.plan->columns.size();
  std::size_t first = width;  // where the right's columns begin in the joined row
  const std::vector<ExpressionRef> looks = outer_columns(right.plan);
  const bool lateral = written.lateral && !looks.empty();

  Frame joined;
  joined.scope = left.scope;
  Plan right_plan = right.plan;
  std::vector<ExpressionRef> conditions;
  if (lateral) {
    if (kind != query::JoinKind::inner && kind != query::JoinKind::left)
      return at(written.position, query::sqlstate::invalid_column_reference,
                "invalid reference to FROM-clause entry: the combining JOIN type must be INNER or "
                "LEFT for a LATERAL reference");
    std::vector<ExpressionRef> own;
    for (const ExpressionRef& column : looks)
      own.push_back(query::column(index_of(column->index), column->type));
    const Plan domain =
        query::distinct(query::project(left.plan, own, std::vector<std::string>(own.size())));
    right_plan = ATTEMPT(depend(right.plan, domain, looks));
    std::vector<ExpressionRef> theirs;
    for (std::size_t n = 0; n < looks.size(); ++n)
      theirs.push_back(query::column(width + n, looks[n]->type));
    conditions.push_back(same_combination(own, theirs));
    first = width + looks.size();
  } else if (written.lateral) {
    right_plan = one_level_in(right_plan);
  }
  const std::size_t columns_before = joined.scope.columns.size();
  for (const ScopeTable& known : right.scope.tables)
    joined.scope.tables.push_back(
        {known.alias, known.schema, known.first + columns_before, known.beyond + columns_before});
  for (ScopeColumn column : right.scope.columns) {
    column.value = resolved(column.value, {}, first);
    joined.scope.columns.push_back(std::move(column));
  }

  // USING and NATURAL: equal names, seen once.
  std::vector<std::string> shared =
      join != nullptr ? join->using_columns : std::vector<std::string>();
  if (join != nullptr && join->natural)
    for (const ScopeColumn& column : left.scope.columns)
      for (const ScopeColumn& other : right.scope.columns)
        if (column.name == other.name && !column.hidden && !other.hidden && !column.merged_away &&
            !other.merged_away)
          shared.push_back(column.name);
  struct Merged {
    std::size_t left, right;
  };
  std::vector<Merged> merged;
  for (const std::string& name : shared) {
    std::optional<std::size_t> a;
    std::optional<std::size_t> b;
    for (std::size_t n = 0; n < joined.scope.columns.size(); ++n) {
      const ScopeColumn& column = joined.scope.columns[n];
      if (column.name != name || column.merged_away) continue;
      std::optional<std::size_t>& side = n < columns_before ? a : b;
      if (side)
        return query::refuse(query::sqlstate::ambiguous_column,
                             "common column name \"" + name + "\" appears more than once in " +
                                 (n < columns_before ? "left" : "right") + " table");
      side = n;
    }
    if (!a || !b)
      return query::refuse(query::sqlstate::undefined_column,
                           "column \"" + name + "\" specified in USING clause does not exist in " +
                               (a ? "right" : "left") + " table");
    conditions.push_back(
        ATTEMPT(compare("=", joined.scope.columns[*a].value, joined.scope.columns[*b].value)));
    merged.push_back({*a, *b});
  }

  joined.plan = query::join(query::JoinKind::inner, left.plan, right_plan, truth());
  joined.scope.parent = outer;
  if (join != nullptr && join->condition) {
    // Subqueries in ON are computed over the inner join's rows; outer joins cannot have them.
    Place place;
    place.scope = &joined.scope;
    std::vector<Pending> pending;
    place.pending = &pending;
    place.clause = "JOIN/ON";
    ExpressionRef condition = ATTEMPT(boolean_term(*join->condition, place));
    if (!pending.empty() && kind != query::JoinKind::inner)
      return at(join->condition->position, query::sqlstate::feature_not_supported,
                "a subquery in the ON of an outer join is not supported");
    if (!pending.empty()) {
      joined.plan = query::join(kind, left.plan, right_plan, query::conjunction(conditions));
      ATTEMPT(attach(joined, pending, {&condition}));
      joined.plan = query::filter(joined.plan, condition);
      return joined;
    }
    conditions.push_back(std::move(condition));
  }
  joined.plan =
      query::join(kind, left.plan, right_plan, query::conjunction(conditions), written.as_of_now);
  // What USING has merged stands for both sides; what the outer join merged comes first in a star.
  int rank = 1;
  for (const ScopeColumn& column : joined.scope.columns) rank = std::max(rank, column.merged + 1);
  for (const Merged& pair : merged) {
    ScopeColumn& a = joined.scope.columns[pair.left];
    ScopeColumn& b = joined.scope.columns[pair.right];
    b.merged_away = true;
    a.merged = rank;
    if (kind == query::JoinKind::right) {
      a.value = b.value;
    } else if (kind == query::JoinKind::full) {
      std::vector<ExpressionRef> both = {a.value, b.value};
      const Type type = ATTEMPT(coercion_.common(both, "JOIN/USING"));
      a.value = query::expression(ExpressionKind::coalesce, type, std::move(both));
    }
  }
  return joined;
}

}  // namespace levada::sql
