// generate_series(start, now(), step) in a view: a moment more whenever its time has come.

#include "query/interval.h"
#include "query/operator.h"

namespace levada::query {

namespace {

class SeriesToNow final : public Operator {
 public:
  explicit SeriesToNow(const TableCall& call) : function_(*call.function), result_(call.type) {
    for (const ExpressionRef& argument : call.arguments) {
      arguments_.emplace_back(argument);
      types_.push_back(argument->type);
    }
    site_.result = &result_;
    site_.arguments = types_;
  }
  bool follows_time() const override { return true; }
  void step(const Step& step, std::span<Delta>, Delta& out) override {
    std::vector<Datum> arguments;
    for (const Program& program : arguments_)
      arguments.push_back(program.evaluate(step.evaluation, nullptr));
    if (!last_.is_null()) arguments[0] = last_.datum();  // it is there already
    std::vector<Datum> moments;
    if (!step.evaluation.failed() && !has_too_many(arguments))
      function_.run(step.evaluation, site_, arguments, moments);
    if (step.evaluation.failed()) {
      step.evaluation.settle({});
      moments.clear();
    }
    for (std::size_t i = last_.is_null() ? 0 : 1; i < moments.size(); ++i)
      out.push_back({Row::of({moments[i]}), 1});
    if (!moments.empty()) last_ = Value(moments.back());
    step.evaluation.reset();
  }
  void save(StateWriter& out) const override { out.put(last_); }
  bool restore(StateReader& in) override {
    in.take(last_);
    return in.good();
  }

 private:
  // They would stop everything else on this reactor for seconds, each time again.
  static constexpr std::int64_t moments_max = 10'000'000;  // of one step

  static bool has_too_many(std::span<const Datum> arguments) {
    for (const Datum& argument : arguments)
      if (argument.is_null()) return false;
    const Int128 each = estimated_microseconds(*arguments[2].interval);
    return each > 0 && (Int128{arguments[1].integer} - arguments[0].integer) / each > moments_max;
  }

  const TableFunction& function_;
  Type result_;
  std::vector<Program> arguments_;
  std::vector<Type> types_;
  CallSite site_;
  Value last_;
};

}  // namespace

bool is_series_to_now(const ProjectSet& set) {
  if (set.calls.size() != 1 || set.ordinality || !set.input->columns.empty()) return false;
  const TableCall& call = set.calls.front();
  if (call.function == nullptr || call.function->name != "generate_series") return false;
  const auto& given = call.arguments;
  return given.size() > 2 && given[1]->type.is(TypeKind::timestamptz) && mentions_now(*given[1]) &&
         !mentions_now(*given[0]) && !mentions_now(*given[2]);
}

std::unique_ptr<Operator> make_series_to_now(const ProjectSet& set) {
  return std::make_unique<SeriesToNow>(set.calls.front());
}

}  // namespace levada::query
