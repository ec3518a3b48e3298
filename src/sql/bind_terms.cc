// Terms: literals, columns, operators, the special forms.

#include <algorithm>
#include <charconv>

#include "query/decimal.h"
#include "sql/parser.h"
#include "sql/query_binder.h"
#include "sql/token.h"

namespace levada::sql {
namespace {

using query::CastContext;
using query::ExpressionKind;

ExpressionRef truth_value(bool value) {
  return query::constant(TypeKind::boolean, query::Datum::of(value));
}

}  // namespace

tl::unexpected<SqlError> QueryBinder::at(std::uint32_t position, std::string_view sqlstate,
                                         std::string message, std::string hint) const {
  SqlError error;
  error.sqlstate = sqlstate;
  error.message = std::move(message);
  error.hint = std::move(hint);
  if (!options_.text.empty() && position <= options_.text.size())
    error.position = character_position(options_.text, position);
  return tl::unexpected(std::move(error));
}

SqlResult<ExpressionRef> QueryBinder::term(const Term& term, Place& place) {
  constexpr int depth_max = 1'000;
  if (depth_ > depth_max) return at(term.position, "54001", "stack depth limit exceeded");
  ++depth_;
  auto bound = term_here(term, place);
  --depth_;
  if (!bound && bound.error().position == 0 && !options_.text.empty() &&
      term.position <= options_.text.size())
    bound.error().position = character_position(options_.text, term.position);
  return bound;
}

SqlResult<std::vector<ExpressionRef>> QueryBinder::terms(const std::vector<TermRef>& terms,
                                                         Place& place) {
  std::vector<ExpressionRef> all;
  for (const TermRef& one : terms) all.push_back(ATTEMPT(term(*one, place)));
  return all;
}

SqlResult<ExpressionRef> QueryBinder::boolean_term(const Term& one, Place& place) {
  ExpressionRef value = ATTEMPT(term(one, place));
  if (!value->type.is(TypeKind::boolean) && !value->type.is(TypeKind::unknown))
    return at(one.position, query::sqlstate::datatype_mismatch,
              "argument of " + std::string(place.clause.empty() ? "condition" : place.clause) +
                  " must be type boolean, not type " + value->type.name());
  return coercion_.to(std::move(value), TypeKind::boolean, CastContext::implicit);
}

SqlResult<ExpressionRef> QueryBinder::term_here(const Term& one, Place& place) {
  switch (one.kind) {
    case TermKind::null:
      return query::null_constant(TypeKind::unknown);
    case TermKind::boolean:
      return truth_value(one.text == "true");
    case TermKind::number:
      return number(one);
    case TermKind::string:
      return coercion_.literal(one.text, one.position);
    case TermKind::bit_string:
      return at(one.position, query::sqlstate::feature_not_supported,
                "bit strings are not supported");
    case TermKind::parameter: {
      std::size_t number = 0;
      std::from_chars(one.text.data(), one.text.data() + one.text.size(), number);
      constexpr std::size_t parameters_max = 65'535;
      if (number == 0 || number > parameters_max)
        return at(one.position, query::sqlstate::undefined_parameter,
                  "there is no parameter $" + one.text);
      return query::parameter(number - 1, parameters_.at(number - 1));
    }
    case TermKind::column:
      return column(one, place);
    case TermKind::star:
      return at(one.position, query::sqlstate::syntax_error, "* is not allowed here");
    case TermKind::group:
      return term(*one.arguments.front(), place);
    case TermKind::call:
      return call(one, place);
    case TermKind::unary: {
      std::vector<ExpressionRef> arguments = ATTEMPT(terms(one.arguments, place));
      // A negative literal is a literal: the smallest integers have no positive twin.
      if (one.text == "-" && one.arguments.front()->kind == TermKind::number) {
        Term literal;
        literal.kind = TermKind::number;
        literal.text = "-" + one.arguments.front()->text;
        return number(literal);
      }
      return coercion_.call(one.text, std::move(arguments), true);
    }
    case TermKind::binary:
      return binary(one, place);
    case TermKind::all:
    case TermKind::any: {
      std::vector<ExpressionRef> parts;
      Place inside = place;
      inside.clause = one.kind == TermKind::all ? "AND" : "OR";
      for (const TermRef& part : one.arguments)
        parts.push_back(ATTEMPT(boolean_term(*part, inside)));
      return query::expression(
          one.kind == TermKind::all ? ExpressionKind::all : ExpressionKind::any, TypeKind::boolean,
          std::move(parts));
    }
    case TermKind::negation: {
      Place inside = place;
      inside.clause = "NOT";
      return negation(ATTEMPT(boolean_term(*one.arguments.front(), inside)));
    }
    case TermKind::is:
      return is_test(one, place);
    case TermKind::distinct: {
      std::vector<ExpressionRef> arguments = ATTEMPT(terms(one.arguments, place));
      return coercion_.call(one.negated ? "is_not_distinct_from" : "is_distinct_from",
                            std::move(arguments), true);
    }
    case TermKind::between: {
      const ExpressionRef value = ATTEMPT(term(*one.arguments[0], place));
      ExpressionRef low = ATTEMPT(term(*one.arguments[1], place));
      ExpressionRef high = ATTEMPT(term(*one.arguments[2], place));
      const auto inside = [&](const ExpressionRef& a,
                              const ExpressionRef& b) -> SqlResult<ExpressionRef> {
        return query::expression(
            ExpressionKind::all, TypeKind::boolean,
            {ATTEMPT(compare(">=", value, a)), ATTEMPT(compare("<=", value, b))});
      };
      ExpressionRef result = ATTEMPT(inside(low, high));
      if (one.symmetric)
        result = query::expression(ExpressionKind::any, TypeKind::boolean,
                                   {result, ATTEMPT(inside(high, low))});
      return one.negated ? negation(std::move(result)) : SqlResult<ExpressionRef>(result);
    }
    case TermKind::in_list:
      return in_list(one, place);
    case TermKind::like:
      return like(one, place);
    case TermKind::choose:
      return choose(one, place);
    case TermKind::cast:
    case TermKind::try_cast:
      return cast(one, place);
    case TermKind::exists:
    case TermKind::subquery:
    case TermKind::in_query:
    case TermKind::array_query:
      return subquery(one, place);
    case TermKind::quantified:
      return quantified(one, place);
    case TermKind::array: {
      if (one.arguments.empty())
        return at(one.position, query::sqlstate::indeterminate_datatype,
                  "cannot determine type of empty array",
                  "Explicitly cast to the desired type, for example ARRAY[]::integer[].");
      std::vector<ExpressionRef> items = ATTEMPT(terms(one.arguments, place));
      const Type element = ATTEMPT(coercion_.common(items, "ARRAY"));
      return query::expression(ExpressionKind::make_list, Type::list(element), std::move(items));
    }
    case TermKind::row: {
      std::vector<ExpressionRef> items = ATTEMPT(terms(one.arguments, place));
      std::vector<query::TypeField> fields;
      for (std::size_t n = 0; n < items.size(); ++n)
        fields.push_back({"f" + std::to_string(n + 1), items[n]->type});
      return query::expression(ExpressionKind::make_row, Type::structure(std::move(fields)),
                               std::move(items));
    }
    case TermKind::element: {
      ExpressionRef list = ATTEMPT(term(*one.arguments[0], place));
      ExpressionRef index = ATTEMPT(term(*one.arguments[1], place));
      if (list->type.is(TypeKind::map)) return map_element(std::move(list), std::move(index));
      if (!list->type.is(TypeKind::list) && !list->type.is(TypeKind::jsonb))
        return at(one.position, query::sqlstate::datatype_mismatch,
                  "cannot subscript type " + list->type.name() +
                      " because it does not support "
                      "subscripting");
      const std::string_view name = list->type.is(TypeKind::jsonb) ? "->" : "element";
      return coercion_.call(name, {std::move(list), std::move(index)});
    }
    case TermKind::slice: {
      ExpressionRef list = ATTEMPT(term(*one.arguments[0], place));
      const auto bound = [&](const TermRef& written,
                             std::int64_t open) -> SqlResult<ExpressionRef> {
        if (written) return term(*written, place);
        return query::constant(TypeKind::int4, query::Datum::of(open));
      };
      ExpressionRef low = ATTEMPT(bound(one.arguments[1], 1));
      ExpressionRef high = ATTEMPT(bound(one.arguments[2], 2'147'483'647));
      return coercion_.call("slice", {std::move(list), std::move(low), std::move(high)});
    }
    case TermKind::field:
      return field(one, place);
    case TermKind::at_time_zone: {
      ExpressionRef value = ATTEMPT(term(*one.arguments[0], place));
      ExpressionRef zone = ATTEMPT(term(*one.arguments[1], place));
      return coercion_.call("timezone", {std::move(zone), std::move(value)});
    }
    case TermKind::collate:
      return term(*one.arguments.front(), place);
    case TermKind::map:
      return map_of(one, place);
    case TermKind::lambda:
      return at(one.position, query::sqlstate::feature_not_supported,
                "lambdas stand in array_transform(list, |x| …) and map_filter(map, |k, v| …) only");
  }
  return at(one.position, query::sqlstate::internal_error, "a term without meaning");
}

SqlResult<ExpressionRef> QueryBinder::number(const Term& term) {
  const std::string& text = term.text;
  if (text.find_first_of(".eE") == std::string::npos && text.find('x') == std::string::npos) {
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec == std::errc() && read.ptr == text.data() + text.size()) {
      const bool narrow = value >= -2'147'483'648LL && value <= 2'147'483'647LL;
      return query::constant(narrow ? TypeKind::int4 : TypeKind::int8, query::Datum::of(value));
    }
  }
  const auto value = query::from_text(TypeKind::numeric, text);
  const std::string_view digits = std::string_view(text).substr(0, text.find_first_of("eE"));
  const bool vanished = value && query::Decimal::of(value->datum()).is_zero() &&
                        digits.find_first_of("123456789") != std::string_view::npos;
  if (value && !vanished) return query::constant(TypeKind::numeric, value->datum());
  // What is too large or too small for a numeric is a double, as in RisingWave.
  const query::Value real = ATTEMPT(query::from_text(TypeKind::float8, text));
  return query::constant(TypeKind::float8, real.datum());
}

SqlResult<ExpressionRef> QueryBinder::negation(ExpressionRef value) {
  return coercion_.call("not", {std::move(value)}, true);
}

// The expression that a name means in one scope. `names`: table and schema may stand in front.
std::optional<ExpressionRef> QueryBinder::find_column(const Scope& scope, const Name& names,
                                                      bool& ambiguous, bool& table_found) const {
  std::optional<ExpressionRef> found;
  const std::string& name = names.back();
  if (names.size() == 1) {
    for (const ScopeColumn& column : scope.columns) {
      if (column.name != name || column.merged_away) continue;
      if (found && *found != column.value) ambiguous = true;
      if (!found) found = column.value;
    }
    return found;
  }
  const std::string& table = names[names.size() - 2];
  for (const ScopeTable& known : scope.tables) {
    if (known.alias != table) continue;
    if (names.size() > 2 && known.schema != names[names.size() - 3]) continue;
    table_found = true;
    for (std::size_t n = known.first; n < known.beyond; ++n) {
      const ScopeColumn& column = scope.columns[n];
      if (column.name != name) continue;
      if (found) ambiguous = true;
      found = column.value;
    }
  }
  return found;
}

SqlResult<ExpressionRef> QueryBinder::column(const Term& term, Place& place) {
  const Name& names = term.names;
  std::string written;
  for (const std::string& part : names) written += (written.empty() ? "" : ".") + part;
  bool table_found = false;
  std::size_t level = 0;
  for (const Scope* scope = place.scope; scope != nullptr; scope = scope->parent, ++level) {
    // a, t.a, s.t.a; failing that, the last parts may be fields: t.a.f, a.f.
    for (std::size_t used = names.size(); used >= 1; --used) {
      const Name front(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(used));
      bool ambiguous = false;
      auto found = find_column(*scope, front, ambiguous, table_found);
      if (ambiguous)
        return at(term.position, query::sqlstate::ambiguous_column,
                  "column reference \"" + front.back() + "\" is ambiguous");
      if (!found) continue;
      ExpressionRef value = *found;
      if (level > 0) {
        if (value->kind != ExpressionKind::column)
          return at(term.position, query::sqlstate::feature_not_supported,
                    "a merged column of an outer FULL JOIN is not supported here");
        value = query::column(level * level_step + value->index, value->type);
      }
      for (std::size_t n = used; n < names.size(); ++n) {
        if (!value->type.is(TypeKind::structure)) {
          value = nullptr;
          break;
        }
        const auto& fields = value->type.fields();
        const auto known = std::find_if(fields.begin(), fields.end(),
                                        [&](const auto& f) { return f.name == names[n]; });
        if (known == fields.end()) {
          value = nullptr;
          break;
        }
        value = query::expression(ExpressionKind::field, known->type, {value},
                                  static_cast<std::size_t>(known - fields.begin()));
      }
      if (value) return value;
    }
    // A table's name alone is its row.
    if (names.size() == 1) {
      for (const ScopeTable& table : scope->tables) {
        if (table.alias != names.front()) continue;
        std::vector<ExpressionRef> parts;
        std::vector<query::TypeField> fields;
        for (std::size_t n = table.first; n < table.beyond; ++n) {
          const ScopeColumn& own = scope->columns[n];
          if (own.hidden) continue;
          fields.push_back({own.name, own.value->type});
          parts.push_back(
              level == 0 ? own.value
                         : query::column(level * level_step + own.value->index, own.value->type));
        }
        return query::expression(ExpressionKind::make_row, Type::structure(std::move(fields)),
                                 std::move(parts));
      }
    }
  }
  if (names.size() > 1 && !table_found) {
    const std::string& missing = names[names.size() - 2];
    for (const Scope* scope = place.scope; scope != nullptr; scope = scope->parent)
      for (const ScopeTable& table : scope->tables)
        if (table.relation == missing)
          return at(term.position, query::sqlstate::undefined_table,
                    "invalid reference to FROM-clause entry for table \"" + missing + '"',
                    "Perhaps you meant to reference the table alias \"" + table.alias + "\".");
    return at(term.position, query::sqlstate::undefined_table,
              "missing FROM-clause entry for table \"" + missing + '"');
  }
  if (names.size() > 1)
    return at(term.position, query::sqlstate::undefined_column,
              "column " + written + " does not exist");
  return at(term.position, query::sqlstate::undefined_column,
            "column \"" + written + "\" does not exist");
}

SqlResult<ExpressionRef> QueryBinder::field(const Term& term_, Place& place) {
  ExpressionRef value = ATTEMPT(term(*term_.arguments.front(), place));
  if (value->type.is(TypeKind::structure)) {
    const auto& fields = value->type.fields();
    for (std::size_t n = 0; n < fields.size(); ++n)
      if (fields[n].name == term_.text)
        return query::expression(ExpressionKind::field, fields[n].type, {value}, n);
  }
  return at(term_.position, query::sqlstate::undefined_column,
            "column \"" + term_.text + "\" not found in data type " + value->type.name());
}

SqlResult<ExpressionRef> QueryBinder::compare(std::string_view sign, ExpressionRef left,
                                              ExpressionRef right) {
  // Rows are compared field by field, so that each finds its operator.
  const bool rows = left->kind == ExpressionKind::make_row &&
                    right->kind == ExpressionKind::make_row &&
                    left->arguments.size() == right->arguments.size();
  if (rows && (sign == "=" || sign == "<>")) {
    std::vector<ExpressionRef> parts;
    for (std::size_t n = 0; n < left->arguments.size(); ++n)
      parts.push_back(ATTEMPT(compare(sign, left->arguments[n], right->arguments[n])));
    if (parts.size() == 1) return parts.front();
    return query::expression(sign == "=" ? ExpressionKind::all : ExpressionKind::any,
                             TypeKind::boolean, std::move(parts));
  }
  if (rows && !left->arguments.empty()) {
    // The first fields that differ decide; NULL among them leaves it open.
    const std::string_view strict = sign.substr(0, 1);
    std::size_t n = left->arguments.size() - 1;
    ExpressionRef result = ATTEMPT(compare(sign, left->arguments[n], right->arguments[n]));
    while (n-- > 0) {
      const ExpressionRef &a = left->arguments[n], &b = right->arguments[n];
      result = query::expression(
          ExpressionKind::choose, TypeKind::boolean,
          {ATTEMPT(compare("=", a, b)), std::move(result), ATTEMPT(compare(strict, a, b))});
    }
    return result;
  }
  // Maps have no order, and their entries' is not theirs.
  if (!left->type.is_comparable() || !right->type.is_comparable())
    return query::refuse(query::sqlstate::undefined_function,
                         "operator does not exist: " + left->type.name() + " " + std::string(sign) +
                             " " + right->type.name());
  return coercion_.call(sign, {std::move(left), std::move(right)}, true);
}

SqlResult<ExpressionRef> QueryBinder::binary(const Term& one, Place& place) {
  ExpressionRef left = ATTEMPT(term(*one.arguments[0], place));
  ExpressionRef right = ATTEMPT(term(*one.arguments[1], place));
  const bool comparison = one.text == "=" || one.text == "<>" || one.text == "<" ||
                          one.text == ">" || one.text == "<=" || one.text == ">=";
  if (one.text == "||") {
    // PostgreSQL's text || anynonarray, and the other way round.
    const auto is_text = [](const ExpressionRef& side) {
      return side->type.is(TypeKind::varchar) || side->type.is(TypeKind::unknown);
    };
    const auto as_text = [&](ExpressionRef& side) -> SqlResult<Unit> {
      const Type& type = side->type;
      if (type.is(TypeKind::unknown) || type.is(TypeKind::list) || type.is(TypeKind::bytea) ||
          type.is(TypeKind::varchar) || type.is(TypeKind::jsonb))
        return Unit{};
      side = ATTEMPT(coercion_.to(std::move(side), TypeKind::varchar, CastContext::is_explicit));
      return Unit{};
    };
    if (is_text(left)) ATTEMPT(as_text(right));
    if (is_text(right)) ATTEMPT(as_text(left));
  }
  auto result = comparison ? compare(one.text, std::move(left), std::move(right))
                           : coercion_.call(one.text, {std::move(left), std::move(right)}, true);
  return result;
}

SqlResult<ExpressionRef> QueryBinder::is_test(const Term& one, Place& place) {
  ExpressionRef value = ATTEMPT(term(*one.arguments.front(), place));
  if (one.text == "null") {
    value = ATTEMPT(coercion_.settled(std::move(value)));
    // A row is NULL if all of it is, and is NOT NULL if none of it is.
    if (value->kind == ExpressionKind::make_row && !value->arguments.empty()) {
      std::vector<ExpressionRef> parts;
      for (const ExpressionRef& part : value->arguments)
        parts.push_back(
            query::expression(one.negated ? ExpressionKind::is_not_null : ExpressionKind::is_null,
                              TypeKind::boolean, {part}));
      return query::conjunction(std::move(parts));
    }
    return query::expression(one.negated ? ExpressionKind::is_not_null : ExpressionKind::is_null,
                             TypeKind::boolean, {std::move(value)});
  }
  if (one.text.starts_with("json")) {
    ExpressionRef test = ATTEMPT(coercion_.call("is_json", {std::move(value)}));
    return one.negated ? negation(std::move(test)) : SqlResult<ExpressionRef>(test);
  }
  return coercion_.call((one.negated ? "is_not_" : "is_") + one.text, {std::move(value)}, true);
}

SqlResult<ExpressionRef> QueryBinder::in_list(const Term& one, Place& place) {
  std::vector<ExpressionRef> values = ATTEMPT(terms(one.arguments, place));
  const bool rows = values.front()->kind == ExpressionKind::make_row;
  ExpressionRef result;
  if (rows) {
    std::vector<ExpressionRef> parts;
    for (std::size_t n = 1; n < values.size(); ++n)
      parts.push_back(ATTEMPT(compare("=", values.front(), values[n])));
    result = parts.size() == 1
                 ? parts.front()
                 : query::expression(ExpressionKind::any, TypeKind::boolean, std::move(parts));
  } else {
    ATTEMPT(coercion_.common(values, "IN"));
    result = query::expression(ExpressionKind::is_in, TypeKind::boolean, std::move(values));
  }
  return one.negated ? negation(std::move(result)) : SqlResult<ExpressionRef>(result);
}

SqlResult<ExpressionRef> QueryBinder::like(const Term& one, Place& place) {
  std::vector<ExpressionRef> arguments = ATTEMPT(terms(one.arguments, place));
  const std::string name = one.text == "similar" ? "similar_to" : one.text;
  ExpressionRef result = ATTEMPT(coercion_.call(name, std::move(arguments), true));
  return one.negated ? negation(std::move(result)) : SqlResult<ExpressionRef>(result);
}

SqlResult<ExpressionRef> QueryBinder::quantified(const Term& one, Place& place) {
  if (one.query) return subquery(one, place);
  ExpressionRef left = ATTEMPT(term(*one.arguments[0], place));
  ExpressionRef list = ATTEMPT(term(*one.arguments[1], place));
  if (list->type.is(TypeKind::unknown)) {
    const Type element = left->type.is(TypeKind::unknown) ? Type(TypeKind::varchar) : left->type;
    list = ATTEMPT(coercion_.to(std::move(list), Type::list(element), CastContext::implicit));
  }
  if (!list->type.is(TypeKind::list))
    return at(one.position, query::sqlstate::wrong_object_type,
              "op ANY/ALL (array) requires array on right side");
  return coercion_.call((one.every ? "all" : "any") + one.text, {std::move(left), std::move(list)},
                        true);
}

SqlResult<ExpressionRef> QueryBinder::choose(const Term& one, Place& place) {
  std::size_t next = 0;
  ExpressionRef operand;
  if (one.has_operand) operand = ATTEMPT(term(*one.arguments[next++], place));
  const std::size_t pairs_end = one.arguments.size() - (one.has_else ? 1 : 0);
  std::vector<ExpressionRef> conditions;
  std::vector<ExpressionRef> values;
  Place inside = place;
  inside.clause = "CASE/WHEN";
  for (; next < pairs_end; next += 2) {
    if (operand)
      conditions.push_back(
          ATTEMPT(compare("=", operand, ATTEMPT(term(*one.arguments[next], place)))));
    else
      conditions.push_back(ATTEMPT(boolean_term(*one.arguments[next], inside)));
    values.push_back(ATTEMPT(term(*one.arguments[next + 1], place)));
  }
  if (one.has_else) values.push_back(ATTEMPT(term(*one.arguments.back(), place)));
  const Type type = ATTEMPT(coercion_.common(values, "CASE"));
  std::vector<ExpressionRef> arguments;
  for (std::size_t n = 0; n < conditions.size(); ++n) {
    arguments.push_back(conditions[n]);
    arguments.push_back(values[n]);
  }
  if (one.has_else) arguments.push_back(values.back());
  return query::expression(ExpressionKind::choose, type, std::move(arguments));
}

namespace {

// The functions that pg_type names, by PostgreSQL's oids. Clients ask whether a type's is that of
// lists; others are nobody's.
std::int64_t oid_of_type_function(std::string_view name) {
  constexpr std::pair<std::string_view, std::int64_t> known[] = {
      {"array_in", 750}, {"array_out", 751}, {"array_recv", 2400}, {"array_send", 2401}};
  for (const auto& [function, oid] : known)
    if (function == name) return oid;
  return 0;
}

}  // namespace

SqlResult<ExpressionRef> QueryBinder::cast(const Term& one, Place& place) {
  // 'name'::regclass and its like are oids in PostgreSQL: a relation's id here.
  const Term& inside = *one.arguments.front();
  if (one.type.name == "regclass" && inside.kind == TermKind::string) {
    const auto parsed = parse_term(inside.text);
    const Name name =
        parsed && (*parsed)->kind == TermKind::column ? (*parsed)->names : Name{inside.text};
    const auto relation =
        catalog_.relation(name.size() > 1 ? name[name.size() - 2] : "", name.back());
    if (relation == nullptr)
      return at(one.position, query::sqlstate::undefined_table,
                "relation \"" + inside.text + "\" does not exist");
    return query::constant(TypeKind::int4, query::Datum::of(std::int64_t{relation->id.value()}));
  }
  if (one.type.name == "regproc" && inside.kind == TermKind::string) {
    const std::size_t dot = inside.text.rfind('.');
    const std::string name = dot == std::string::npos ? inside.text : inside.text.substr(dot + 1);
    return query::constant(TypeKind::int4, query::Datum::of(oid_of_type_function(name)));
  }
  if (one.type.name == "regnamespace" && inside.kind == TermKind::string)
    return coercion_.call("regnamespace",
                          {query::constant(TypeKind::varchar, query::Datum::of(inside.text))});
  const bool oid = one.type.name == "regclass" || one.type.name == "regtype" ||
                   one.type.name == "regproc" || one.type.name == "regnamespace" ||
                   one.type.name == "oid" || one.type.name == "xid";
  const Type type = oid && one.type.dimensions == 0
                        ? Type(one.type.name == "oid" || one.type.name == "xid" ? TypeKind::int4
                                                                                : TypeKind::varchar)
                        : ATTEMPT(type_of(one.type));
  if (inside.kind == TermKind::array && inside.arguments.empty() && type.is(TypeKind::list))
    return query::expression(ExpressionKind::make_list, type, {});
  if (inside.kind == TermKind::map && inside.arguments.empty() && type.is(TypeKind::map))
    return query::constant(type, query::Datum::of(std::span<const query::Datum>()));
  ExpressionRef value = ATTEMPT(term(inside, place));
  value = ATTEMPT(coercion_.to(std::move(value), type, CastContext::is_explicit));
  if (oid) return value;
  const query::TypeSize size = ATTEMPT(size_of(one.type));
  if (size.is_any()) return value;
  return coercion_.call(
      "sized", {std::move(value), query::constant(TypeKind::int4, query::Datum::of(size.modifier)),
                query::constant(TypeKind::boolean, query::Datum::of(size.is_char)),
                query::constant(TypeKind::boolean, query::Datum::of(true))});
}

}  // namespace levada::sql
