// Operators that recompute a key: bags of rows by key; for each key that a step touches they put
// out f(bag after) - f(bag before). DISTINCT, INTERSECT, EXCEPT, one-row subqueries.

#include <algorithm>

#include "query/bag.h"
#include "query/keyed_state.h"
#include "query/operator.h"

namespace levada::query {

namespace {

// All columns equal, as SQL sees it; the row that is shown is the first that came.
struct Counted {
  std::uint64_t hash = 0;
  Row key;
  std::vector<std::int64_t> weights;  // of each input
  std::int64_t shown = 0;             // weight in the output
  bool touched = false;
};

class RowCounts : public Operator {
 public:
  explicit RowCounts(std::size_t inputs, std::optional<Closes> closes = {})
      : inputs_(inputs), closing_(std::move(closes)) {}

  bool follows_watermarks() const final { return closing_.follows_watermark(); }

  void step(const Step& step, std::span<Delta> inputs, Delta& out) final {
    std::vector<Counted*> touched;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      for (const Change& change : inputs[i]) {
        const std::uint64_t h = hash(change.row.span());
        Counted* entry = table_.find(
            h, [&](const Counted& c) { return equal(c.key.span(), change.row.span()); });
        if (entry == nullptr) {
          entry = &table_.insert(h);
          entry->key = change.row;
          entry->weights.resize(inputs_);
          closing_.add(entry->key.span(), entry);
        }
        entry->weights[i] += change.weight;
        if (!std::exchange(entry->touched, true)) touched.push_back(entry);
      }
    }
    for (Counted* entry : touched) {
      entry->touched = false;
      const std::int64_t wanted = weight_of(entry->weights);
      if (wanted != entry->shown) out.push_back({entry->key, wanted - entry->shown});
      entry->shown = wanted;
      const bool gone = std::all_of(entry->weights.begin(), entry->weights.end(),
                                    [](std::int64_t w) { return w == 0; });
      if (gone) table_.erase(entry);
    }
    closing_.close(step.evaluation.facts(), [this](Counted* entry) { table_.erase(entry); });
  }
  void save(StateWriter& out) const final {
    save_entries(table_, out, [&](const Counted& one) { out.put(one.weights, one.shown); });
  }
  bool restore(StateReader& in) final {
    return restore_entries(table_, in, [&](Counted& entry) {
      in.take(entry.weights, entry.shown);
      if (entry.weights.size() != inputs_ || !entry.key) return false;
      closing_.add(entry.key.span(), &entry);
      return true;
    });
  }

 protected:
  virtual std::int64_t weight_of(const std::vector<std::int64_t>& weights) const = 0;

 private:
  std::size_t inputs_;
  GrowingMap<Counted> table_;
  Closing<Counted> closing_;
};

class DistinctOperator final : public RowCounts {
 public:
  explicit DistinctOperator(std::optional<Closes> closes) : RowCounts(1, std::move(closes)) {}

 private:
  std::int64_t weight_of(const std::vector<std::int64_t>& w) const override { return w[0] > 0; }
};

class SetOperator final : public RowCounts {
 public:
  SetOperator(SetKind kind, bool all, std::size_t inputs)
      : RowCounts(inputs), kind_(kind), all_(all) {}

 private:
  std::int64_t weight_of(const std::vector<std::int64_t>& weights) const override {
    std::int64_t result = weights[0];
    if (!all_) result = std::min<std::int64_t>(result, 1);
    for (std::size_t i = 1; i < weights.size(); ++i) {
      const std::int64_t w = weights[i];
      switch (kind_) {
        case SetKind::union_:
          result += w;
          break;
        case SetKind::intersect:
          result = std::min(result, w);
          break;
        case SetKind::except:
          result = all_ ? result - std::max<std::int64_t>(w, 0) : w > 0 ? 0 : result;
          break;
      }
      result = std::max<std::int64_t>(result, 0);
    }
    return all_ ? std::max<std::int64_t>(result, 0) : std::int64_t{result > 0};
  }
  SetKind kind_;
  bool all_;
};

// The rows of one key must not become two; a view that meets a second row keeps the first.
class SingleRowOperator final : public Operator {
 public:
  explicit SingleRowOperator(const SingleRow& node) {
    for (const ExpressionRef& expression : node.partition) partition_.emplace_back(expression);
  }

  void step(const Step& step, std::span<Delta> inputs, Delta& out) override {
    std::vector<Entry*> touched;
    std::vector<Datum> key;
    for (const Change& change : inputs[0]) {
      key.clear();
      for (const Program& program : partition_)
        key.push_back(program.evaluate(step.evaluation, change.row.data()));
      const std::uint64_t h = hash(std::span<const Datum>(key));
      Entry* entry = table_.find(
          h, [&](const Entry& e) { return equal(e.key.span(), std::span<const Datum>(key)); });
      if (entry == nullptr) {
        entry = &table_.insert(h);
        entry->key = Row::of(key);
      }
      step.evaluation.reset();
      entry->bag.add(change.row, change.weight);
      if (!std::exchange(entry->touched, true)) touched.push_back(entry);
    }
    for (Entry* entry : touched) {
      entry->touched = false;
      std::int64_t rows = 0;
      for (const BagItem& item : entry->bag.items()) rows += item.weight;
      if (rows > 1) {
        step.evaluation.fail(sqlstate::cardinality_violation,
                             "more than one row returned by a subquery used as an expression");
        step.evaluation.settle({});
      }
      const BagItem* first = smallest(entry->bag);
      if (entry->shown && first != nullptr && same_bytes(entry->shown.span(), first->row.span()))
        continue;
      if (entry->shown) out.push_back({std::exchange(entry->shown, Row()), -1});
      if (first != nullptr) {
        entry->shown = first->row;
        out.push_back({first->row, 1});
      } else {
        table_.erase(entry);
      }
    }
  }
  void save(StateWriter& out) const override {
    save_entries(table_, out, [&](const Entry& entry) {
      out.put(entry.shown);
      entry.bag.save(out);
    });
  }
  bool restore(StateReader& in) override {
    return restore_entries(table_, in, [&](Entry& entry) {
      in.take(entry.shown);
      entry.bag.restore(in);
      return true;
    });
  }

 private:
  struct Entry {
    std::uint64_t hash = 0;
    Row key, shown;
    Bag bag;
    bool touched = false;
  };
  static const BagItem* smallest(const Bag& bag) {
    const BagItem* best = nullptr;
    for (const BagItem& item : bag.items())
      if (item.weight > 0 && (best == nullptr || compare(item.row.span(), best->row.span()) < 0))
        best = &item;
    return best;
  }
  std::vector<Program> partition_;
  GrowingMap<Entry> table_;
};

}  // namespace

std::unique_ptr<Operator> make_distinct(std::optional<Closes> closes) {
  return std::make_unique<DistinctOperator>(std::move(closes));
}
std::unique_ptr<Operator> make_set_operation(SetKind kind, bool all, std::size_t inputs) {
  return std::make_unique<SetOperator>(kind, all, inputs);
}
std::unique_ptr<Operator> make_single_row(const SingleRow& node) {
  return std::make_unique<SingleRowOperator>(node);
}

}  // namespace levada::query
