// Calls: scalar functions, aggregates, window functions, functions that return sets.

#include <algorithm>

#include "sql/parser.h"
#include "sql/query_binder.h"

namespace levada::sql {
namespace {

using query::CastContext;
using query::ExpressionKind;

constexpr int function_depth_max = 32;

ExpressionRef placeholder(std::size_t index, const Type& type) {
  return query::column(placeholder_base + index, type);
}

constexpr std::string_view aggregate_arguments = "aggregate function calls";

// What an aggregate orders or tells apart has an order.
SqlResult<Unit> check_compared(const query::AggregateCall& made) {
  constexpr std::string_view ordering[] = {"min",     "max",  "arg_min",
                                           "arg_max", "mode", "approx_count_distinct"};
  const bool orders = std::find(std::begin(ordering), std::end(ordering), made.function->name) !=
                      std::end(ordering);
  for (const query::SortKey& key : made.order)
    ATTEMPT(check_comparable(key.expression->type, "ordering"));
  if (orders && !made.arguments.empty())
    ATTEMPT(check_comparable(made.arguments.back()->type, "ordering"));
  for (const ExpressionRef& argument : made.arguments)
    if (made.distinct) ATTEMPT(check_comparable(argument->type, "equality"));
  return Unit{};
}

}  // namespace

SqlResult<ExpressionRef> QueryBinder::call(const Term& one, Place& place) {
  if (one.call->variadic &&
      (one.call->window || one.call->window_name || one.names.back() == "coalesce" ||
       one.names.back() == "nullif" || !query::aggregates_named(one.names.back()).empty()))
    return at(one.position, query::sqlstate::wrong_object_type,
              "VARIADIC argument is not allowed in function \"" + one.names.back() + "\"");
  if (one.call->window || one.call->window_name) return window_call(one, place);
  if (auto special = ATTEMPT(special_call(one, place))) return *special;
  if (auto aggregate = ATTEMPT(aggregate_call(one, place))) return *aggregate;
  if (query::window_function_named(one.names.back()) != nullptr &&
      query::functions_named(one.names.back()).empty())
    return at(one.position, query::sqlstate::wrong_object_type,
              "window function " + one.names.back() + " requires an OVER clause");
  if (!query::table_functions_named(one.names.back()).empty()) {
    if (place.sets == nullptr)
      return at(one.position, query::sqlstate::feature_not_supported,
                "set-returning functions are not allowed in " +
                    std::string(place.clause.empty() ? "this clause" : place.clause));
    auto set = ATTEMPT(table_call(one, place));
    if (set) {
      const Type type = set->type;
      place.sets->push_back(std::move(*set));
      return placeholder(3 * (placeholder_base / 4) + place.sets->size() - 1, type);
    }
  }
  std::vector<ExpressionRef> arguments = ATTEMPT(terms(one.arguments, place));
  const std::string schema = one.names.size() > 1 ? one.names[one.names.size() - 2] : "";
  if (const query::SqlFunction* written =
          ATTEMPT(written_function(one, schema, one.names.back(), arguments)))
    return written_call(one, *written, std::move(arguments));
  if (one.call->variadic) return spread_call(one, std::move(arguments));
  if (auto map = ATTEMPT(map_call(one, arguments))) return *map;
  return coercion_.call(one.names.back(), std::move(arguments));
}

// f(a, VARIADIC list): the list's elements are the last arguments.
SqlResult<ExpressionRef> QueryBinder::spread_call(const Term& one,
                                                  std::vector<ExpressionRef> arguments) {
  const ExpressionRef given = arguments.back();
  const auto functions = query::functions_named(one.names.back());
  const auto found = std::find_if(functions.begin(), functions.end(), [&](const auto* function) {
    return function->variadic && arguments.size() == function->arguments.size();
  });
  if (found == functions.end())
    return at(one.position, query::sqlstate::wrong_object_type,
              "VARIADIC argument is not allowed in function \"" + one.names.back() + "\"");
  if (given->kind == ExpressionKind::make_list) {
    arguments.pop_back();
    arguments.insert(arguments.end(), given->arguments.begin(), given->arguments.end());
    return coercion_.call(one.names.back(), std::move(arguments));
  }
  const query::Function& function = **found;
  const TypeKind last = function.arguments.back();
  if (given->type.is(TypeKind::unknown) || last != TypeKind::any) {
    const Type element = last == TypeKind::any ? Type(TypeKind::varchar) : Type(last);
    arguments.back() = ATTEMPT(coercion_.to(given, Type::list(element), CastContext::implicit));
  } else if (!given->type.is(TypeKind::list)) {
    return at(one.position, query::sqlstate::datatype_mismatch,
              "VARIADIC argument must be an array");
  }
  for (std::size_t n = 0; n + 1 < arguments.size(); ++n) {
    const TypeKind wanted = function.argument_kind(n);
    arguments[n] = wanted == TypeKind::any
                       ? ATTEMPT(coercion_.settled(arguments[n]))
                       : ATTEMPT(coercion_.to(arguments[n], Type(wanted), CastContext::implicit));
  }
  return query::spread_call(function, function.result, std::move(arguments));
}

// Of the functions written in SQL that have this name, the one that takes the arguments: that with
// the most of their very types, of those the one that takes untyped ones as text. nullptr: none
// takes them.
SqlResult<const query::SqlFunction*> QueryBinder::written_function(
    const Term& one, const std::string& schema, const std::string& name,
    const std::vector<ExpressionRef>& arguments) const {
  const query::SqlFunction* best = nullptr;
  const query::SqlFunction* of_that_many = nullptr;
  std::pair<std::size_t, std::size_t> best_fit;
  std::size_t as_good = 0, of_that_many_count = 0;
  for (const query::SqlFunction& function : catalog_.functions(schema, name)) {
    if (function.arguments.size() != arguments.size()) continue;
    of_that_many = &function;
    ++of_that_many_count;
    std::size_t exact = 0, as_text = 0;
    bool fits = true;
    for (std::size_t n = 0; n < arguments.size() && fits; ++n) {
      const Type &from = arguments[n]->type, &to = function.arguments[n].second;
      if (from == to) ++exact;
      if (from.is(TypeKind::unknown) && to.is(TypeKind::varchar)) ++as_text;
      const auto context = query::cast_context(from, to);
      fits = from.is(TypeKind::unknown) || (context && *context == CastContext::implicit);
    }
    const std::pair fit{exact, as_text};
    if (!fits || (best != nullptr && fit < best_fit)) continue;
    as_good = best == nullptr || fit > best_fit ? 1 : as_good + 1;
    best_fit = fit;
    best = &function;
  }
  if (as_good > 1)
    return at(one.position, query::sqlstate::ambiguous_function,
              "function " + signature_text(name, arguments) + " is not unique",
              "Could not choose a best candidate function. You might need to add explicit type "
              "casts.");
  // The only one says which of its arguments does not fit, unless there is a built-in one.
  const bool only = of_that_many_count == 1 && query::functions_named(name).empty();
  return best == nullptr && only ? of_that_many : best;
}

// A function written in SQL: its term, with the arguments in the place of their names.
SqlResult<ExpressionRef> QueryBinder::written_call(const Term& one,
                                                   const query::SqlFunction& function,
                                                   std::vector<ExpressionRef> arguments) {
  if (options_.function_depth > function_depth_max)
    return at(one.position, query::sqlstate::program_limit_exceeded,
              "functions are nested too deeply");
  std::vector<query::RelationColumn> columns;
  std::vector<ExpressionRef> to;
  for (std::size_t n = 0; n < arguments.size(); ++n) {
    const auto& [name, type] = function.arguments[n];
    to.push_back(ATTEMPT(coercion_.to(std::move(arguments[n]), type, CastContext::implicit)));
    columns.push_back({name.empty() ? "$" + std::to_string(n + 1) : name, type});
  }
  BindOptions inside{.style = options_.style, .text = function.term};
  inside.function_depth = options_.function_depth + 1;
  const TermRef term = ATTEMPT(parse_term(function.term));
  const ExpressionRef body = ATTEMPT(bind_term(*term, columns, function.result, catalog_, inside));
  return query::with_inputs(body, to);
}

// What looks like a function and is an expression of its own.
SqlResult<std::optional<ExpressionRef>> QueryBinder::special_call(const Term& one, Place& place) {
  using Made = std::optional<ExpressionRef>;
  const std::string& name = one.names.back();
  const bool is_now = name == "now" || name == "current_timestamp" ||
                      name == "transaction_timestamp" || name == "statement_timestamp";
  if (is_now && one.arguments.empty())
    return Made(query::expression(ExpressionKind::now, TypeKind::timestamptz, {}));
  if (name == "coalesce") {
    std::vector<ExpressionRef> values = ATTEMPT(terms(one.arguments, place));
    if (values.empty()) return at(one.position, query::sqlstate::syntax_error, "syntax error");
    const Type type = ATTEMPT(coercion_.common(values, "COALESCE"));
    return Made(query::expression(ExpressionKind::coalesce, type, std::move(values)));
  }
  if (name == "pg_typeof" && one.arguments.size() == 1) {
    // Of the value as written: a literal has no type yet, a row none that has a name.
    const ExpressionRef value = ATTEMPT(term(*one.arguments.front(), place));
    const bool row = value->kind == ExpressionKind::make_row;
    const std::string type = row ? "record" : value->type.name();
    return Made(query::constant(TypeKind::varchar, query::Datum::of(std::string_view(type))));
  }
  if (name == "nullif" && one.arguments.size() == 2) {
    std::vector<ExpressionRef> values = ATTEMPT(terms(one.arguments, place));
    ExpressionRef equal = ATTEMPT(compare("=", values[0], values[1]));
    ExpressionRef value = ATTEMPT(coercion_.settled(values[0]));
    const Type type = value->type;
    return Made(query::expression(ExpressionKind::choose, type,
                                  {std::move(equal), query::null_constant(type), value}));
  }
  if (name == "grouping" && place.aggregating != nullptr) {
    // Each argument's bit, the last one lowest; which group it is is known when all are.
    place.aggregating->uses_grouping = true;
    std::vector<ExpressionRef> arguments = ATTEMPT(terms(one.arguments, place));
    place.aggregating->grouping.push_back(
        query::expression(ExpressionKind::make_row, TypeKind::int4, std::move(arguments)));
    return Made(placeholder(
        placeholder_base / 4 * 3 + placeholder_base / 8 + place.aggregating->grouping.size() - 1,
        TypeKind::int4));
  }
  return Made();
}

SqlResult<std::optional<ExpressionRef>> QueryBinder::aggregate_call(const Term& one, Place& place) {
  using Made = std::optional<ExpressionRef>;
  const bool wraps = one.call->as_aggregate;
  if (!wraps && query::aggregates_named(one.names.back()).empty()) return Made();
  // Some names are both, first_value for one: without OVER they are aggregates.
  if (place.clause == aggregate_arguments)
    return at(one.position, query::sqlstate::grouping_error,
              "aggregate function calls cannot be nested");
  if (place.aggregating == nullptr)
    return at(one.position, query::sqlstate::grouping_error,
              "aggregate functions are not allowed in " +
                  std::string(place.clause.empty() ? "this clause" : place.clause));
  query::AggregateCall made =
      ATTEMPT(aggregate_of(one, wraps ? "array_agg" : one.names.back(), place));
  auto& calls = place.aggregating->calls;
  for (std::size_t n = 0; n < calls.size(); ++n) {
    const query::AggregateCall& known = calls[n];
    const bool alike =
        known.function == made.function && known.distinct == made.distinct && known.order.empty() &&
        made.order.empty() && !known.filter && !made.filter &&
        known.arguments.size() == made.arguments.size() &&
        std::equal(known.arguments.begin(), known.arguments.end(), made.arguments.begin(),
                   [](const auto& a, const auto& b) { return query::same(*a, *b); });
    if (alike) return Made(placeholder(n, known.type));
  }
  const Type type = made.type;
  calls.push_back(std::move(made));
  const ExpressionRef result = placeholder(calls.size() - 1, type);
  if (!wraps) return Made(result);
  if (const query::SqlFunction* written =
          ATTEMPT(written_function(one, "", one.names.back(), {result})))
    return Made(ATTEMPT(written_call(one, *written, {result})));
  return Made(ATTEMPT(coercion_.call(one.names.back(), {result})));
}

// The call itself; its arguments look at the rows before grouping.
SqlResult<query::AggregateCall> QueryBinder::aggregate_of(const Term& one, const std::string& name,
                                                          Place& outside) {
  Place place = outside;
  std::vector<Pending> pending;
  place.pending = &pending;
  place.aggregating = nullptr;
  place.windows = nullptr;
  place.sets = nullptr;
  place.clause = aggregate_arguments;
  query::AggregateCall made;
  made.distinct = one.call->distinct;
  std::vector<ExpressionRef> arguments = ATTEMPT(terms(one.arguments, place));
  const auto& order_items =
      one.call->within_group.empty() ? one.call->order : one.call->within_group;
  for (const OrderItem& item : order_items) {
    ExpressionRef key = ATTEMPT(coercion_.settled(ATTEMPT(term(*item.term, place))));
    made.order.push_back({key, item.descending, item.nulls_first.value_or(item.descending)});
    if (!one.call->within_group.empty()) arguments.push_back(key);
  }
  if (one.call->filter) {
    place.clause = "FILTER";
    made.filter = ATTEMPT(boolean_term(*one.call->filter, place));
  }
  const auto functions = query::aggregates_named(name);
  std::vector<Coercion::Signature> signatures;
  std::vector<const query::AggregateFunction*> candidates;
  for (const query::AggregateFunction* function : functions) {
    if (function->arguments.size() != arguments.size()) continue;
    if (arguments.empty() && !one.call->star) continue;
    candidates.push_back(function);
    signatures.push_back({function->arguments, function->lists, false});
  }
  const std::vector<ExpressionRef> given = arguments;
  std::optional<std::size_t> chosen;
  if (arguments.empty() && !candidates.empty())
    chosen = 0;
  else if (!candidates.empty())
    chosen = ATTEMPT(coercion_.choose(signatures, arguments));
  if (!chosen)
    return at(one.position, query::sqlstate::undefined_function,
              "function " + signature_text(name, given) + " does not exist",
              "No function matches the given name and argument types. You might need to add "
              "explicit type casts.");
  made.function = candidates[*chosen];
  std::vector<Type> types;
  for (const ExpressionRef& argument : arguments) types.push_back(argument->type);
  const auto result = query::result_type(*made.function, types);
  if (!result)
    return at(one.position, query::sqlstate::undefined_function,
              "function " + signature_text(name, given) + " does not exist");
  made.type = *result;
  made.arguments = std::move(arguments);
  ATTEMPT(check_compared(made));
  if (!pending.empty()) {
    std::vector<ExpressionRef*> expressions;
    for (ExpressionRef& argument : made.arguments) expressions.push_back(&argument);
    if (made.filter) expressions.push_back(&made.filter);
    for (query::SortKey& key : made.order) expressions.push_back(&key.expression);
    if (outside.frame == nullptr)
      return at(one.position, query::sqlstate::feature_not_supported,
                "a subquery is not supported in this aggregate");
    ATTEMPT(attach(*outside.frame, pending, std::move(expressions)));
  }
  return made;
}

SqlResult<ExpressionRef> QueryBinder::window_call(const Term& one, Place& place) {
  if (place.windows == nullptr)
    return at(one.position, "42P20",
              "window functions are not allowed in " +
                  std::string(place.clause.empty() ? "this clause" : place.clause));
  const WindowClause* clause = nullptr;
  const auto named = [&](const std::string& name) -> const WindowClause* {
    if (place.select == nullptr) return nullptr;
    for (const auto& [known, window] : place.select->windows)
      if (known == name) return &window;
    return nullptr;
  };
  if (one.call->window_name) {
    clause = named(*one.call->window_name);
    if (clause == nullptr)
      return at(one.position, query::sqlstate::undefined_object,
                "window \"" + *one.call->window_name + "\" does not exist");
  } else {
    clause = &*one.call->window;
  }
  const WindowClause* base = clause->base.empty() ? nullptr : named(clause->base);
  if (!clause->base.empty() && base == nullptr)
    return at(one.position, query::sqlstate::undefined_object,
              "window \"" + clause->base + "\" does not exist");

  Place inside = place;
  inside.windows = nullptr;
  inside.sets = nullptr;
  inside.clause = "window functions";
  WindowUse use;
  for (const auto& key : (base && clause->partition.empty() ? *base : *clause).partition)
    use.partition.push_back(ATTEMPT(coercion_.settled(ATTEMPT(term(*key, inside)))));
  for (const OrderItem& item : (base && clause->order.empty() ? *base : *clause).order)
    use.order.push_back({ATTEMPT(coercion_.settled(ATTEMPT(term(*item.term, inside)))),
                         item.descending, item.nulls_first.value_or(item.descending)});
  for (const ExpressionRef& key : use.partition) ATTEMPT(check_comparable(key->type, "equality"));
  for (const query::SortKey& key : use.order)
    ATTEMPT(check_comparable(key.expression->type, "ordering"));
  if (clause->frame) use.call.frame = ATTEMPT(window_frame(*clause->frame, inside));

  const std::string& name = one.names.back();
  if (const query::WindowFunction* function = query::window_function_named(name);
      function != nullptr && one.arguments.size() >= function->arguments_min &&
      one.arguments.size() <= function->arguments_max && !one.call->star) {
    use.call.kind = function->kind;
    use.call.ignore_nulls = one.call->ignore_nulls;
    for (const TermRef& argument : one.arguments)
      use.call.arguments.push_back(ATTEMPT(coercion_.settled(ATTEMPT(term(*argument, inside)))));
    use.call.type = function->result == TypeKind::any_element && !use.call.arguments.empty()
                        ? use.call.arguments.front()->type
                        : Type(function->result);
    const bool offset = function->kind == query::WindowKind::lag ||
                        function->kind == query::WindowKind::lead ||
                        function->kind == query::WindowKind::nth_value;
    if (offset && use.call.arguments.size() > 1)
      use.call.arguments[1] =
          ATTEMPT(coercion_.to(use.call.arguments[1], TypeKind::int8, CastContext::implicit));
    if (function->kind == query::WindowKind::ntile)
      use.call.arguments[0] =
          ATTEMPT(coercion_.to(use.call.arguments[0], TypeKind::int8, CastContext::implicit));
    if (offset && use.call.arguments.size() > 2)
      use.call.arguments[2] =
          ATTEMPT(coercion_.to(use.call.arguments[2], use.call.type, CastContext::assignment));
  } else if (!query::aggregates_named(name).empty()) {
    // sum(sum(x)) OVER (…): the inner one is an aggregate of the group.
    use.call.kind = query::WindowKind::aggregate;
    Place argument_place = inside;
    query::AggregateCall made;
    made.distinct = one.call->distinct;
    std::vector<ExpressionRef> arguments = ATTEMPT(terms(one.arguments, argument_place));
    std::vector<Coercion::Signature> signatures;
    std::vector<const query::AggregateFunction*> candidates;
    for (const query::AggregateFunction* known : query::aggregates_named(name)) {
      if (known->arguments.size() != arguments.size()) continue;
      candidates.push_back(known);
      signatures.push_back({known->arguments, known->lists, false});
    }
    std::optional<std::size_t> chosen;
    const std::vector<ExpressionRef> given = arguments;
    if (arguments.empty() && !candidates.empty())
      chosen = 0;
    else if (!candidates.empty())
      chosen = ATTEMPT(coercion_.choose(signatures, arguments));
    if (!chosen)
      return at(one.position, query::sqlstate::undefined_function,
                "function " + signature_text(name, given) + " does not exist");
    made.function = candidates[*chosen];
    std::vector<Type> types;
    for (const ExpressionRef& argument : arguments) types.push_back(argument->type);
    made.type = query::result_type(*made.function, types).value_or(Type(TypeKind::varchar));
    made.arguments = std::move(arguments);
    ATTEMPT(check_compared(made));
    if (one.call->filter) {
      inside.clause = "FILTER";
      made.filter = ATTEMPT(boolean_term(*one.call->filter, inside));
    }
    use.call.type = made.type;
    use.call.aggregate = std::move(made);
  } else {
    return at(
        one.position, query::sqlstate::wrong_object_type,
        "OVER specified, but " + name + " is not a window function nor an aggregate function");
  }
  const Type type = use.call.type;
  place.windows->push_back(std::move(use));
  return placeholder(placeholder_base / 4 + place.windows->size() - 1, type);
}

SqlResult<query::Frame> QueryBinder::window_frame(const FrameClause& clause, Place& place) {
  query::Frame frame;
  switch (clause.unit) {
    case FrameUnit::rows:
      frame.unit = query::FrameUnit::rows;
      break;
    case FrameUnit::range:
      frame.unit = query::FrameUnit::range;
      break;
    case FrameUnit::groups:
      frame.unit = query::FrameUnit::groups;
      break;
    case FrameUnit::session:
      frame.unit = query::FrameUnit::session;
      break;
  }
  const auto bound = [&](const FrameBound& written) -> SqlResult<query::FrameBound> {
    query::FrameBound made;
    made.kind = static_cast<query::FrameBoundKind>(written.kind);
    if (written.offset) {
      made.offset = ATTEMPT(term(*written.offset, place));
      if (frame.unit == query::FrameUnit::rows || frame.unit == query::FrameUnit::groups)
        made.offset = ATTEMPT(coercion_.to(made.offset, TypeKind::int8, CastContext::implicit));
      else
        made.offset = ATTEMPT(coercion_.settled(made.offset));
    }
    return made;
  };
  // The start may not come behind the end, as far as their words tell.
  const auto wrong = [](std::string message) { return query::refuse("42P20", std::move(message)); };
  const BoundKind from = clause.start.kind, to = clause.end.kind;
  if (from == BoundKind::unbounded_following)
    return wrong("frame start cannot be UNBOUNDED FOLLOWING");
  if (to == BoundKind::unbounded_preceding) return wrong("frame end cannot be UNBOUNDED PRECEDING");
  if (from == BoundKind::current_row && to == BoundKind::preceding)
    return wrong("frame starting from current row cannot have preceding rows");
  if (from == BoundKind::following && (to == BoundKind::preceding || to == BoundKind::current_row))
    return wrong("frame starting from following row cannot have preceding rows");
  frame.start = ATTEMPT(bound(clause.start));
  frame.end = ATTEMPT(bound(clause.end));
  if (clause.exclusion == "current row")
    frame.exclusion = query::FrameExclusion::current_row;
  else if (clause.exclusion == "group")
    frame.exclusion = query::FrameExclusion::group;
  else if (clause.exclusion == "ties")
    frame.exclusion = query::FrameExclusion::ties;
  return frame;
}

SqlResult<std::optional<query::TableCall>> QueryBinder::table_call(const Term& one, Place& place) {
  std::vector<ExpressionRef> arguments = ATTEMPT(terms(one.arguments, place));
  std::vector<Coercion::Signature> signatures;
  std::vector<const query::TableFunction*> candidates;
  for (const query::TableFunction* function : query::table_functions_named(one.names.back())) {
    const bool takes = function->variadic ? arguments.size() + 1 >= function->arguments.size()
                                          : arguments.size() == function->arguments.size();
    if (!takes) continue;
    candidates.push_back(function);
    signatures.push_back({function->arguments, function->lists, function->variadic});
  }
  if (candidates.empty()) return std::optional<query::TableCall>();
  const std::vector<ExpressionRef> given = arguments;
  const auto chosen = ATTEMPT(coercion_.choose(signatures, arguments));
  if (!chosen)
    return at(one.position, query::sqlstate::undefined_function,
              "function " + signature_text(one.names.back(), given) + " does not exist");
  query::TableCall made;
  made.function = candidates[*chosen];
  std::vector<Type> types;
  for (const ExpressionRef& argument : arguments) types.push_back(argument->type);
  made.type = query::result_type(*made.function, types).value_or(Type(TypeKind::varchar));
  made.arguments = std::move(arguments);
  return std::optional(std::move(made));
}

}  // namespace levada::sql
