// Compiler: what subqueries answered, and parameters.

#include <algorithm>
#include <cmath>

#include "timestream/sql/expression.h"

namespace levada::timestream::sql {
namespace {

using Values = std::vector<Value>;

// What is said of all answers together: one value that is true or false, or nothing is known.
Value decided(bool any_decides, bool any_null, bool decision) {
  if (any_decides) return Value(decision);
  return any_null ? Value() : Value(!decision);
}

bool holds(std::string_view sign, const Value& a, const Value& b) {
  if (a.is.index() == 3 && (std::isnan(a.real()) || std::isnan(b.real()))) return sign == "<>";
  const int c = compare(a, b);
  if (sign == "=") return c == 0;
  if (sign == "<>") return c != 0;
  if (sign == "<") return c < 0;
  if (sign == "<=") return c <= 0;
  return sign == ">" ? c > 0 : c >= 0;
}

// value sign ANY (answers), or ALL of them.
Value compare_with(std::string_view sign, bool every, const Value& value, const Values& answers) {
  if (answers.empty()) return Value(every);
  if (value.null()) return {};
  bool null = false;
  for (const Value& answer : answers) {
    if (answer.null())
      null = true;
    else if (holds(sign, value, answer) != every)
      return decided(true, null, !every);
  }
  return decided(false, null, !every);
}

}  // namespace

Result<std::vector<Run>> Compiler::captured(const SubqueryResult& subquery) {
  std::vector<Run> all;
  for (const Capture& capture : subquery.captures) {
    Node node{.kind = NodeKind::column, .place = capture.place};
    node.text = capture.name;
    node.qualifier = capture.qualifier;
    Compiled compiled = TRY(compile(node));
    all.push_back(std::move(compiled.run));
  }
  return all;
}

Result<Compiled> Compiler::subquery(const Node& node) {
  const SubqueryResult& result = subqueries_.at(&node);
  const bool correlated = result.answers != nullptr;
  using Find = std::function<const Values*(const Frame&)>;
  Find find;
  if (correlated) {
    const std::vector<Run> captures = TRY(captured(result));
    find = [captures, answers = result.answers](const Frame& f) -> const Values* {
      Values key;
      for (const Run& run : captures) key.push_back(run(f));
      const auto at = answers->find(key);
      return at == answers->end() ? nullptr : &at->second;
    };
  } else {
    find = [values = std::make_shared<const Values>(result.values)](const Frame&) {
      return values.get();
    };
  }
  // An answer is looked for only where select.cc asked before.
  const auto answered = [find](const Frame& f, const auto& use) -> Value {
    const Values* values = find(f);
    if (values == nullptr)
      return f.runtime.fail("This correlated subquery is not supported where it stands");
    return use(*values);
  };
  if (node.kind == NodeKind::exists)
    return Compiled{{Kind::boolean},
                    [answered](const Frame& f) {
                      return answered(f, [](const Values& v) { return Value(!v.empty()); });
                    },
                    !correlated};
  if (node.kind == NodeKind::scalar)
    return Compiled{result.type,
                    [answered](const Frame& f) {
                      return answered(f,
                                      [](const Values& v) { return v.empty() ? Value() : v[0]; });
                    },
                    !correlated};
  Compiled value = TRY(compile(*node.children[0]));
  const auto type = common_type(value.type, result.type);
  if (!type)
    return refuse_at(node.place, "value and result of subquery must be of the same type: " +
                                     name_of(value.type) + " vs " + name_of(result.type));
  const Run run = convert(std::move(value), *type).run;
  const bool in = node.kind == NodeKind::in_query;
  const std::string sign = in ? "=" : node.text;
  return Compiled{{Kind::boolean},
                  [run, answered, sign, every = node.every, negated = node.negated,
                   from = result.type, to = *type](const Frame& f) -> Value {
                    const Value left = run(f);
                    return answered(f, [&](const Values& values) {
                      Value yes;
                      if (same(from, to)) {
                        yes = compare_with(sign, every, left, values);
                      } else {
                        Values wider;
                        for (const Value& each : values)
                          wider.push_back(cast(f.runtime, each, from, to));
                        yes = compare_with(sign, every, left, wider);
                      }
                      return yes.null() || !negated ? yes : Value(!yes.truth());
                    });
                  }};
}

Result<Compiled> Compiler::parameter(const Node& node) {
  const auto known = runtime_.parameters.find(node.text);
  if (known != runtime_.parameters.end())
    return constant_of(known->second.first, known->second.second);
  if (runtime_.noted_parameters == nullptr)
    return refuse_at(node.place, "Parameter '@" + node.text + "' has no value");
  runtime_.noted_parameters->insert(node.text);
  return constant_of({Kind::unknown}, Value());
}

}  // namespace levada::timestream::sql
