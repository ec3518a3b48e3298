#include <algorithm>
#include <cmath>
#include <utility>

#include "timestream/sql/calendar.h"
#include "timestream/sql/expression.h"
#include "timestream/sql/function_table.h"

namespace levada::timestream::sql {
namespace {

bool interval(const Type& type) {
  return type.is(Kind::interval_day) || type.is(Kind::interval_month);
}
bool instant(const Type& type) {
  return type.is(Kind::timestamp) || type.is(Kind::date) || type.is(Kind::time);
}

Value whole_arithmetic(Runtime& runtime, char sign, std::int64_t a, std::int64_t b, bool small) {
  std::int64_t out = 0;
  bool over = false;
  switch (sign) {
    case '+':
      over = __builtin_add_overflow(a, b, &out);
      break;
    case '-':
      over = __builtin_sub_overflow(a, b, &out);
      break;
    case '*':
      over = __builtin_mul_overflow(a, b, &out);
      break;
    default:
      if (b == 0) return runtime.fail("Division by zero");
      if (b == -1)
        over = sign == '/' && __builtin_sub_overflow(std::int64_t{0}, a, &out);
      else
        out = sign == '/' ? a / b : a % b;
  }
  if (over || (small && (out > 2147483647 || out < -2147483648ll)))
    return runtime.fail(std::string(small ? "integer" : "bigint") + " overflow");
  return Value(out);
}

Value real_arithmetic(char sign, double a, double b) {
  switch (sign) {
    case '+':
      return Value(a + b);
    case '-':
      return Value(a - b);
    case '*':
      return Value(a * b);
    case '/':
      return Value(a / b);
    default:
      return Value(std::fmod(a, b));
  }
}

Value shift(Runtime& runtime, const Value& at, const Type& type, std::int64_t by, bool months) {
  if (months)
    return Value(type.is(Kind::date) ? add_months(at.number() * day, by) / day
                                     : add_months(at.number(), by));
  std::int64_t out = 0;
  const std::int64_t base = type.is(Kind::date) ? at.number() * day : at.number();
  if (__builtin_add_overflow(base, by, &out)) return runtime.fail("timestamp out of range");
  if (type.is(Kind::date)) return Value(floor_to(out, day) / day);
  if (type.is(Kind::time)) return Value(out - floor_to(out, day));
  return Value(out);
}

// A function of two values that are not null.
template <class Pair>
Run strict(Run a, Run b, Pair pair) {
  return [a, b, pair](const Frame& frame) -> Value {
    const Value x = a(frame);
    if (x.null()) return {};
    const Value y = b(frame);
    if (y.null()) return {};
    return pair(frame.runtime, x, y);
  };
}

}  // namespace

std::optional<std::string> wrong_escape(std::string_view pattern, std::string_view escape) {
  if (escape.size() != 1) return "Escape string must be a single character";
  for (std::size_t at = pattern.find(escape); at < pattern.size(); at = pattern.find(escape, at)) {
    const std::string_view next = pattern.substr(at + 1, 1);
    if (next != "%" && next != "_" && next != escape)
      return "Escape character must be followed by '%', '_' or the escape character itself";
    at += 2;
  }
  return std::nullopt;
}

bool like(std::string_view text, std::string_view pattern, char escape) {
  std::size_t t = 0, p = 0, star = std::string_view::npos, mark = 0;
  const auto width = [&](std::size_t at) {
    std::size_t size = 1;
    while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xc0) == 0x80)
      ++size;
    return size;
  };
  while (t < text.size()) {
    const bool escaped = escape != 0 && p + 1 < pattern.size() && pattern[p] == escape;
    if (p < pattern.size() && !escaped && pattern[p] == '%') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && !escaped && pattern[p] == '_') {
      t += width(t);
      ++p;
    } else if (p < pattern.size() && pattern[p + (escaped ? 1 : 0)] == text[t]) {
      p += escaped ? 2 : 1;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

Compiled constant_of(Type type, Value value) {
  return {std::move(type), [value](const Frame&) { return value; }, true};
}

Result<std::vector<Compiled>> Compiler::children(const Node& node) {
  std::vector<Compiled> all;
  for (const NodePointer& child : node.children) all.push_back(TRY(compile(*child)));
  return all;
}

Result<Compiled> Compiler::compile_condition(const Node& node, std::string_view clause) {
  Compiled condition = TRY(compile(node));
  if (!condition.type.is(Kind::boolean) && !condition.type.is(Kind::unknown))
    return refuse_at(node.place, std::string(clause) + " must evaluate to a boolean: actual type " +
                                     name_of(condition.type));
  return condition;
}

// Whether it names an argument of a lambda around it.
bool Compiler::is_local(const Node& node) const {
  if (node.kind != NodeKind::column) return false;
  const std::string& name = node.qualifier.empty() ? node.text : node.qualifier;
  return std::ranges::any_of(locals_, [&](const std::vector<Local>& level) {
    return std::ranges::find(level, name, &Local::name) != level.end();
  });
}

Result<Compiled> Compiler::compile(const Node& node) {
  if (known_ && !is_local(node))
    if (auto known = known_(node)) return std::move(*known);
  switch (node.kind) {
    case NodeKind::literal:
      return constant_of(node.type, node.value);
    case NodeKind::column:
      return column(node);
    case NodeKind::call:
      return call(node);
    case NodeKind::binary:
      return binary(node);
    case NodeKind::in_list:
      return in_list(node);
    case NodeKind::condition:
      return condition(node);
    case NodeKind::field:
      return member(node);
    case NodeKind::parameter:
      return parameter(node);
    case NodeKind::lambda:
      return refuse_at(node.place, "Lambda expression is not expected here");
    case NodeKind::unary: {
      Compiled a = TRY(compile(*node.children[0]));
      Run run = a.run;
      if (node.text == "not") {
        if (!a.type.is(Kind::boolean) && !a.type.is(Kind::unknown))
          return refuse_at(node.place,
                           "Value of logical NOT expression must evaluate to a boolean");
        return Compiled{{Kind::boolean},
                        [run](const Frame& f) {
                          const Value v = run(f);
                          return v.null() ? Value() : Value(!v.truth());
                        },
                        a.constant};
      }
      if (!a.type.numeric() && !interval(a.type))
        return refuse_at(node.place, "Cannot negate " + name_of(a.type));
      return Compiled{a.type,
                      [run](const Frame& f) {
                        const Value v = run(f);
                        if (v.null()) return Value();
                        if (v.is.index() == 3) return Value(-v.real());
                        return whole_arithmetic(f.runtime, '-', 0, v.number(), false);
                      },
                      a.constant};
    }
    case NodeKind::between: {
      std::vector<Compiled> parts = TRY(children(node));
      Compiled low = TRY(comparison(node, ">=", parts[0], parts[1]));
      Compiled high = TRY(comparison(node, "<=", parts[0], parts[2]));
      const bool negated = node.negated;
      return Compiled{{Kind::boolean},
                      [low = low.run, high = high.run, negated](const Frame& f) {
                        const Value a = low(f), b = high(f);
                        if (!a.null() && !a.truth()) return Value(negated);
                        if (!b.null() && !b.truth()) return Value(negated);
                        return a.null() || b.null() ? Value() : Value(!negated);
                      },
                      low.constant && high.constant};
    }
    case NodeKind::in_query:
    case NodeKind::exists:
    case NodeKind::scalar:
    case NodeKind::quantified:
      return subquery(node);
    case NodeKind::is_null: {
      Compiled value = TRY(compile(*node.children[0]));
      return Compiled{{Kind::boolean},
                      [run = value.run, negated = node.negated](const Frame& f) {
                        return Value(run(f).null() != negated);
                      },
                      value.constant};
    }
    case NodeKind::like: {
      std::vector<Compiled> parts = TRY(children(node));
      for (const Compiled& part : parts)
        if (!part.type.is(Kind::varchar) && !part.type.is(Kind::unknown))
          return refuse_at(node.place, "Left side of LIKE expression must evaluate to a varchar");
      Run escape = parts.size() > 2 ? parts[2].run : Run();
      return Compiled{
          {Kind::boolean},
          [a = parts[0].run, b = parts[1].run, escape, negated = node.negated](const Frame& f) {
            const Value x = a(f), y = b(f), e = escape ? escape(f) : Value();
            if (x.null() || y.null()) return Value();
            if (!e.null())
              if (const auto wrong = wrong_escape(y.text(), e.text()))
                return f.runtime.fail(*wrong);
            const char sign = e.null() ? '\0' : e.text()[0];
            return Value(like(x.text(), y.text(), sign) != negated);
          },
          parts[0].constant && parts[1].constant};
    }
    case NodeKind::cast: {
      Compiled value = TRY(compile(*node.children[0]));
      const Type to = node.type, from = value.type;
      if (node.text == "literal") {  // timestamp '2020-08-08'
        const Value text = value.run(Frame{{}, runtime_});
        Value read = sql::cast(runtime_, text, from, to);
        if (!std::exchange(runtime_.error, std::nullopt)) return constant_of(to, std::move(read));
        return refuse_at(node.place,
                         "'" + text.text() + "' is not a valid " + name_of(to) + " literal");
      }
      const bool attempt = node.text == "try_cast";
      return Compiled{to,
                      [run = value.run, to, from, attempt](const Frame& f) {
                        const Value v = run(f);
                        const bool broken = f.runtime.error.has_value();
                        Value out = sql::cast(f.runtime, v, from, to);
                        if (attempt && !broken && f.runtime.error) {
                          f.runtime.error.reset();
                          return Value();
                        }
                        return out;
                      },
                      value.constant};
    }
    case NodeKind::array:
    case NodeKind::row: {
      std::vector<Compiled> parts = TRY(children(node));
      Type type{node.kind == NodeKind::row ? Kind::row : Kind::array};
      bool constant = true;
      if (node.kind == NodeKind::array) {
        Type element;
        for (const Compiled& part : parts) {
          const auto wider = common_type(element, part.type);
          if (!wider)
            return refuse_at(node.place,
                             "All ARRAY elements must be the same type: " + name_of(element));
          element = *wider;
        }
        for (Compiled& part : parts) part = convert(std::move(part), element);
        type.fields.push_back({"", element});
      }
      std::vector<Run> runs;
      for (Compiled& part : parts) {
        if (node.kind == NodeKind::row) type.fields.push_back({"", part.type});
        constant = constant && part.constant;
        runs.push_back(std::move(part.run));
      }
      return Compiled{type,
                      [runs](const Frame& f) {
                        std::vector<Value> list;
                        for (const Run& run : runs) list.push_back(run(f));
                        return Value(std::move(list));
                      },
                      constant};
    }
    case NodeKind::subscript: {
      std::vector<Compiled> parts = TRY(children(node));
      if (!parts[0].type.is(Kind::array) && !parts[0].type.is(Kind::series))
        return refuse_at(node.place, "Cannot use subscript on " + name_of(parts[0].type));
      const bool series = parts[0].type.is(Kind::series);
      Type element = parts[0].type.element();
      if (series) element = {Kind::row, {{"time", {Kind::timestamp}}, {"value", element}}};
      return Compiled{element,
                      strict(parts[0].run, parts[1].run,
                             [](Runtime& runtime, const Value& list, const Value& at) -> Value {
                               const std::int64_t i = at.number();
                               if (i < 1) return runtime.fail("SQL array indices start at 1");
                               if (static_cast<std::size_t>(i) > list.list().size())
                                 return runtime.fail("Array subscript out of bounds");
                               return list.list()[static_cast<std::size_t>(i - 1)];
                             }),
                      parts[0].constant && parts[1].constant};
    }
  }
  return refuse_at(node.place, "This expression is not supported");
}

Result<Compiled> Compiler::comparison(const Node& node, std::string_view sign, Compiled a,
                                      Compiled b) {
  const auto type = common_type(a.type, b.type);
  if (!type)
    return refuse_at(node.place, "Cannot apply operator: " + name_of(a.type) + " " +
                                     std::string(sign) + " " + name_of(b.type));
  const bool constant = a.constant && b.constant;
  Run x = convert(std::move(a), *type).run, y = convert(std::move(b), *type).run;
  // -1, 0 and 1, as bits of what is true; NaN is equal to nothing.
  const int wanted = sign == "="    ? 2
                     : sign == "<>" ? 5
                     : sign == "<"  ? 1
                     : sign == "<=" ? 3
                     : sign == ">"  ? 4
                                    : 6;
  return Compiled{{Kind::boolean},
                  strict(std::move(x), std::move(y),
                         [wanted](Runtime&, const Value& p, const Value& q) {
                           const bool nan =
                               p.is.index() == 3 && (std::isnan(p.real()) || std::isnan(q.real()));
                           if (nan) return Value(wanted == 5);
                           return Value((wanted >> (compare(p, q) + 1) & 1) != 0);
                         }),
                  constant};
}

Result<Compiled> Compiler::binary(const Node& node) {
  std::vector<Compiled> parts = TRY(children(node));
  Compiled &a = parts[0], &b = parts[1];
  const bool constant = a.constant && b.constant;
  const std::string& sign = node.text;
  if (sign == "and" || sign == "or") {
    for (const Compiled* side : {&a, &b})
      if (!side->type.is(Kind::boolean) && !side->type.is(Kind::unknown))
        return refuse_at(node.place, "Logical expression term must evaluate to a boolean: " +
                                         name_of(side->type));
    const bool decides = sign == "or";
    return Compiled{{Kind::boolean},
                    [x = a.run, y = b.run, decides](const Frame& f) {
                      const Value p = x(f);
                      if (!p.null() && p.truth() == decides) return p;
                      const Value q = y(f);
                      if (!q.null() && q.truth() == decides) return q;
                      return p.null() ? p : q;
                    },
                    constant};
  }
  if (sign == "=" || sign == "<>" || sign[0] == '<' || sign[0] == '>')
    return comparison(node, sign, a, b);
  if (sign == "||") {
    if (a.type.is(Kind::array) || b.type.is(Kind::array)) {
      // One side may be an element.
      for (const bool first : {true, false}) {
        const Compiled& list = first ? b : a;
        Compiled& single = first ? a : b;
        if (single.type.is(Kind::array) || !list.type.is(Kind::array)) continue;
        single = Compiled{array_of(single.type),
                          [run = single.run](const Frame& f) {
                            std::vector<Value> one{run(f)};
                            return Value(std::move(one));
                          },
                          single.constant};
      }
      const auto type = common_type(a.type, b.type);
      if (!type) return refuse_at(node.place, "Cannot concatenate these arrays");
      return Compiled{*type,
                      strict(convert(a, *type).run, convert(b, *type).run,
                             [](Runtime& runtime, const Value& x, const Value& y) -> Value {
                               const std::size_t size = x.list().size() + y.list().size();
                               if (!runtime.spend(size)) return {};
                               if (size > list_items_max)
                                 return runtime.fail("An array has more than a million elements.");
                               std::vector<Value> all = x.list();
                               all.insert(all.end(), y.list().begin(), y.list().end());
                               return Value(std::move(all));
                             }),
                      constant};
    }
    for (const Compiled* side : {&a, &b})
      if (!side->type.is(Kind::varchar) && !side->type.is(Kind::unknown))
        return refuse_at(node.place, "Unexpected parameters for function concat: " +
                                         name_of(a.type) + ", " + name_of(b.type));
    return Compiled{{Kind::varchar},
                    strict(a.run, b.run,
                           [](Runtime& runtime, const Value& x, const Value& y) -> Value {
                             const std::size_t size = x.text().size() + y.text().size();
                             if (!runtime.spend(size / 64 + 1)) return {};
                             if (size > text_bytes_max)
                               return runtime.fail("A text has more than 16 MiB.");
                             return Value(x.text() + y.text());
                           }),
                    constant};
  }
  const char op = sign[0];
  // Texts beside instants are instants.
  if (op == '-' && a.type.is(Kind::varchar) && instant(b.type)) a = convert(a, b.type);
  if (op == '-' && b.type.is(Kind::varchar) && instant(a.type)) b = convert(b, a.type);
  if ((op == '+' || op == '-') && instant(a.type) && interval(b.type)) {
    const Type type = a.type;
    const bool months = b.type.is(Kind::interval_month);
    return Compiled{type,
                    strict(a.run, b.run,
                           [type, months, op](Runtime& r, const Value& x, const Value& y) {
                             return shift(r, x, type, op == '-' ? -y.number() : y.number(), months);
                           }),
                    constant};
  }
  if (op == '+' && interval(a.type) && instant(b.type)) {
    const Type type = b.type;
    const bool months = a.type.is(Kind::interval_month);
    return Compiled{type,
                    strict(a.run, b.run,
                           [type, months](Runtime& r, const Value& x, const Value& y) {
                             return shift(r, y, type, x.number(), months);
                           }),
                    constant};
  }
  if (op == '-' && instant(a.type) && instant(b.type)) {
    const auto type = common_type(a.type, b.type);
    if (type) {
      const std::int64_t unit = type->is(Kind::date) ? day : 1;
      return Compiled{{Kind::interval_day},
                      strict(convert(a, *type).run, convert(b, *type).run,
                             [unit](Runtime&, const Value& x, const Value& y) {
                               return Value((x.number() - y.number()) * unit);
                             }),
                      constant};
    }
  }
  if ((op == '+' || op == '-') && interval(a.type) && same(a.type, b.type))
    return Compiled{a.type,
                    strict(a.run, b.run,
                           [op](Runtime& r, const Value& x, const Value& y) {
                             return whole_arithmetic(r, op, x.number(), y.number(), false);
                           }),
                    constant};
  if ((op == '*' || op == '/') && interval(a.type) && b.type.numeric())
    return Compiled{a.type,
                    strict(a.run, convert(b, {Kind::real}).run,
                           [op](Runtime&, const Value& x, const Value& y) {
                             const auto n = static_cast<double>(x.number());
                             return Value(static_cast<std::int64_t>(
                                 std::llround(op == '*' ? n * y.real() : n / y.real())));
                           }),
                    constant};
  if (op == '*' && a.type.numeric() && interval(b.type))
    return Compiled{b.type,
                    strict(convert(a, {Kind::real}).run, b.run,
                           [](Runtime&, const Value& x, const Value& y) {
                             return Value(static_cast<std::int64_t>(
                                 std::llround(x.real() * static_cast<double>(y.number()))));
                           }),
                    constant};
  if (a.type.is(Kind::unknown)) a = convert(a, b.type);
  if (b.type.is(Kind::unknown)) b = convert(b, a.type);
  if (!a.type.numeric() || !b.type.numeric())
    return refuse_at(node.place, "Cannot apply operator: " + name_of(a.type) + " " + sign + " " +
                                     name_of(b.type));
  const Type type = *common_type(a.type, b.type);
  Run x = convert(a, type).run, y = convert(b, type).run;
  if (type.is(Kind::real))
    return Compiled{type,
                    strict(x, y,
                           [op](Runtime&, const Value& p, const Value& q) {
                             return real_arithmetic(op, p.real(), q.real());
                           }),
                    constant};
  const bool small = type.is(Kind::integer);
  return Compiled{type,
                  strict(x, y,
                         [op, small](Runtime& r, const Value& p, const Value& q) {
                           return whole_arithmetic(r, op, p.number(), q.number(), small);
                         }),
                  constant};
}

Result<Compiled> Compiler::in_list(const Node& node) {
  std::vector<Compiled> parts = TRY(children(node));
  Type type = parts[0].type;
  bool constant = true;
  for (const Compiled& part : parts) {
    const auto wider = common_type(type, part.type);
    if (!wider)
      return refuse_at(node.place,
                       "IN value and list items must be the same type: " + name_of(type));
    type = *wider;
  }
  std::vector<Run> runs;
  for (Compiled& part : parts) {
    constant = constant && part.constant;
    runs.push_back(convert(std::move(part), type).run);
  }
  return Compiled{{Kind::boolean},
                  [runs, negated = node.negated](const Frame& f) {
                    const Value value = runs[0](f);
                    if (value.null()) return Value();
                    bool has_null = false;
                    for (std::size_t i = 1; i < runs.size(); ++i) {
                      const Value each = runs[i](f);
                      if (each.null())
                        has_null = true;
                      else if (compare(value, each) == 0)
                        return Value(!negated);
                    }
                    return has_null ? Value() : Value(negated);
                  },
                  constant};
}

Result<Compiled> Compiler::condition(const Node& node) {
  std::vector<Compiled> parts = TRY(children(node));
  const std::size_t first = node.has_operand ? 1 : 0;
  const std::size_t pairs = (parts.size() - first - (node.has_else ? 1 : 0)) / 2;
  Type type;
  std::vector<Run> tests, results;
  for (std::size_t i = 0; i < pairs + (node.has_else ? 1 : 0); ++i) {
    const std::size_t at = i < pairs ? first + 2 * i + 1 : parts.size() - 1;
    const auto wider = common_type(type, parts[at].type);
    if (!wider)
      return refuse_at(node.place, "All CASE results must be the same type: " + name_of(type));
    type = *wider;
  }
  for (std::size_t i = 0; i < pairs; ++i) {
    Compiled test = parts[first + 2 * i];
    if (node.has_operand) test = TRY(comparison(node, "=", parts[0], test));
    if (!test.type.is(Kind::boolean) && !test.type.is(Kind::unknown))
      return refuse_at(node.place,
                       "CASE WHEN clause must evaluate to a boolean: " + name_of(test.type));
    tests.push_back(test.run);
    results.push_back(convert(parts[first + 2 * i + 1], type).run);
  }
  Run otherwise = node.has_else ? convert(parts.back(), type).run : Run();
  return Compiled{type, [tests, results, otherwise](const Frame& f) {
                    for (std::size_t i = 0; i < tests.size(); ++i) {
                      const Value test = tests[i](f);
                      if (!test.null() && test.truth()) return results[i](f);
                    }
                    return otherwise ? otherwise(f) : Value();
                  }};
}

}  // namespace levada::timestream::sql
