#include "query/circuit.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "query/closing.h"
#include "query/operator.h"
#include "query/optimizer.h"
#include "query/watermark.h"

namespace levada::query {

class CircuitBuilder {
 public:
  explicit CircuitBuilder(bool once) : circuit_(new Circuit()) { circuit_->once_ = once; }

  SqlResult<std::unique_ptr<Circuit>> build(const Plan& plan) {
    circuit_->root_ = ATTEMPT(lowered(plan));
    if (!circuit_->once_) circuit_->plan_ = plan;
    return std::move(circuit_);
  }

 private:
  using Id = SqlResult<std::size_t>;

  std::size_t node(std::unique_ptr<Operator> op, const std::vector<std::size_t>& inputs) {
    const std::size_t id = circuit_->nodes_.size();
    Circuit::Node& made = circuit_->nodes_.emplace_back();
    if (op != nullptr && op->follows_time()) circuit_->follows_time_ = true;
    if (op != nullptr && op->follows_watermarks()) circuit_->follows_watermarks_ = true;
    made.op = std::move(op);
    made.inbox.resize(std::max<std::size_t>(inputs.size(), 1));
    for (std::size_t i = 0; i < inputs.size(); ++i)
      circuit_->nodes_[inputs[i]].consumers.push_back({id, i});
    return id;
  }

  Id lowered(const Plan& plan) {
    if (const auto found = done_.find(plan.get()); found != done_.end()) return found->second;
    const std::size_t id =
        ATTEMPT(std::visit([&](const auto& n) -> Id { return lower(n, plan); }, plan->node));
    done_.emplace(plan.get(), id);
    kept_.push_back(plan);
    return id;
  }

  SqlResult<Unit> check_time(const ExpressionRef& expression) const {
    if (circuit_->once_ || expression == nullptr) return Unit{};
    if (mentions_now(*expression))
      return refuse(sqlstate::feature_not_supported,
                    "now() is allowed in a view only to bound a column: WHERE column > now() - "
                    "interval …, or "
                    "a generate_series in FROM");
    if (is_volatile(*expression))
      return refuse(sqlstate::feature_not_supported,
                    "functions whose result changes between calls are not allowed in a view");
    return Unit{};
  }
  SqlResult<Unit> check_time(const std::vector<ExpressionRef>& expressions) const {
    for (const ExpressionRef& expression : expressions) ATTEMPT(check_time(expression));
    return Unit{};
  }

  Id lower(const Scan& scan, const Plan&) {
    const std::size_t id = node(nullptr, {});
    circuit_->sources_.push_back({scan.relation, id, std::move(equalities_)});
    equalities_.clear();
    return id;
  }
  Id lower(const Values& values, const Plan&) {
    for (const auto& row : values.rows) ATTEMPT(check_time(row));
    return node(make_values(values), {});
  }

  Id lower(const Project& project, const Plan&) {
    ATTEMPT(check_time(project.expressions));
    if (const auto* join = std::get_if<Join>(&project.input->node))
      if (join->kind == JoinKind::inner) return lower_join(*join, &project.expressions);
    if (const auto* filter = std::get_if<Filter>(&project.input->node)) {
      auto [plain, timed] = split_time(filter->condition);
      if (timed.empty()) note_equalities(filter->input, plain);
      const std::size_t from = ATTEMPT(lowered(filter->input));
      if (timed.empty()) return node(make_map(plain, &project.expressions), {from});
    }
    const std::size_t from = ATTEMPT(lowered(project.input));
    return node(make_map({}, &project.expressions), {from});
  }

  std::pair<std::vector<ExpressionRef>, std::vector<ExpressionRef>> split_time(
      const ExpressionRef& condition) const {
    std::pair<std::vector<ExpressionRef>, std::vector<ExpressionRef>> split;
    for (const ExpressionRef& part : conjuncts(condition))
      (!circuit_->once_ && mentions_now(*part) ? split.second : split.first).push_back(part);
    return split;
  }

  Id lower(const Filter& filter, const Plan&) {
    auto [plain, timed] = split_time(filter.condition);
    ATTEMPT(check_time(plain));
    note_equalities(filter.input, plain);
    std::size_t id = ATTEMPT(lowered(filter.input));
    if (!plain.empty()) id = node(make_map(plain, nullptr), {id});
    for (const ExpressionRef& condition : timed) id = ATTEMPT(temporal(condition, id));
    return id;
  }

  // What a filter right above a scan fixes, for the scan that is lowered next. A scan that others
  // share is read whole.
  void note_equalities(const Plan& input, const std::vector<ExpressionRef>& conditions) {
    equalities_.clear();
    if (!circuit_->once_ || !std::holds_alternative<Scan>(input->node) || input.use_count() > 1)
      return;
    for (const ExpressionRef& condition : conditions) {
      if (condition->kind != ExpressionKind::call || condition->function->name != "=") continue;
      ExpressionRef a = condition->arguments[0], b = condition->arguments[1];
      if (b->kind == ExpressionKind::column) std::swap(a, b);
      const bool fixed = a->kind == ExpressionKind::column && !mentions_column(*b, 0, SIZE_MAX) &&
                         !is_volatile(*b);
      if (fixed) equalities_.emplace_back(a->index, b);
    }
  }

  Id temporal(const ExpressionRef& condition, std::size_t from) {
    const bool comparison =
        condition->kind == ExpressionKind::call && condition->arguments.size() == 2 &&
        (condition->function->name[0] == '<' || condition->function->name[0] == '>') &&
        condition->function->name != "<>";
    if (!comparison) return tl::make_unexpected(check_time(condition).error());
    ExpressionRef value = condition->arguments[0], bound = condition->arguments[1];
    std::string sign(condition->function->name);
    if (mentions_now(*value)) {
      std::swap(value, bound);
      sign[0] = sign[0] == '<' ? '>' : '<';
    }
    if (mentions_now(*value) || mentions_column(*bound, 0, SIZE_MAX))
      return tl::make_unexpected(check_time(condition).error());
    return node(make_temporal_filter(value, sign, bound), {from});
  }

  Id lower(const Join& join, const Plan&) { return lower_join(join, nullptr); }

  // Equalities need columns; what is computed becomes one more column of its side.
  struct Side {
    std::vector<ExpressionRef> columns;
    std::size_t width;
    std::vector<std::size_t> keys;

    explicit Side(const Plan& plan) : width(plan->columns.size()) {
      for (std::size_t i = 0; i < width; ++i) columns.push_back(column(i, plan->columns[i].type));
    }
    void add_key(const ExpressionRef& expression) {
      if (expression->kind == ExpressionKind::column) {
        keys.push_back(expression->index);
        return;
      }
      keys.push_back(columns.size());
      columns.push_back(expression);
    }
    bool computes() const { return columns.size() > width; }
  };

  Id lower_join(const Join& join, const std::vector<ExpressionRef>* projected) {
    ATTEMPT(check_time(join.condition));
    const std::size_t left_width = join.left->columns.size();
    const std::size_t width = left_width + join.right->columns.size();
    Side left(join.left), right(join.right);
    JoinShape shape;
    shape.kind = join.kind;
    shape.left_grows = is_append_only(join.left);
    shape.right_grows = is_append_only(join.right);
    shape.lookup = join.lookup;
    shape.remembers = join.lookup && !is_append_only(join.left);
    std::vector<ExpressionRef> residual;
    for (const ExpressionRef& condition : conjuncts(join.condition)) {
      const auto equality = as_equality(condition, left_width, width);
      if (!equality) {
        residual.push_back(condition);
        continue;
      }
      left.add_key(equality->left);
      right.add_key(equality->right);
      shape.null_safe.push_back(equality->null_safe);
    }
    std::size_t left_id = ATTEMPT(lowered(join.left)), right_id = ATTEMPT(lowered(join.right));
    if (left.computes()) left_id = node(make_map({}, &left.columns), {left_id});
    if (right.computes()) right_id = node(make_map({}, &right.columns), {right_id});
    shape.left_width = left.columns.size();
    shape.right_width = right.columns.size();
    shape.left_keys = left.keys;
    shape.right_keys = right.keys;
    std::vector<std::size_t> to(width);  // columns of the plan in the sides as they are now
    for (std::size_t i = 0; i < width; ++i)
      to[i] = i < left_width ? i : i - left_width + shape.left_width;
    if (!residual.empty()) shape.residual = with_columns(conjunction(std::move(residual)), to);
    const bool only_left = join.kind == JoinKind::semi || join.kind == JoinKind::anti;
    if (projected != nullptr) {
      for (const ExpressionRef& expression : *projected)
        shape.projected.push_back(with_columns(expression, to));
    } else if ((left.computes() || right.computes()) && !only_left) {
      for (std::size_t i = 0; i < width; ++i) {
        const Plan& side = i < left_width ? join.left : join.right;
        shape.projected.push_back(
            column(to[i], side->columns[i < left_width ? i : i - left_width].type));
      }
    }
    shape.closes = closes_of(join, left.keys, right.keys);
    const bool trims = only_left && left.computes();
    std::size_t id = node(make_join(std::move(shape)), {left_id, right_id});
    if (trims) {
      left.columns.resize(left_width);
      id = node(make_map({}, &left.columns), {id});
    }
    return id;
  }

  Id lower(const Aggregate& aggregate, const Plan& plan) {
    ATTEMPT(check_time(aggregate.groups));
    for (const AggregateCall& call : aggregate.aggregates) {
      ATTEMPT(check_time(call.arguments));
      ATTEMPT(check_time(call.filter));
    }
    const std::size_t from = ATTEMPT(lowered(aggregate.input));
    std::optional<Closes> closes;
    if (aggregate.grouping_sets.empty()) {
      std::vector<std::size_t> groups(aggregate.groups.size());
      std::iota(groups.begin(), groups.end(), std::size_t{0});
      closes = closes_of(aggregate.input, watermarks_of(plan), groups);
    }
    return node(make_aggregate(aggregate, is_append_only(aggregate.input), std::move(closes)),
                {from});
  }
  Id lower(const Distinct& distinct, const Plan& plan) {
    const std::size_t from = ATTEMPT(lowered(distinct.input));
    std::vector<std::size_t> all(plan->columns.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return node(make_distinct(closes_of(distinct.input, watermarks_of(distinct.input), all)),
                {from});
  }

  // When a state over rows that never go may forget: the first of its keys, by the columns that
  // they are, with a watermark.
  std::optional<Closes> closes_of(const Plan& input, std::vector<Watermark> watermarks,
                                  const std::vector<std::size_t>& keys) const {
    if (circuit_->once_ || !is_append_only(input)) return std::nullopt;
    for (std::size_t key = 0; key < keys.size(); ++key)
      for (Watermark& watermark : watermarks)
        if (watermark.column == keys[key]) return Closes{key, std::move(watermark)};
    return std::nullopt;
  }
  // Of a join by equal keys: what is below the watermarks of both sides meets nothing any more.
  std::optional<Closes> closes_of(const Join& join, const std::vector<std::size_t>& left,
                                  const std::vector<std::size_t>& right) const {
    if (join.kind != JoinKind::inner || join.lookup || !is_append_only(join.right))
      return std::nullopt;
    const std::size_t width = join.left->columns.size();
    std::vector<Watermark> both = watermarks_of(join);
    std::erase_if(both, [&](const Watermark& one) {
      for (std::size_t key = 0; key < left.size(); ++key)
        if (one.column == left[key]) return right[key] >= join.right->columns.size();
      return true;
    });
    std::erase_if(both, [&](const Watermark& one) { return one.column >= width; });
    return closes_of(join.left, std::move(both), left);
  }
  Id lower(const SetOperation& set, const Plan&) {
    std::vector<std::size_t> from;
    for (const Plan& input : set.inputs) from.push_back(ATTEMPT(lowered(input)));
    if (set.kind == SetKind::union_) {
      const std::size_t all = node(make_union(), from);
      return set.all ? all : node(make_distinct({}), {all});
    }
    return node(make_set_operation(set.kind, set.all, from.size()), from);
  }

  SqlResult<std::int64_t> count_of(const ExpressionRef& expression, std::string_view clause,
                                   std::int64_t otherwise) const {
    if (expression == nullptr) return otherwise;
    static const SessionFacts no_facts;
    const Value value = ATTEMPT(evaluate_constant(expression, no_facts));
    if (value.is_null()) return otherwise;
    if (value.datum().integer < 0)
      return refuse(clause == "LIMIT" ? "2201W" : "2201X",
                    std::string(clause) + " must not be negative");
    return value.datum().integer;
  }

  Id lower(const TopN& top, const Plan&) {
    const std::int64_t limit = ATTEMPT(count_of(top.limit, "LIMIT", -1));
    const std::int64_t offset = ATTEMPT(count_of(top.offset, "OFFSET", 0));
    const std::size_t from = ATTEMPT(lowered(top.input));
    if (limit < 0 && offset == 0 && !circuit_->once_ && !top.ranked) return from;
    std::vector<std::size_t> partition;
    for (const ExpressionRef& expression : top.partition)
      partition.push_back(expression->kind == ExpressionKind::column ? expression->index
                                                                     : SIZE_MAX);
    return node(make_top_n(top, limit, offset, is_append_only(top.input), top.ranked,
                           closes_of(top.input, watermarks_of(top.input), partition)),
                {from});
  }
  Id lower(const Window& window, const Plan&) {
    const std::size_t from = ATTEMPT(lowered(window.input));
    return node(make_window(window), {from});
  }
  Id lower(const ProjectSet& set, const Plan&) {
    if (!circuit_->once_ && is_series_to_now(set)) return node(make_series_to_now(set), {});
    for (const TableCall& call : set.calls) ATTEMPT(check_time(call.arguments));
    const std::size_t from = ATTEMPT(lowered(set.input));
    return node(make_project_set(set), {from});
  }
  Id lower(const TimeWindow& window, const Plan&) {
    if (estimated_positive(window.slide) == false || estimated_positive(window.size) == false)
      return refuse(sqlstate::invalid_parameter_value, "window size and slide must be positive");
    const std::size_t from = ATTEMPT(lowered(window.input));
    return node(make_time_window(window), {from});
  }
  static bool estimated_positive(const Interval& interval) {
    return interval.months * 30LL + interval.days > 0 || interval.microseconds > 0;
  }
  Id lower(const SingleRow& single, const Plan&) {
    const std::size_t from = ATTEMPT(lowered(single.input));
    return node(make_single_row(single), {from});
  }
  Id lower(const EmitOnClose& emit, const Plan&) {
    const std::size_t from = ATTEMPT(lowered(emit.input));
    return node(make_emit_on_close(emit), {from});
  }
  Id lower(const Changelog& changes, const Plan&) {
    if (circuit_->once_)
      return refuse(sqlstate::feature_not_supported,
                    "AS CHANGELOG is only for materialized views and sinks");
    const std::size_t from = ATTEMPT(lowered(changes.input));
    return node(make_changelog(changes), {from});
  }

  std::unique_ptr<Circuit> circuit_;
  std::vector<std::pair<std::size_t, ExpressionRef>> equalities_;
  std::map<const PlanNode*, std::size_t> done_;
  std::vector<Plan> kept_;  // so that addresses in done_ stay theirs
};

SqlResult<std::unique_ptr<Circuit>> Circuit::build(const Plan& plan, bool once) {
  return CircuitBuilder(once).build(optimized(plan));
}

Circuit::~Circuit() = default;

bool Circuit::reads(RelationId relation) const {
  return std::any_of(sources_.begin(), sources_.end(),
                     [&](const Source& source) { return source.relation->id == relation; });
}

void Circuit::push(RelationId relation, std::span<const Datum> data, std::int64_t weight,
                   Evaluation& evaluation) {
  const Step step{evaluation, false, false};
  pushed_ = true;
  for (const Source& source : sources_) {
    if (source.relation->id != relation) continue;
    const Node& scan = nodes_[source.node];
    Row row;
    const auto made = [&] {
      if (!row) row = Row::of(data);
      return row;
    };
    if (source.node == root_) nodes_[root_].inbox[0].push_back({made(), weight});
    for (const auto& [id, input] : scan.consumers) {
      Node& node = nodes_[id];
      if (node.op->takes_data())
        node.op->take(step, data.data(), weight, node.pushed);
      else
        node.inbox[input].push_back({made(), weight});
    }
  }
}

void Circuit::save(StateWriter& out) const {
  out.begin_circuit();
  out.put(shape());
  for (const Node& node : nodes_)
    if (node.op != nullptr) node.op->save(out);
  out.end_circuit();
}

bool Circuit::restore(StateReader& in) {
  in.begin_circuit();
  bool good = in.taken<std::string>() == shape();
  for (Node& node : nodes_)
    if (good && node.op != nullptr) good = node.op->restore(in) && in.good();
  good = good && in.at_end();
  in.end_circuit();
  first_ = first_ && !good;
  return good;
}

// Says what its operators are; circuits that differ in it cannot take each other's states.
std::string Circuit::shape() const {
  std::string text;
  for (const std::string& line : explain(plan_)) text += line + '\n';
  return text;
}

SqlResult<Delta> Circuit::step(std::span<const RelationDelta> changes, Evaluation& evaluation) {
  evaluation.may_breathe(true);
  try {
    auto delta = run(changes, evaluation);
    evaluation.may_breathe(false);
    return delta;
  } catch (Evaluation::Stopped& stopped) {
    evaluation.may_breathe(false);
    return tl::make_unexpected(std::move(stopped.error));
  }
}

SqlResult<Delta> Circuit::run(std::span<const RelationDelta> changes, Evaluation& evaluation) {
  for (const Source& source : sources_)
    for (const RelationDelta& change : changes)
      if (change.relation == source.relation->id) {
        Delta& inbox = nodes_[source.node].inbox[0];
        inbox.insert(inbox.end(), change.delta->begin(), change.delta->end());
      }
  pushed_ = false;
  const Step step{evaluation, std::exchange(first_, false), once_};
  Delta result;
  for (std::size_t id = 0; id < nodes_.size(); ++id) {
    Node& node = nodes_[id];
    const bool changed = std::any_of(node.inbox.begin(), node.inbox.end(),
                                     [](const Delta& delta) { return !delta.empty(); });
    Delta out = std::exchange(node.pushed, {});
    if (node.op == nullptr) {
      out = std::move(node.inbox[0]);
    } else if (changed || step.first || node.op->follows_time() || node.op->follows_watermarks()) {
      node.op->step(step, node.inbox, out);
    }
    for (Delta& delta : node.inbox) delta.clear();
    if (evaluation.failed()) return tl::make_unexpected(evaluation.error());
    if (id == root_) result = node.consumers.empty() ? std::move(out) : out;
    for (std::size_t i = 0; i < node.consumers.size(); ++i) {
      Delta& inbox = nodes_[node.consumers[i].first].inbox[node.consumers[i].second];
      if (i + 1 == node.consumers.size() && inbox.empty())
        inbox = std::move(out);
      else
        inbox.insert(inbox.end(), out.begin(), out.end());
    }
  }
  return result;
}

SqlResult<std::vector<Row>> run_once(const Plan& plan, const SessionFacts& facts,
                                     const RowSource& rows_of) {
  const auto circuit = ATTEMPT(Circuit::build(plan, true));
  for (const Circuit::Source& source : circuit->sources_) {
    Equalities equalities;
    for (const auto& [column, expression] : source.equalities) {
      auto value = evaluate_constant(expression, facts);
      if (value) equalities.emplace_back(column, std::move(*value));
    }
    circuit->nodes_[source.node].inbox[0] = rows_of(*source.relation, equalities);
  }
  Evaluation evaluation(facts);
  Delta delta = ATTEMPT(circuit->step({}, evaluation));
  // An outer join takes back what it padded before the match came.
  if (std::any_of(delta.begin(), delta.end(), [](const Change& c) { return c.weight < 0; }))
    consolidate(delta);
  std::vector<Row> rows;
  for (const Change& change : delta)
    for (std::int64_t i = 0; i < change.weight; ++i) rows.push_back(change.row);
  return rows;
}

}  // namespace levada::query
