// Programs: expressions compiled into trees of nodes.

#include "query/program_nodes.h"

namespace levada::query {

namespace {

bool zone_matters(const Type& from, const Type& to) {
  const bool a = from.is(TypeKind::timestamptz), b = to.is(TypeKind::timestamptz);
  const bool nested = from.has_parts() || to.has_parts();
  return a != b || nested;
}

// The term whose text all conditions of a CASE compare with constants; nullptr: they do otherwise.
const ExpressionRef* compared_text(const Expression& choose) {
  const ExpressionRef* text = nullptr;
  for (std::size_t i = 0; i + 1 < choose.arguments.size(); i += 2) {
    const Expression& condition = *choose.arguments[i];
    if (condition.kind != ExpressionKind::call || condition.function->name != "=") return nullptr;
    const ExpressionRef& left = condition.arguments[0];
    const Expression& right = *condition.arguments[1];
    const bool fits = left->type.is(TypeKind::varchar) && right.type.is(TypeKind::varchar) &&
                      right.kind == ExpressionKind::constant && !right.value.is_null() &&
                      !is_volatile(*left) && (text == nullptr || same(**text, *left));
    if (!fits) return nullptr;
    text = &left;
  }
  return choose.arguments.size() > 3 ? text : nullptr;
}

// split_part(text, constant, constant from 1 on), which SplitText does.
bool splits(const Expression& call) {
  const auto is_constant = [&](std::size_t i) {
    return call.arguments[i]->kind == ExpressionKind::constant &&
           !call.arguments[i]->value.is_null();
  };
  return call.kind == ExpressionKind::call && call.function->name == "split_part" &&
         is_constant(1) && is_constant(2) && call.arguments[1]->value.datum().size > 0 &&
         call.arguments[2]->value.datum().integer > 0;
}

// What is cheap and can never fail.
bool is_harmless(const Expression& expression) {
  constexpr std::string_view harmless_calls[] = {"=", "<>", "<", "<=", ">", ">=", "lower", "upper"};
  switch (expression.kind) {
    case ExpressionKind::column:
    case ExpressionKind::constant:
    case ExpressionKind::field:
    case ExpressionKind::all:
    case ExpressionKind::any:
    case ExpressionKind::is_in:
    case ExpressionKind::is_null:
    case ExpressionKind::is_not_null:
      break;
    case ExpressionKind::call:
      if (std::find(std::begin(harmless_calls), std::end(harmless_calls),
                    expression.function->name) == std::end(harmless_calls))
        return false;
      break;
    default:
      return false;
  }
  return std::all_of(expression.arguments.begin(), expression.arguments.end(),
                     [](const ExpressionRef& argument) { return is_harmless(*argument); });
}

bool searches(const Expression& expression) {
  const bool here = expression.kind == ExpressionKind::call &&
                    (expression.function->name.starts_with("regexp_") ||
                     expression.function->name.starts_with("~"));
  return here || std::any_of(expression.arguments.begin(), expression.arguments.end(),
                             [](const ExpressionRef& argument) { return searches(*argument); });
}

// AND and OR may stop before a regular expression when what is harmless is asked first. Where
// something else may fail, the order stays: one condition may guard the next.
std::vector<ExpressionRef> harmless_first(const std::vector<ExpressionRef>& conditions) {
  std::vector<ExpressionRef> harmless, searching;
  for (const ExpressionRef& condition : conditions) {
    if (is_harmless(*condition))
      harmless.push_back(condition);
    else if (searches(*condition))
      searching.push_back(condition);
    else
      return conditions;
  }
  harmless.insert(harmless.end(), searching.begin(), searching.end());
  return harmless;
}

}  // namespace

class Compiler {
 public:
  explicit Compiler(std::size_t split) : split_(split) {}

  // Of a program that runs on the same row as the others that were seen.
  void see(const Expression& expression) {
    if (expression.kind == ExpressionKind::choose)
      if (const ExpressionRef* text = compared_text(expression)) {  // compiled once by itself
        see(**text);
        for (std::size_t i = 1; i < expression.arguments.size(); i += 2)
          see(*expression.arguments[i]);
        if (expression.arguments.size() % 2 == 1) see(*expression.arguments.back());
        return;
      }
    if (expression.kind == ExpressionKind::call && !is_volatile(expression)) {
      if (splits(expression)) {
        if (SplitTerm* known = split_term(expression))
          ++known->uses;
        else
          split_terms_.push_back({&expression, 1, nullptr});
      }
      if (Term* known = term(expression)) {
        ++known->uses;
        return;
      }
      terms_.push_back({&expression, 1, {}});
    }
    for (const ExpressionRef& argument : expression.arguments) see(*argument);
  }

  Program compiled(const Expression& from) {
    if (from.kind == ExpressionKind::call)
      if (Term* shared = term(from); shared != nullptr && shared->uses > 1) {
        if (!shared->program) {
          shared->uses = 1;  // this time it is not shared but made
          Program made = compiled(from);
          shared->program = made.is_constant() ? made : node<OnceARow>(std::move(made));
          shared->uses = 2;
        }
        return shared->program;
      }
    if (from.kind == ExpressionKind::choose)
      if (const ExpressionRef* text = compared_text(from)) return choose_by(**text, from);
    if (from.kind == ExpressionKind::column) return column(from.index);
    if (splits(from)) {
      SplitTerm* term = split_term(from);
      if (term != nullptr && term->uses > 1) return part_of_text(*term, from);
    }
    const bool connects = from.kind == ExpressionKind::all || from.kind == ExpressionKind::any;
    Programs arguments;
    for (const ExpressionRef& argument : connects ? harmless_first(from.arguments) : from.arguments)
      arguments.push_back(compiled(*argument));
    switch (from.kind) {
      case ExpressionKind::column:
      case ExpressionKind::parameter:
        break;
      case ExpressionKind::constant:
        return constant(from.value);
      case ExpressionKind::call: {
        const bool fixed = from.function->volatility == Volatility::pure && constants(arguments);
        Program made = call(std::move(arguments), from);
        return fixed ? folded(std::move(made)) : made;
      }
      case ExpressionKind::cast: {
        const bool fixed =
            constants(arguments) && !zone_matters(from.arguments[0]->type, from.type);
        Program made = node<Cast>(std::move(arguments[0]), from);
        return fixed ? folded(std::move(made)) : made;
      }
      case ExpressionKind::all:
        return node<Connective>(std::move(arguments), false);
      case ExpressionKind::any:
        return node<Connective>(std::move(arguments), true);
      case ExpressionKind::coalesce:
        return node<Coalesce>(std::move(arguments));
      case ExpressionKind::choose:
        return node<Choose>(std::move(arguments));
      case ExpressionKind::is_in:
        return is_in(std::move(arguments));
      case ExpressionKind::is_null:
        return node<NullTest>(std::move(arguments[0]), true);
      case ExpressionKind::is_not_null:
        return node<NullTest>(std::move(arguments[0]), false);
      case ExpressionKind::field:
        return field(std::move(arguments[0]), from.index);
      case ExpressionKind::make_list:
      case ExpressionKind::make_row:
        return node<Gather>(std::move(arguments));
      case ExpressionKind::now:
        return node<Now>();
    }
    CHECK(false, "parameters are bound before a plan runs");
    return {};
  }

 private:
  struct Term {  // a call that the programs make
    const Expression* expression;
    int uses;
    Program program;
  };
  struct SplitTerm {
    const Expression* expression;
    int uses;
    std::shared_ptr<const SplitText> text;
  };

  Term* term(const Expression& expression) {
    for (Term& one : terms_)
      if (same(*one.expression, expression)) return &one;
    return nullptr;
  }
  SplitTerm* split_term(const Expression& call) {
    for (SplitTerm& one : split_terms_)
      if (same(*one.expression->arguments[0], *call.arguments[0]) &&
          same(*one.expression->arguments[1], *call.arguments[1]))
        return &one;
    return nullptr;
  }

  template <class Node, class... Arguments>
  static Program node(Arguments&&... arguments) {
    Program made;
    made.node_ = std::make_shared<const Node>(std::forward<Arguments>(arguments)...);
    return made;
  }
  static Program constant(Value value) {
    auto owner = std::make_shared<const ConstantNode>(std::move(value));
    Program made;
    made.kind_ = Program::Kind::constant;
    made.constant_ = owner->value.datum();
    made.node_ = std::move(owner);
    return made;
  }
  Program column(std::size_t index) const {
    Program made;
    made.kind_ = index < split_ ? Program::Kind::column : Program::Kind::right_column;
    made.index_ = static_cast<std::uint32_t>(index < split_ ? index : index - split_);
    return made;
  }
  static Program field(Program argument, std::size_t index) {
    if (argument.kind_ != Program::Kind::column) return node<Part>(std::move(argument), index);
    argument.kind_ = Program::Kind::part;
    argument.part_ = static_cast<std::uint32_t>(index);
    return argument;
  }
  static Program call(Programs arguments, const Expression& from) {
    if (from.spreads) return node<SpreadCall>(std::move(arguments), from);
    switch (arguments.size()) {
      case 1:
        return node<CallOf<1>>(std::move(arguments), from);
      case 2:
        return node<CallOf<2>>(std::move(arguments), from);
      case 3:
        return node<CallOf<3>>(std::move(arguments), from);
      default:
        return node<CallOfMany>(std::move(arguments), from);
    }
  }

  static bool constants(const Programs& programs) {
    return std::all_of(programs.begin(), programs.end(),
                       [](const Program& program) { return program.is_constant(); });
  }
  // Pure work on constants is done once; what fails is left to fail when it is reached.
  static Program folded(Program program) {
    static const SessionFacts no_facts;
    Evaluation evaluation(no_facts);
    const Datum result = program.run({evaluation, nullptr});
    return evaluation.failed() ? program : constant(Value(result));
  }

  static Program is_in(Programs arguments) {
    if (!std::all_of(arguments.begin() + 1, arguments.end(),
                     [](const Program& program) { return program.is_constant(); }))
      return node<IsIn>(std::move(arguments));
    std::vector<Value> values;
    bool has_null = false;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      if (arguments[i].constant_.is_null())
        has_null = true;
      else
        values.emplace_back(arguments[i].constant_);
    }
    return node<IsInConstants>(std::move(arguments[0]), std::move(values), has_null);
  }

  Program choose_by(const Expression& text, const Expression& from) {
    auto made = std::make_shared<ChooseByText>();
    made->text = compiled(text);
    std::size_t i = 0;
    for (; i + 1 < from.arguments.size(); i += 2)
      made->cases.emplace_back(from.arguments[i]->arguments[1]->value,
                               compiled(*from.arguments[i + 1]));
    if (i < from.arguments.size()) made->otherwise = compiled(*from.arguments[i]);
    Program program;
    program.node_ = std::move(made);
    return program;
  }

  Program part_of_text(SplitTerm& term, const Expression& call) {
    if (term.text == nullptr) {
      auto made = std::make_shared<SplitText>();
      made->text = compiled(*call.arguments[0]);
      made->between = call.arguments[1]->value.datum().text();
      term.text = std::move(made);
    }
    const auto number = static_cast<std::size_t>(call.arguments[2]->value.datum().integer);
    return node<PartOfText>(term.text, number - 1);
  }

  std::size_t split_;
  std::vector<Term> terms_;
  std::vector<SplitTerm> split_terms_;
};

Program::Program(const ExpressionRef& expression, std::size_t split)
    : Program(Compiler(split).compiled(*expression)) {}

std::vector<Program> compiled_together(const std::vector<ExpressionRef>& expressions) {
  Compiler compiler(SIZE_MAX);
  for (const ExpressionRef& expression : expressions) compiler.see(*expression);
  std::vector<Program> programs;
  programs.reserve(expressions.size());
  for (const ExpressionRef& expression : expressions)
    programs.push_back(compiler.compiled(*expression));
  return programs;
}

}  // namespace levada::query
