// Compiler: calls of functions.

#include <algorithm>

#include "timestream/sql/aggregate.h"
#include "timestream/sql/expression.h"
#include "timestream/sql/function_table.h"

namespace levada::timestream::sql {

// The lambda as a function of its arguments, which are the frame's locals.
Result<Compiled> Compiler::lambda(const Node& node, std::vector<Type> types) {
  if (node.kind != NodeKind::lambda || node.names.size() != types.size())
    return refuse_at(node.place,
                     "Expected a lambda of " + std::to_string(types.size()) + " arguments");
  std::vector<Local> names;
  for (std::size_t i = 0; i < types.size(); ++i)
    names.push_back({node.names[i], std::move(types[i])});
  locals_.push_back(std::move(names));
  Result<Compiled> body = compile(*node.children[0]);
  locals_.pop_back();
  return body;
}

// What cannot be a row of a table: arguments that are lambdas, or run only sometimes, or may be
// null.
Result<Compiled> Compiler::special(const Node& node, bool& found) {
  const std::string& name = node.text;
  const std::size_t count = node.children.size();
  found = true;
  if (name == "filter" && count == 2) {
    Compiled list = TRY(compile(*node.children[0]));
    if (!list.type.is(Kind::array) && !list.type.is(Kind::series))
      return refuse_at(node.place, "filter needs an array or a time series");
    Type element = list.type.element();
    if (list.type.is(Kind::series))
      element = {Kind::row, {{"time", {Kind::timestamp}}, {"value", element}}};
    Compiled test = TRY(lambda(*node.children[1], {element}));
    return Compiled{list.type, [list = list.run, test = test.run](const Frame& f) {
                      const Value all = list(f);
                      if (all.null()) return Value();
                      std::vector<Value> kept;
                      for (const Value& each : all.list()) {
                        if (!f.runtime.spend(1)) break;
                        const Frame inner{f.row, f.runtime, {&each, 1}, &f};
                        const Value yes = test(inner);
                        if (!yes.null() && yes.truth()) kept.push_back(each);
                      }
                      return Value(std::move(kept));
                    }};
  }
  if (name == "reduce" && count == 4) {
    Compiled list = TRY(compile(*node.children[0]));
    Compiled begin = TRY(compile(*node.children[1]));
    if (!list.type.is(Kind::array) && !list.type.is(Kind::series))
      return refuse_at(node.place, "reduce needs an array or a time series");
    Type element = list.type.element();
    if (list.type.is(Kind::series))
      element = {Kind::row, {{"time", {Kind::timestamp}}, {"value", element}}};
    Compiled step = TRY(lambda(*node.children[2], {begin.type, element}));
    if (!same(step.type, begin.type)) {  // the state may be wider than what it begins as
      const auto wider = common_type(begin.type, step.type);
      if (!wider) return refuse_at(node.place, "The state of reduce changes its type");
      begin = convert(std::move(begin), *wider);
      step = TRY(lambda(*node.children[2], {begin.type, element}));
      step = convert(std::move(step), begin.type);
    }
    Compiled end = TRY(lambda(*node.children[3], {begin.type}));
    return Compiled{end.type, [list = list.run, begin = begin.run, step = step.run,
                               end = end.run](const Frame& f) {
                      const Value all = list(f);
                      if (all.null()) return Value();
                      Value state = begin(f);
                      for (const Value& each : all.list()) {
                        if (!f.runtime.spend(1)) break;
                        const Value pair[] = {state, each};
                        const Frame inner{f.row, f.runtime, pair, &f};
                        state = step(inner);
                      }
                      const Frame inner{f.row, f.runtime, {&state, 1}, &f};
                      return end(inner);
                    }};
  }
  if (name == "transform" && count == 2) {
    Compiled list = TRY(compile(*node.children[0]));
    if (!list.type.is(Kind::array)) return refuse_at(node.place, "transform needs an array");
    Compiled each = TRY(lambda(*node.children[1], {list.type.element()}));
    return Compiled{array_of(each.type), [list = list.run, run = each.run](const Frame& f) {
                      const Value all = list(f);
                      if (all.null()) return Value();
                      std::vector<Value> made;
                      for (const Value& one : all.list()) {
                        if (!f.runtime.spend(1)) break;
                        const Frame inner{f.row, f.runtime, {&one, 1}, &f};
                        made.push_back(run(inner));
                      }
                      return Value(std::move(made));
                    }};
  }
  if (name == "zip" && count >= 2) return zip(node);
  if (name == "regexp_replace" && count == 3 && node.children[2]->kind == NodeKind::lambda)
    return replace_by_lambda(node);
  const bool conditional = name == "coalesce" || name == "greatest" || name == "least";
  if (conditional || (name == "nullif" && count == 2) ||
      ((name == "$same" || name == "$distinct") && count == 2)) {
    std::vector<Compiled> parts = TRY(children(node));
    Type type;
    bool constant = true;
    for (const Compiled& part : parts) {
      const auto wider = common_type(type, part.type);
      if (!wider) return refuse_at(node.place, "All arguments of " + name + " must be of one type");
      type = *wider;
      constant = constant && part.constant;
    }
    const Type first = parts.empty() ? Type() : parts[0].type;
    std::vector<Run> runs;
    for (Compiled& part : parts) runs.push_back(convert(std::move(part), type).run);
    if (name == "coalesce")
      return Compiled{type,
                      [runs](const Frame& f) {
                        for (const Run& run : runs)
                          if (Value value = run(f); !value.null()) return value;
                        return Value();
                      },
                      constant};
    if (name == "greatest" || name == "least")
      return Compiled{type,
                      [runs, sign = name == "greatest" ? 1 : -1](const Frame& f) {
                        Value best;
                        for (const Run& run : runs) {
                          Value value = run(f);
                          if (value.null()) return Value();
                          if (best.null() || compare(value, best) * sign > 0) best = value;
                        }
                        return best;
                      },
                      constant};
    if (name == "nullif")
      return Compiled{type,
                      [runs](const Frame& f) {
                        Value a = runs[0](f);
                        const Value b = runs[1](f);
                        return !a.null() && !b.null() && compare(a, b) == 0 ? Value() : a;
                      },
                      constant};
    return Compiled{{Kind::boolean},
                    [runs, is_same = name == "$same"](const Frame& f) {
                      return Value((compare(runs[0](f), runs[1](f)) == 0) == is_same);
                    },
                    constant};
  }
  if (name == "if" && (count == 2 || count == 3)) return conditional_if(node);
  if (name == "try" && count == 1) {
    Compiled value = TRY(compile(*node.children[0]));
    return Compiled{value.type, [run = value.run](const Frame& f) {
                      const bool broken = f.runtime.error.has_value();
                      Value out = run(f);
                      if (broken || !f.runtime.error) return out;
                      f.runtime.error.reset();
                      return Value();
                    }};
  }
  if (name == "typeof" && count == 1) {
    Compiled value = TRY(compile(*node.children[0]));
    return constant_of({Kind::varchar}, Value(name_of(value.type)));
  }
  found = false;
  return Compiled{};
}

// Arrays to one array of rows, as long as the longest.
Result<Compiled> Compiler::zip(const Node& node) {
  std::vector<Compiled> lists = TRY(children(node));
  Type row{Kind::row};
  std::vector<Run> runs;
  for (Compiled& list : lists) {
    if (!list.type.is(Kind::array)) return refuse_at(node.place, "zip needs arrays");
    row.fields.push_back({"", list.type.element()});
    runs.push_back(std::move(list.run));
  }
  return Compiled{array_of(std::move(row)), [runs](const Frame& f) {
                    std::vector<Value> all;
                    std::size_t longest = 0;
                    for (const Run& run : runs) {
                      all.push_back(run(f));
                      if (all.back().null()) return Value();
                      longest = std::max(longest, all.back().list().size());
                    }
                    std::vector<Value> rows;
                    for (std::size_t i = 0; i < longest; ++i) {
                      std::vector<Value> cells;
                      for (const Value& list : all)
                        cells.push_back(i < list.list().size() ? list.list()[i] : Value());
                      rows.emplace_back(std::move(cells));
                    }
                    return Value(std::move(rows));
                  }};
}

// regexp_replace(text, pattern, groups -> text): the lambda gets the capturing groups as an array.
Result<Compiled> Compiler::replace_by_lambda(const Node& node) {
  Compiled text = TRY(compile(*node.children[0])), pattern = TRY(compile(*node.children[1]));
  for (const Compiled* each : {&text, &pattern})
    if (!each->type.is(Kind::varchar) && !each->type.is(Kind::unknown))
      return refuse_at(node.place, "regexp_replace needs texts");
  Compiled by = TRY(lambda(*node.children[2], {array_of({Kind::varchar})}));
  if (!by.type.is(Kind::varchar) && !by.type.is(Kind::unknown))
    return refuse_at(node.children[2]->place, "The lambda of regexp_replace must give a varchar");
  return Compiled{{Kind::varchar},
                  [text = text.run, pattern = pattern.run, by = by.run](const Frame& f) -> Value {
                    const Value all = text(f), what = pattern(f);
                    if (all.null() || what.null()) return {};
                    return replace_matches(f.runtime, all.text(), what.text(),
                                           [&](const Value& groups) {
                                             const Frame inner{f.row, f.runtime, {&groups, 1}, &f};
                                             return by(inner);
                                           });
                  }};
}

Result<Compiled> Compiler::conditional_if(const Node& node) {
  Compiled test = TRY(compile_condition(*node.children[0], "IF condition"));
  Compiled yes = TRY(compile(*node.children[1]));
  Compiled no = node.children.size() == 3 ? TRY(compile(*node.children[2]))
                                          : constant_of({Kind::unknown}, Value());
  const auto type = common_type(yes.type, no.type);
  if (!type) return refuse_at(node.place, "Both results of IF must be of one type");
  return Compiled{*type, [test = test.run, yes = convert(yes, *type).run,
                          no = convert(no, *type).run](const Frame& f) {
                    const Value value = test(f);
                    return !value.null() && value.truth() ? yes(f) : no(f);
                  }};
}

Result<Compiled> Compiler::call(const Node& node) {
  bool found = false;
  Compiled made = TRY(special(node, found));
  if (found) return made;
  if (node.window)
    return refuse_at(node.place, "Window function " + node.text + " cannot stand here");
  if (is_window_function(node.text))
    return refuse_at(node.place, "Window function " + node.text + " requires an OVER clause");
  if (is_aggregate(node.text))
    return refuse_at(node.place, "Aggregate function " + node.text + " cannot stand here");
  const std::vector<Overload>* overloads = overloads_of(node.text);
  if (overloads == nullptr)
    return refuse_at(node.place, "Function " + node.text + " not registered");
  std::vector<Compiled> arguments = TRY(children(node));
  if (node.text == "array_join" && !arguments.empty() && arguments[0].type.is(Kind::array) &&
      arguments[0].type.element().fields.empty())  // of whatever is in it the text
    arguments[0] = convert(std::move(arguments[0]), array_of({Kind::varchar}));
  std::vector<Type> types;
  std::string shown;
  for (const Compiled& argument : arguments) {
    types.push_back(argument.type);
    shown += (shown.empty() ? "" : ", ") + name_of(argument.type);
  }
  Type result;
  const Overload* overload = choose(*overloads, types, result);
  if (overload == nullptr)
    return refuse_at(node.place, "Unexpected parameters (" + shown + ") for function " + node.text);
  std::vector<Run> runs;
  bool constant = !arguments.empty();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    constant = constant && arguments[i].constant;
    runs.push_back(convert(std::move(arguments[i]), types[i]).run);
  }
  const auto function = overload->function->run;
  Run run = [runs, function](const Frame& f) -> Value {
    std::vector<Value> values;
    values.reserve(runs.size());
    for (const Run& each : runs) {
      values.push_back(each(f));
      if (values.back().null()) return {};
    }
    std::size_t work = 1;
    for (const Value& value : values)
      if (value.is.index() == 5) work += value.list().size();
    if (f.runtime.error || !f.runtime.spend(work)) return {};
    Value answer = function(f.runtime, values);
    if (answer.is.index() == 4 && answer.text().size() > text_bytes_max)
      return f.runtime.fail("The result of a function has more than 16 MiB.");
    if (answer.is.index() == 5 && !f.runtime.spend(answer.list().size())) return {};
    return answer;
  };
  if (runs.empty()) constant = node.text != "rand" && node.text != "random";
  if (constant && locals_.empty() && node.text != "shuffle") {  // once is enough
    const Frame frame{{}, runtime_};
    Value value = run(frame);
    if (runtime_.error) {  // only an error if a row asks for it
      Error why = std::move(*runtime_.error);
      runtime_.error.reset();
      return Compiled{result, [why](const Frame& f) { return f.runtime.fail(why); }, true};
    }
    return constant_of(result, std::move(value));
  }
  return Compiled{result, std::move(run), constant};
}

}  // namespace levada::timestream::sql
