#pragma once
// The nodes of compiled expressions: what each kind of expression does when it runs. For program.cc
// alone; everybody else has a Program.

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "query/evaluation.h"

namespace levada::query {

using Programs = std::vector<Program>;

struct ConstantNode final : ProgramNode {
  Value value;
  explicit ConstantNode(Value v) : value(std::move(v)) {}
  Datum run(const Input&) const override { return value.datum(); }
};

struct Now final : ProgramNode {
  Datum run(const Input& input) const override { return Datum::of(input.evaluation.facts().now); }
};

// What a call knows beside its arguments.
struct Called {
  const Function& function;
  std::vector<Type> types;
  Type result;
  CallSite site;

  explicit Called(const Expression& from) : function(*from.function), result(from.type) {
    for (const ExpressionRef& argument : from.arguments) types.push_back(argument->type);
    site.result = &result;
    site.arguments = types;
  }
  Called(const Called&) = delete;

  template <class Data>
  Datum run(const Input& input, const auto& arguments, Data& data) const {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      data[i] = arguments[i].run(input);
      if (function.strict && data[i].is_null()) return Datum::null();
    }
    if (input.evaluation.failed()) [[unlikely]]
      return Datum::null();
    return function.run(input.evaluation, site, {data.data(), arguments.size()});
  }
};

template <std::size_t count>
struct CallOf final : ProgramNode {
  std::array<Program, count> arguments;
  Called called;
  CallOf(Programs programs, const Expression& from) : called(from) {
    std::move(programs.begin(), programs.end(), arguments.begin());
  }
  Datum run(const Input& input) const override {
    std::array<Datum, count> data;
    return called.run(input, arguments, data);
  }
};

struct CallOfMany final : ProgramNode {
  Programs arguments;
  Called called;
  CallOfMany(Programs programs, const Expression& from)
      : arguments(std::move(programs)), called(from) {}
  Datum run(const Input& input) const override {
    std::vector<Datum> data(arguments.size());
    return called.run(input, arguments, data);
  }
};

// The elements of the last argument, a list, are arguments as well; of no list the call is NULL.
struct SpreadCall final : ProgramNode {
  Programs arguments;
  const Function& function;
  std::vector<Type> fixed;
  Type element, result;
  SpreadCall(Programs programs, const Expression& from)
      : arguments(std::move(programs)),
        function(*from.function),
        element(from.arguments.back()->type.element()),
        result(from.type) {
    for (const ExpressionRef& argument : from.arguments) fixed.push_back(argument->type);
    fixed.pop_back();
  }
  Datum run(const Input& input) const override {
    std::vector<Datum> data;
    for (const Program& argument : arguments) data.push_back(argument.run(input));
    const Datum list = data.back();
    if (list.is_null() || input.evaluation.failed()) return Datum::null();
    data.pop_back();
    data.insert(data.end(), list.list().begin(), list.list().end());
    if (function.strict &&
        std::any_of(data.begin(), data.end(), [](const Datum& datum) { return datum.is_null(); }))
      return Datum::null();
    std::vector<Type> types = fixed;
    types.resize(data.size(), element);
    CallSite site;
    site.result = &result;
    site.arguments = types;
    return function.run(input.evaluation, site, data);
  }
};

struct Cast final : ProgramNode {
  Program argument;
  Type from, to;
  bool is_explicit;
  Cast(Program program, const Expression& cast)
      : argument(std::move(program)),
        from(cast.arguments[0]->type),
        to(cast.type),
        is_explicit(cast.explicit_cast) {}
  Datum run(const Input& input) const override {
    const Datum datum = argument.run(input);
    if (datum.is_null() || input.evaluation.failed()) return Datum::null();
    return cast_datum(input.evaluation, from, to, is_explicit, datum);
  }
};

// AND stops at false, OR at true; NULL if neither and one of them is.
struct Connective final : ProgramNode {
  Programs arguments;
  bool stop;
  Connective(Programs programs, bool stops_at) : arguments(std::move(programs)), stop(stops_at) {}
  Datum run(const Input& input) const override {
    bool unknown = false;
    for (const Program& argument : arguments) {
      const Datum datum = argument.run(input);
      if (datum.is_null())
        unknown = true;
      else if (datum.boolean() == stop)
        return Datum::of(stop);
    }
    return unknown ? Datum::null() : Datum::of(!stop);
  }
};

struct Coalesce final : ProgramNode {
  Programs arguments;
  explicit Coalesce(Programs programs) : arguments(std::move(programs)) {}
  Datum run(const Input& input) const override {
    for (const Program& argument : arguments) {
      const Datum datum = argument.run(input);
      if (!datum.is_null()) return datum;
    }
    return Datum::null();
  }
};

struct Choose final : ProgramNode {
  Programs arguments;
  explicit Choose(Programs programs) : arguments(std::move(programs)) {}
  Datum run(const Input& input) const override {
    std::size_t i = 0;
    for (; i + 1 < arguments.size(); i += 2) {
      const Datum condition = arguments[i].run(input);
      if (!condition.is_null() && condition.boolean()) return arguments[i + 1].run(input);
    }
    return i < arguments.size() ? arguments[i].run(input) : Datum::null();
  }
};

// CASE whose conditions all compare one text with constants: it is computed once.
struct ChooseByText final : ProgramNode {
  Program text;
  std::vector<std::pair<Value, Program>> cases;
  Program otherwise;  // or none
  Datum run(const Input& input) const override {
    const Datum wanted = text.run(input);
    if (!wanted.is_null())
      for (const auto& [value, result] : cases)
        if (wanted.text() == value.datum().text()) return result.run(input);
    return otherwise ? otherwise.run(input) : Datum::null();
  }
};

struct IsIn final : ProgramNode {
  Programs arguments;
  explicit IsIn(Programs programs) : arguments(std::move(programs)) {}
  Datum run(const Input& input) const override {
    const Datum wanted = arguments[0].run(input);
    if (wanted.is_null()) return Datum::null();
    bool unknown = false;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      const Datum candidate = arguments[i].run(input);
      if (candidate.is_null())
        unknown = true;
      else if (equal(wanted, candidate))
        return Datum::of(true);
    }
    return unknown ? Datum::null() : Datum::of(false);
  }
};

// IN a list of constants: sorted once.
struct IsInConstants final : ProgramNode {
  Program argument;
  std::vector<Value> sorted;
  bool has_null = false;
  IsInConstants(Program program, std::vector<Value> values, bool null)
      : argument(std::move(program)), sorted(std::move(values)), has_null(null) {
    std::sort(sorted.begin(), sorted.end(),
              [](const Value& a, const Value& b) { return compare(a.datum(), b.datum()) < 0; });
  }
  Datum run(const Input& input) const override {
    const Datum wanted = argument.run(input);
    if (wanted.is_null()) return Datum::null();
    const auto at =
        std::lower_bound(sorted.begin(), sorted.end(), wanted,
                         [](const Value& a, const Datum& b) { return compare(a.datum(), b) < 0; });
    if (at != sorted.end() && equal(at->datum(), wanted)) return Datum::of(true);
    return has_null ? Datum::null() : Datum::of(false);
  }
};

struct NullTest final : ProgramNode {
  Program argument;
  bool wanted;
  NullTest(Program program, bool is_null) : argument(std::move(program)), wanted(is_null) {}
  Datum run(const Input& input) const override {
    return Datum::of(argument.run(input).is_null() == wanted);
  }
};

struct Part final : ProgramNode {
  Program argument;
  std::size_t index;
  Part(Program program, std::size_t i) : argument(std::move(program)), index(i) {}
  Datum run(const Input& input) const override {
    const Datum whole = argument.run(input);
    return whole.is_null() || index >= whole.size ? Datum::null() : whole.elements[index];
  }
};

struct Gather final : ProgramNode {
  Programs arguments;
  explicit Gather(Programs programs) : arguments(std::move(programs)) {}
  Datum run(const Input& input) const override {
    std::vector<Datum> data;
    data.reserve(arguments.size());
    for (const Program& argument : arguments) data.push_back(argument.run(input));
    return input.evaluation.list(data);
  }
};

// What several places compute: the first of a row does it for all. What fails is computed again,
// and so fails in each of them.
struct OnceARow final : ProgramNode {
  Program computed;
  mutable std::uint64_t row = 0;
  mutable Datum result;
  explicit OnceARow(Program program) : computed(std::move(program)) {}
  Datum run(const Input& input) const override {
    if (row == input.evaluation.row()) return result;
    result = computed.run(input);
    row = input.evaluation.failed() ? 0 : input.evaluation.row();
    return result;
  }
};

// One text and what splits it; its parts are looked for from the start, once a row, as far as
// somebody wants them.
struct SplitText {
  Program text;
  std::string between;
  mutable std::uint64_t row = 0;
  mutable Datum whole;
  mutable std::vector<std::string_view> parts;
  mutable std::size_t rest = 0;  // where the next part begins; npos: there is none

  Datum part(const Input& input, std::size_t index) const {
    if (row != input.evaluation.row()) {
      whole = text.run(input);
      row = input.evaluation.failed() ? 0 : input.evaluation.row();
      parts.clear();
      rest = 0;
    }
    if (whole.is_null() || row == 0) return Datum::null();
    while (parts.size() <= index && rest != std::string_view::npos) {
      const std::size_t end = between.size() == 1 ? whole.text().find(between[0], rest)
                                                  : whole.text().find(between, rest);
      parts.push_back(whole.text().substr(rest, end == std::string_view::npos ? end : end - rest));
      rest = end == std::string_view::npos ? end : end + between.size();
    }
    return Datum::of(index < parts.size() ? parts[index] : std::string_view(""));
  }
};

struct PartOfText final : ProgramNode {
  std::shared_ptr<const SplitText> text;
  std::size_t index;
  PartOfText(std::shared_ptr<const SplitText> split, std::size_t i)
      : text(std::move(split)), index(i) {}
  Datum run(const Input& input) const override { return text->part(input, index); }
};

}  // namespace levada::query
