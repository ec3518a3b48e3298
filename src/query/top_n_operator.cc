// Top-N within partitions: the rows of a partition in order; a step puts out the difference between
// the first rows before and after it.

#include <algorithm>
#include <map>

#include "query/bag.h"
#include "query/keyed_state.h"
#include "query/operator.h"

namespace levada::query {

namespace {

// Sort keys and the row. Rows of equal keys are ordered by themselves, so that ties fall alike
// whatever the order of arrival.
struct Placed {
  Row keys;
  Row row;
};

struct PlacedLess {
  const std::vector<CompiledSortKey>* order;
  bool operator()(const Placed& a, const Placed& b) const {
    const auto by_keys = compare(a.keys.span(), b.keys.span(), *order);
    if (by_keys != 0) return by_keys < 0;
    if (a.row.same_object(b.row)) return false;
    return compare(a.row.span(), b.row.span()) < 0;
  }
};

constexpr std::int64_t placed_bytes = 96;  // a node of std::map with two rows and a weight

class TopNOperator final : public Operator {
 public:
  TopNOperator(const TopN& node, std::int64_t limit, std::int64_t offset, bool append_only,
               bool ranked, std::optional<Closes> closes)
      : order_(compiled(node.order)),
        limit_(limit),
        offset_(offset),
        with_ties_(node.with_ties),
        append_only_(append_only && !node.with_ties),
        ranked_(ranked),
        closing_(std::move(closes)) {
    for (const ExpressionRef& expression : node.partition) partition_.emplace_back(expression);
  }
  ~TopNOperator() override { count_memory(-counted_); }

  bool follows_watermarks() const override { return closing_.follows_watermark(); }

  void step(const Step& step, std::span<Delta> inputs, Delta& out) override {
    std::vector<Partition*> touched;
    std::vector<Datum> data;
    for (const Change& change : inputs[0]) {
      data.clear();
      for (const Program& program : partition_)
        data.push_back(program.evaluate(step.evaluation, change.row.data()));
      const std::uint64_t h = hash(std::span<const Datum>(data));
      Partition* at = table_.find(h, [&](const Partition& candidate) {
        return equal(candidate.key.span(), std::span<const Datum>(data));
      });
      if (at == nullptr) {
        at = &table_.insert(h);
        at->key = Row::of(data);
        at->rows = std::make_unique<Rows>(PlacedLess{&order_});
        closing_.add(at->key.span(), at);
      }
      data.clear();
      for (const CompiledSortKey& key : order_)
        data.push_back(key.program.evaluate(step.evaluation, change.row.data()));
      if (!at->touched) {
        at->touched = true;
        at->before = step.once ? Delta{} : shown(*at);
        touched.push_back(at);
      }
      const auto [entry, made] = at->rows->emplace(Placed{Row::of(data), change.row}, 0);
      if (made) count(placed_bytes);
      if ((entry->second += change.weight) == 0) {
        at->rows->erase(entry);
        count(-placed_bytes);
      } else if (append_only_) {
        forget_beyond(*at);
      }
      step.evaluation.reset();
    }
    for (Partition* at : touched) {
      at->touched = false;
      Delta difference = shown(*at);
      for (Change& change : at->before)
        difference.push_back({std::move(change.row), -change.weight});
      at->before.clear();
      if (step.once) {  // in order: the root's order is the result's
        out.insert(out.end(), std::make_move_iterator(difference.begin()),
                   std::make_move_iterator(difference.end()));
        continue;
      }
      consolidate(difference);
      // What goes comes first: a consumer that is keyed sees at most one row of a key.
      std::stable_sort(difference.begin(), difference.end(),
                       [](const Change& a, const Change& b) { return a.weight < b.weight; });
      out.insert(out.end(), std::make_move_iterator(difference.begin()),
                 std::make_move_iterator(difference.end()));
      if (at->rows->empty()) table_.erase(at);
    }
    closing_.close(step.evaluation.facts(), [this](Partition* at) {
      count(-placed_bytes * static_cast<std::int64_t>(at->rows->size()));
      table_.erase(at);
    });
  }
  void save(StateWriter& out) const override {
    save_entries(table_, out, [&](const Partition& one) {
      out.put(one.rows->size());
      for (const auto& [placed, weight] : *one.rows) out.put(placed.keys, placed.row, weight);
    });
  }
  bool restore(StateReader& in) override {
    return restore_entries(table_, in, [&](Partition& one) {
      one.rows = std::make_unique<Rows>(PlacedLess{&order_});
      const auto rows = in.taken<std::size_t>();
      for (std::size_t n = 0; n < rows && in.good(); ++n) {
        Placed placed;
        std::int64_t weight = 0;
        in.take(placed.keys, placed.row, weight);
        if (placed.keys.size() != order_.size()) return false;
        one.rows->emplace_hint(one.rows->end(), std::move(placed), weight);
        count(placed_bytes);
      }
      if (in.good()) closing_.add(one.key.span(), &one);
      return true;
    });
  }

 private:
  using Rows = std::map<Placed, std::int64_t, PlacedLess>;
  struct Partition {
    std::uint64_t hash = 0;
    Row key;
    std::unique_ptr<Rows> rows;
    Delta before;
    bool touched = false;
  };

  // Rows never leave, so what is beyond the last place never gets one.
  void forget_beyond(Partition& partition) {
    const auto places = static_cast<std::uint64_t>(limit_ < 0 ? INT64_MAX : limit_ + offset_);
    while (partition.rows->size() > places) {
      partition.rows->erase(std::prev(partition.rows->end()));
      count(-placed_bytes);
    }
  }

  Delta shown(const Partition& partition) const {
    Delta out;
    std::int64_t skip = offset_, left = limit_, rank = 0;
    const Row* last_keys = nullptr;
    for (const auto& [placed, weight] : *partition.rows) {
      if (weight <= 0) continue;
      const bool tie = with_ties_ && last_keys != nullptr &&
                       compare(placed.keys.span(), last_keys->span(), order_) == 0;
      if (limit_ >= 0 && left == 0 && !tie) break;
      std::int64_t count = weight;
      const std::int64_t skipped = std::min(skip, count);
      skip -= skipped;
      count -= skipped;
      rank += skipped;
      if (count == 0) continue;
      if (limit_ >= 0 && !with_ties_) count = std::min(count, left);
      if (limit_ >= 0) left = std::max<std::int64_t>(left - count, 0);
      if (ranked_) {
        for (; count > 0; --count) {
          const Datum place = Datum::of(++rank);
          out.push_back({Row::joined(placed.row.span(), {&place, 1}), 1});
        }
      } else {
        out.push_back({placed.row, count});
      }
      last_keys = &placed.keys;
    }
    return out;
  }

  void count(std::int64_t bytes) {
    counted_ += bytes;
    count_memory(bytes);
  }

  std::vector<Program> partition_;
  std::vector<CompiledSortKey> order_;
  std::int64_t limit_, offset_;  // limit below 0: none
  bool with_ties_, append_only_, ranked_;
  GrowingMap<Partition> table_;
  Closing<Partition> closing_;
  std::int64_t counted_ = 0;
};

// The first row of each partition, of rows that never leave: whatever is not the first never will
// be.
class FirstRowOperator final : public Operator {
 public:
  FirstRowOperator(const TopN& node, std::optional<Closes> closes)
      : order_(compiled(node.order)), closing_(std::move(closes)) {
    for (const ExpressionRef& expression : node.partition) partition_.emplace_back(expression);
  }

  bool follows_watermarks() const override { return closing_.follows_watermark(); }

  void step(const Step& step, std::span<Delta> inputs, Delta& out) override {
    for (Change& change : inputs[0]) {
      consider(step.evaluation, change.row);
      step.evaluation.reset();
    }
    for (Partition* at : touched_) {
      at->touched = false;
      if (at->before) out.push_back({std::exchange(at->before, Row()), -1});
      out.push_back({at->first.row, 1});
    }
    touched_.clear();
    closing_.close(step.evaluation.facts(), [this](Partition* at) { table_.erase(at); });
  }
  void save(StateWriter& out) const override {
    out.put(table_.size());
    table_.each([&](const Partition& one) { out.put(one.first.keys, one.first.row); });
  }
  bool restore(StateReader& in) override {
    static const SessionFacts no_facts;
    Evaluation evaluation(no_facts, Evaluation::Mode::lenient);
    const auto partitions = in.taken<std::size_t>();
    for (std::size_t i = 0; i < partitions && in.good(); ++i) {
      Placed first;
      in.take(first.keys, first.row);
      if (!first.row || first.keys.size() != order_.size()) return false;
      key_of(evaluation, first.row);
      Partition& one = table_.insert(hash(std::span<const Datum>(key_)));
      one.first = std::move(first);
      closing_.add(key_, &one);
      evaluation.reset();
    }
    return in.good();
  }

 private:
  struct Partition {
    std::uint64_t hash = 0;
    Placed first;
    Row before;  // the first row when this step began
    bool touched = false;
  };

  void key_of(Evaluation& evaluation, const Row& row) {
    key_.clear();
    for (const Program& program : partition_)
      key_.push_back(program.evaluate(evaluation, row.data()));
  }

  // The partition of `key_`; its key is computed again from the row that it has.
  Partition* find(Evaluation& evaluation, std::uint64_t hash) {
    return table_.find(hash, [&](const Partition& candidate) {
      for (std::size_t i = 0; i < partition_.size(); ++i)
        if (!equal(partition_[i].evaluate(evaluation, candidate.first.row.data()), key_[i]))
          return false;
      return true;
    });
  }

  void consider(Evaluation& evaluation, Row& row) {
    key_of(evaluation, row);
    keys_.clear();
    for (const CompiledSortKey& key : order_)
      keys_.push_back(key.program.evaluate(evaluation, row.data()));
    const std::uint64_t h = hash(std::span<const Datum>(key_));
    Partition* at = find(evaluation, h);
    if (at == nullptr) {
      at = &table_.insert(h);
      closing_.add(key_, at);
    } else {
      const auto by_keys = compare(keys_, at->first.keys.span(), order_);
      const bool comes_first =
          by_keys != 0 ? by_keys < 0 : compare(row.span(), at->first.row.span()) < 0;
      if (!comes_first) return;
    }
    if (!at->touched) {
      at->touched = true;
      at->before = std::move(at->first.row);
      touched_.push_back(at);
    }
    at->first = {Row::of(keys_), std::move(row)};
  }

  std::vector<Program> partition_;
  std::vector<CompiledSortKey> order_;
  GrowingMap<Partition> table_;
  Closing<Partition> closing_;
  std::vector<Partition*> touched_;
  std::vector<Datum> key_, keys_;  // of the row in work
};

}  // namespace

std::unique_ptr<Operator> make_top_n(const TopN& node, std::int64_t limit, std::int64_t offset,
                                     bool append_only_input, bool ranked,
                                     std::optional<Closes> closes) {
  if (append_only_input && limit == 1 && offset == 0 && !node.with_ties && !ranked)
    return std::make_unique<FirstRowOperator>(node, std::move(closes));
  return std::make_unique<TopNOperator>(node, limit, offset, append_only_input, ranked,
                                        std::move(closes));
}

}  // namespace levada::query
