// Top-N within partitions: the rows of a partition in order; a step puts out the difference between
// the first rows before and after it.

#include <algorithm>
#include <map>

#include "query/bag.h"
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
               bool ranked)
      : order_(compiled(node.order)),
        limit_(limit),
        offset_(offset),
        with_ties_(node.with_ties),
        append_only_(append_only && !node.with_ties),
        ranked_(ranked) {
    for (const ExpressionRef& expression : node.partition) partition_.emplace_back(expression);
  }
  ~TopNOperator() override { count_memory(-counted_); }

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
  std::int64_t counted_ = 0;
};

}  // namespace

std::unique_ptr<Operator> make_top_n(const TopN& node, std::int64_t limit, std::int64_t offset,
                                     bool append_only_input, bool ranked) {
  return std::make_unique<TopNOperator>(node, limit, offset, append_only_input, ranked);
}

}  // namespace levada::query
