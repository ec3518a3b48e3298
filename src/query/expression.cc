#include "query/expression.h"

#include <algorithm>

#include "query/functions.h"
#include "query/text.h"

namespace levada::query {

namespace {

std::shared_ptr<Expression> make(ExpressionKind kind, Type type) {
  auto made = std::make_shared<Expression>();
  made->kind = kind;
  made->type = std::move(type);
  return made;
}

// A copy whose arguments went through `change`; the same object when none changed.
template <class Change>
ExpressionRef rebuilt(const ExpressionRef& from, const Change& change) {
  std::shared_ptr<Expression> copy;
  for (std::size_t i = 0; i < from->arguments.size(); ++i) {
    ExpressionRef argument = change(from->arguments[i]);
    if (argument == from->arguments[i]) continue;
    if (copy == nullptr) copy = std::make_shared<Expression>(*from);
    copy->arguments[i] = std::move(argument);
  }
  return copy == nullptr ? from : copy;
}

template <class Test>
bool some(const Expression& expression, const Test& test) {
  if (test(expression)) return true;
  return std::any_of(expression.arguments.begin(), expression.arguments.end(),
                     [&](const ExpressionRef& argument) { return some(*argument, test); });
}

std::string joined(const std::vector<ExpressionRef>& arguments, std::string_view between) {
  std::string out;
  for (const ExpressionRef& argument : arguments) {
    if (!out.empty()) out += between;
    out += text(*argument);
  }
  return out;
}

bool is_sign(std::string_view name) {
  return !name.empty() &&
         std::string_view("+-*/%^<>=!~|&#@?").find(name.front()) != std::string_view::npos;
}

}  // namespace

ExpressionRef column(std::size_t index, Type type) {
  auto made = make(ExpressionKind::column, std::move(type));
  made->index = index;
  return made;
}

ExpressionRef constant(Type type, const Datum& datum) {
  auto made = make(ExpressionKind::constant, std::move(type));
  made->value = Value(datum);
  return made;
}

ExpressionRef null_constant(Type type) { return constant(std::move(type), Datum::null()); }

ExpressionRef parameter(std::size_t index, Type type) {
  auto made = make(ExpressionKind::parameter, std::move(type));
  made->index = index;
  return made;
}

ExpressionRef call(const Function& function, Type result, std::vector<ExpressionRef> arguments) {
  auto made = make(ExpressionKind::call, std::move(result));
  made->function = &function;
  made->arguments = std::move(arguments);
  return made;
}

ExpressionRef spread_call(const Function& function, Type result,
                          std::vector<ExpressionRef> arguments) {
  auto made = make(ExpressionKind::call, std::move(result));
  made->function = &function;
  made->arguments = std::move(arguments);
  made->spreads = true;
  return made;
}

ExpressionRef cast(ExpressionRef from, Type to, bool is_explicit) {
  if (from->type == to) return from;
  auto made = make(ExpressionKind::cast, std::move(to));
  made->arguments.push_back(std::move(from));
  made->explicit_cast = is_explicit;
  return made;
}

ExpressionRef expression(ExpressionKind kind, Type type, std::vector<ExpressionRef> arguments,
                         std::size_t index) {
  auto made = make(kind, std::move(type));
  made->arguments = std::move(arguments);
  made->index = index;
  return made;
}

std::vector<ExpressionRef> conjuncts(const ExpressionRef& condition) {
  std::vector<ExpressionRef> parts;
  if (condition == nullptr) return parts;
  if (condition->kind == ExpressionKind::constant && condition->value.datum().is_true())
    return parts;
  if (condition->kind != ExpressionKind::all) return {condition};
  for (const ExpressionRef& argument : condition->arguments)
    for (ExpressionRef& part : conjuncts(argument)) parts.push_back(std::move(part));
  return parts;
}

ExpressionRef conjunction(std::vector<ExpressionRef> parts) {
  if (parts.empty()) return constant(TypeKind::boolean, Datum::of(true));
  if (parts.size() == 1) return parts.front();
  return expression(ExpressionKind::all, TypeKind::boolean, std::move(parts));
}

ExpressionRef with_columns(const ExpressionRef& from, const std::vector<std::size_t>& to) {
  if (from->kind == ExpressionKind::column) {
    CHECK(from->index < to.size());
    return to[from->index] == from->index ? from : column(to[from->index], from->type);
  }
  return rebuilt(from, [&](const ExpressionRef& part) { return with_columns(part, to); });
}

ExpressionRef with_inputs(const ExpressionRef& from, const std::vector<ExpressionRef>& to) {
  if (from->kind == ExpressionKind::column) {
    CHECK(from->index < to.size());
    return to[from->index];
  }
  return rebuilt(from, [&](const ExpressionRef& part) { return with_inputs(part, to); });
}

ExpressionRef with_parameters(const ExpressionRef& from, const std::vector<Value>& values) {
  if (from->kind == ExpressionKind::parameter) {
    CHECK(from->index < values.size());
    return constant(from->type, values[from->index].datum());
  }
  return rebuilt(from, [&](const ExpressionRef& part) { return with_parameters(part, values); });
}

bool mentions_now(const Expression& from) {
  return some(from, [](const Expression& part) { return part.kind == ExpressionKind::now; });
}

bool mentions_column(const Expression& from, std::size_t first, std::size_t beyond) {
  return some(from, [&](const Expression& part) {
    return part.kind == ExpressionKind::column && part.index >= first && part.index < beyond;
  });
}

bool is_volatile(const Expression& from) {
  return some(from, [](const Expression& part) {
    return part.kind == ExpressionKind::call && part.function->volatility == Volatility::changing;
  });
}

bool same(const Expression& a, const Expression& b) {
  if (&a == &b) return true;
  return a.kind == b.kind && a.type == b.type && a.index == b.index && a.function == b.function &&
         a.explicit_cast == b.explicit_cast && a.spreads == b.spreads &&
         same_bytes(a.value.datum(), b.value.datum()) &&
         std::equal(a.arguments.begin(), a.arguments.end(), b.arguments.begin(), b.arguments.end(),
                    [](const ExpressionRef& x, const ExpressionRef& y) { return same(*x, *y); });
}

std::string text(const Expression& from) {
  switch (from.kind) {
    case ExpressionKind::column:
      return "$" + std::to_string(from.index);
    case ExpressionKind::parameter:
      return "parameter " + std::to_string(from.index + 1);
    case ExpressionKind::constant:
      if (from.value.is_null()) return "null";
      if (from.type.is_numeric() || from.type.is(TypeKind::boolean))
        return to_text(from.type, from.value.datum());
      return "'" + to_text(from.type, from.value.datum()) + "'";
    case ExpressionKind::call:
      if (is_sign(from.function->name) && from.arguments.size() == 2)
        return "(" + text(*from.arguments[0]) + " " + std::string(from.function->name) + " " +
               text(*from.arguments[1]) + ")";
      return std::string(from.function->name) + "(" + joined(from.arguments, ", ") + ")";
    case ExpressionKind::cast:
      return text(*from.arguments[0]) + "::" + from.type.name();
    case ExpressionKind::all:
      return "(" + joined(from.arguments, " and ") + ")";
    case ExpressionKind::any:
      return "(" + joined(from.arguments, " or ") + ")";
    case ExpressionKind::coalesce:
      return "coalesce(" + joined(from.arguments, ", ") + ")";
    case ExpressionKind::choose:
      return "case(" + joined(from.arguments, ", ") + ")";
    case ExpressionKind::is_in:
      return "in(" + joined(from.arguments, ", ") + ")";
    case ExpressionKind::is_null:
      return text(*from.arguments[0]) + " is null";
    case ExpressionKind::is_not_null:
      return text(*from.arguments[0]) + " is not null";
    case ExpressionKind::field:
      return text(*from.arguments[0]) + "." + std::to_string(from.index + 1);
    case ExpressionKind::make_list:
      return "array[" + joined(from.arguments, ", ") + "]";
    case ExpressionKind::make_row:
      return "row(" + joined(from.arguments, ", ") + ")";
    case ExpressionKind::now:
      return "now()";
  }
  return "?";
}

}  // namespace levada::query
