#include "query/evaluation.h"

#include <algorithm>
#include <array>

namespace levada::query {

namespace {

constexpr std::size_t block_bytes = 16 * 1024;

using Node = std::unique_ptr<ProgramNode>;
using Nodes = std::vector<Node>;

Node compiled(const Expression& from, std::size_t split);

struct LeftColumn final : ProgramNode {
  std::size_t index;
  explicit LeftColumn(std::size_t i) : index(i) {}
  Datum run(const Input& input) const override { return input.left[index]; }
};

struct RightColumn final : ProgramNode {
  std::size_t index;
  explicit RightColumn(std::size_t i) : index(i) {}
  Datum run(const Input& input) const override { return input.right[index]; }
};

struct Constant final : ProgramNode {
  Value value;
  explicit Constant(Value v) : value(std::move(v)) {}
  Datum run(const Input&) const override { return value.datum(); }
};

struct Now final : ProgramNode {
  Datum run(const Input& input) const override { return Datum::of(input.evaluation.facts().now); }
};

struct Call final : ProgramNode {
  const Function& function;
  Nodes arguments;
  std::vector<Type> types;
  Type result;
  CallSite site;

  Call(const Function& f, Nodes nodes, const Expression& from)
      : function(f), arguments(std::move(nodes)), result(from.type) {
    for (const ExpressionRef& argument : from.arguments) types.push_back(argument->type);
    site.result = &result;
    site.arguments = types;
  }

  Datum run(const Input& input) const override {
    constexpr std::size_t inline_max = 4;
    if (arguments.size() <= inline_max) {
      std::array<Datum, inline_max> data;
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        data[i] = arguments[i]->run(input);
        if (function.strict && data[i].is_null()) return Datum::null();
      }
      if (input.evaluation.failed()) [[unlikely]]
        return Datum::null();
      return function.run(input.evaluation, site, {data.data(), arguments.size()});
    }
    std::vector<Datum> data;
    data.reserve(arguments.size());
    for (const Node& argument : arguments) {
      data.push_back(argument->run(input));
      if (function.strict && data.back().is_null()) return Datum::null();
    }
    if (input.evaluation.failed()) return Datum::null();
    return function.run(input.evaluation, site, data);
  }
};

struct Cast final : ProgramNode {
  Node argument;
  Type from, to;
  bool is_explicit;
  Cast(Node node, const Expression& cast)
      : argument(std::move(node)),
        from(cast.arguments[0]->type),
        to(cast.type),
        is_explicit(cast.explicit_cast) {}
  Datum run(const Input& input) const override {
    const Datum datum = argument->run(input);
    if (datum.is_null() || input.evaluation.failed()) return Datum::null();
    return cast_datum(input.evaluation, from, to, is_explicit, datum);
  }
};

// AND stops at false, OR at true; NULL if neither and one of them is.
struct Connective final : ProgramNode {
  Nodes arguments;
  bool stop;
  Connective(Nodes nodes, bool stops_at) : arguments(std::move(nodes)), stop(stops_at) {}
  Datum run(const Input& input) const override {
    bool unknown = false;
    for (const Node& argument : arguments) {
      const Datum datum = argument->run(input);
      if (datum.is_null())
        unknown = true;
      else if (datum.boolean() == stop)
        return Datum::of(stop);
    }
    return unknown ? Datum::null() : Datum::of(!stop);
  }
};

struct Coalesce final : ProgramNode {
  Nodes arguments;
  explicit Coalesce(Nodes nodes) : arguments(std::move(nodes)) {}
  Datum run(const Input& input) const override {
    for (const Node& argument : arguments) {
      const Datum datum = argument->run(input);
      if (!datum.is_null()) return datum;
    }
    return Datum::null();
  }
};

struct Choose final : ProgramNode {
  Nodes arguments;
  explicit Choose(Nodes nodes) : arguments(std::move(nodes)) {}
  Datum run(const Input& input) const override {
    std::size_t i = 0;
    for (; i + 1 < arguments.size(); i += 2) {
      const Datum condition = arguments[i]->run(input);
      if (!condition.is_null() && condition.boolean()) return arguments[i + 1]->run(input);
    }
    return i < arguments.size() ? arguments[i]->run(input) : Datum::null();
  }
};

// CASE whose conditions all compare one text with constants: it is computed once.
struct ChooseByText final : ProgramNode {
  Node text;
  std::vector<std::pair<Value, Node>> cases;
  Node otherwise;  // or null
  Datum run(const Input& input) const override {
    const Datum wanted = text->run(input);
    if (!wanted.is_null())
      for (const auto& [value, result] : cases)
        if (wanted.text() == value.datum().text()) return result->run(input);
    return otherwise == nullptr ? Datum::null() : otherwise->run(input);
  }
};

struct IsIn final : ProgramNode {
  Nodes arguments;
  explicit IsIn(Nodes nodes) : arguments(std::move(nodes)) {}
  Datum run(const Input& input) const override {
    const Datum wanted = arguments[0]->run(input);
    if (wanted.is_null()) return Datum::null();
    bool unknown = false;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      const Datum candidate = arguments[i]->run(input);
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
  Node argument;
  std::vector<Value> sorted;
  bool has_null = false;
  IsInConstants(Node node, std::vector<Value> values, bool null)
      : argument(std::move(node)), sorted(std::move(values)), has_null(null) {
    std::sort(sorted.begin(), sorted.end(),
              [](const Value& a, const Value& b) { return compare(a.datum(), b.datum()) < 0; });
  }
  Datum run(const Input& input) const override {
    const Datum wanted = argument->run(input);
    if (wanted.is_null()) return Datum::null();
    const auto at =
        std::lower_bound(sorted.begin(), sorted.end(), wanted,
                         [](const Value& a, const Datum& b) { return compare(a.datum(), b) < 0; });
    if (at != sorted.end() && equal(at->datum(), wanted)) return Datum::of(true);
    return has_null ? Datum::null() : Datum::of(false);
  }
};

struct NullTest final : ProgramNode {
  Node argument;
  bool wanted;
  NullTest(Node node, bool is_null) : argument(std::move(node)), wanted(is_null) {}
  Datum run(const Input& input) const override {
    return Datum::of(argument->run(input).is_null() == wanted);
  }
};

struct Part final : ProgramNode {
  Node argument;
  std::size_t index;
  Part(Node node, std::size_t i) : argument(std::move(node)), index(i) {}
  Datum run(const Input& input) const override {
    const Datum whole = argument->run(input);
    return whole.is_null() || index >= whole.size ? Datum::null() : whole.elements[index];
  }
};

struct Gather final : ProgramNode {
  Nodes arguments;
  explicit Gather(Nodes nodes) : arguments(std::move(nodes)) {}
  Datum run(const Input& input) const override {
    std::vector<Datum> data;
    data.reserve(arguments.size());
    for (const Node& argument : arguments) data.push_back(argument->run(input));
    return input.evaluation.list(data);
  }
};

bool is_constant(const Node& node) { return dynamic_cast<const Constant*>(node.get()) != nullptr; }

// Pure work on constants is done once; what fails is left to fail when it is reached.
Node folded(Node node, const Nodes* arguments, bool pure) {
  if (!pure || arguments == nullptr ||
      !std::all_of(arguments->begin(), arguments->end(), is_constant))
    return node;
  static const SessionFacts no_facts;
  Evaluation evaluation(no_facts);
  const Datum result = node->run({evaluation, nullptr});
  if (evaluation.failed()) return node;
  return std::make_unique<Constant>(Value(result));
}

bool zone_matters(const Type& from, const Type& to) {
  const bool a = from.is(TypeKind::timestamptz), b = to.is(TypeKind::timestamptz);
  const bool nested = from.is(TypeKind::list) || from.is(TypeKind::structure) ||
                      to.is(TypeKind::list) || to.is(TypeKind::structure);
  return a != b || nested;
}

Node compiled_in(Nodes arguments) {
  const bool constants = std::all_of(arguments.begin() + 1, arguments.end(), is_constant);
  if (!constants) return std::make_unique<IsIn>(std::move(arguments));
  std::vector<Value> values;
  bool has_null = false;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const Value& value = static_cast<const Constant&>(*arguments[i]).value;
    if (value.is_null())
      has_null = true;
    else
      values.push_back(value);
  }
  return std::make_unique<IsInConstants>(std::move(arguments[0]), std::move(values), has_null);
}

// The term whose text all conditions of a CASE compare with constants; nullptr: they do otherwise.
const Expression* compared_text(const Expression& choose) {
  const Expression* text = nullptr;
  for (std::size_t i = 0; i + 1 < choose.arguments.size(); i += 2) {
    const Expression& condition = *choose.arguments[i];
    if (condition.kind != ExpressionKind::call || condition.function->name != "=") return nullptr;
    const Expression& left = *condition.arguments[0];
    const Expression& right = *condition.arguments[1];
    const bool fits = left.type.is(TypeKind::varchar) && right.type.is(TypeKind::varchar) &&
                      right.kind == ExpressionKind::constant && !right.value.is_null() &&
                      !is_volatile(left) && (text == nullptr || same(*text, left));
    if (!fits) return nullptr;
    text = &left;
  }
  return choose.arguments.size() > 3 ? text : nullptr;
}

Node compiled_choose(const Expression& from, const Expression& text, std::size_t split) {
  auto made = std::make_unique<ChooseByText>();
  made->text = compiled(text, split);
  std::size_t i = 0;
  for (; i + 1 < from.arguments.size(); i += 2)
    made->cases.emplace_back(from.arguments[i]->arguments[1]->value,
                             compiled(*from.arguments[i + 1], split));
  if (i < from.arguments.size()) made->otherwise = compiled(*from.arguments[i], split);
  return made;
}

Node compiled(const Expression& from, std::size_t split) {
  if (from.kind == ExpressionKind::choose)
    if (const Expression* text = compared_text(from)) return compiled_choose(from, *text, split);
  Nodes arguments;
  for (const ExpressionRef& argument : from.arguments)
    arguments.push_back(compiled(*argument, split));
  switch (from.kind) {
    case ExpressionKind::column:
      if (from.index < split) return std::make_unique<LeftColumn>(from.index);
      return std::make_unique<RightColumn>(from.index - split);
    case ExpressionKind::constant:
      return std::make_unique<Constant>(from.value);
    case ExpressionKind::parameter:
      CHECK(false, "parameters are bound before a plan runs");
      break;
    case ExpressionKind::call: {
      auto call = std::make_unique<Call>(*from.function, std::move(arguments), from);
      const Nodes* nodes = &call->arguments;
      const bool pure = from.function->volatility == Volatility::pure;
      return folded(std::move(call), nodes, pure);
    }
    case ExpressionKind::cast: {
      const bool constant = is_constant(arguments[0]);
      const bool pure = !zone_matters(from.arguments[0]->type, from.type);
      auto cast = std::make_unique<Cast>(std::move(arguments[0]), from);
      static const Nodes none;
      return folded(std::move(cast), constant ? &none : nullptr, pure);
    }
    case ExpressionKind::all:
      return std::make_unique<Connective>(std::move(arguments), false);
    case ExpressionKind::any:
      return std::make_unique<Connective>(std::move(arguments), true);
    case ExpressionKind::coalesce:
      return std::make_unique<Coalesce>(std::move(arguments));
    case ExpressionKind::choose:
      return std::make_unique<Choose>(std::move(arguments));
    case ExpressionKind::is_in:
      return compiled_in(std::move(arguments));
    case ExpressionKind::is_null:
      return std::make_unique<NullTest>(std::move(arguments[0]), true);
    case ExpressionKind::is_not_null:
      return std::make_unique<NullTest>(std::move(arguments[0]), false);
    case ExpressionKind::field:
      return std::make_unique<Part>(std::move(arguments[0]), from.index);
    case ExpressionKind::make_list:
    case ExpressionKind::make_row:
      return std::make_unique<Gather>(std::move(arguments));
    case ExpressionKind::now:
      return std::make_unique<Now>();
  }
  CHECK(false);
  return nullptr;
}

}  // namespace

void Evaluation::grow(std::size_t bytes) {
  if (block_ != nullptr) spare_.push_back(std::move(block_));
  const std::size_t size = std::max(bytes, block_bytes);
  block_.reset(new char[size]);
  begin_ = next_ = block_.get();
  end_ = begin_ + size;
}

void Evaluation::rewind() {
  spare_.clear();
  next_ = begin_;
}

void Evaluation::draw_breath() {
  until_breath_ = steps_a_breath;
  if (mode_ == Mode::strict && error_.has_value()) throw Stopped{*error_};
  if (auto why = facts_.breath->draw()) throw Stopped{std::move(*why)};
}

Datum Evaluation::text(std::string_view text) {
  char* copy = allocate(text.size());
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());
  return Datum::of(std::string_view(copy, text.size()));
}

Datum Evaluation::decimal(const Decimal& value) {
  Int128 wide = 0;
  Datum datum = decimal_datum(value, wide);
  if (datum.form == Form::wide) datum.wide = new (allocate(sizeof wide)) Int128(wide);
  return datum;
}

Datum Evaluation::interval(const Interval& value) {
  return Datum::of(new (allocate(sizeof value)) Interval(value));
}

Datum Evaluation::list(std::span<const Datum> elements) {
  auto* copy = reinterpret_cast<Datum*>(allocate(elements.size_bytes()));
  std::uninitialized_copy(elements.begin(), elements.end(), copy);
  return Datum::of(std::span<const Datum>(copy, elements.size()));
}

Datum Evaluation::copy(const Value& value) {
  const Datum& datum = value.datum();
  switch (datum.form) {
    case Form::wide:
      return decimal(Decimal::of(datum));
    case Form::interval:
      return interval(*datum.interval);
    case Form::bytes:
      return text(datum.text());
    case Form::int256: {
      Datum copy = datum;
      copy.bytes = text({datum.bytes, 32}).bytes;
      return copy;
    }
    case Form::elements: {
      std::vector<Datum> elements;
      for (const Datum& element : datum.list()) elements.push_back(copy(Value(element)));
      return list(elements);
    }
    default:
      return datum;
  }
}

Datum Evaluation::fail(std::string_view sqlstate, std::string message) {
  SqlError error;
  error.sqlstate = sqlstate;
  error.message = std::move(message);
  return fail(std::move(error));
}

Datum Evaluation::fail(SqlError error) {
  if (!error_.has_value()) error_ = std::move(error);
  return Datum::null();
}

std::uint64_t Evaluation::random() {  // splitmix64
  if (random_state_ == 0) random_state_ = facts_.seed;
  std::uint64_t z = (random_state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

Program::Program(const ExpressionRef& expression, std::size_t split)
    : node_(compiled(*expression, split)) {
  if (expression->kind == ExpressionKind::column) column_ = expression->index;
}

SqlResult<Value> evaluate_constant(const ExpressionRef& expression, const SessionFacts& facts) {
  Evaluation evaluation(facts);
  const Datum result = Program(expression).evaluate(evaluation, nullptr);
  if (evaluation.failed()) return tl::make_unexpected(evaluation.error());
  return Value(result);
}

}  // namespace levada::query
