// Operators about when and how changes go out: rows held back until they are final, and changes as
// rows.

#include <map>

#include "query/bag.h"
#include "query/operator.h"
#include "query/watermark.h"

namespace levada::query {

namespace {

// Rows wait by the value of their column, and leave in its order.
class EmitOnCloseOperator final : public Operator {
 public:
  explicit EmitOnCloseOperator(const EmitOnClose& node) : watermark_(node.watermark) {}

  bool follows_watermarks() const override { return true; }

  void step(const Step& step, std::span<Delta> inputs, Delta& out) override {
    for (const Change& change : inputs[0]) {
      const Datum& at = change.row[watermark_.column];
      if (at.is_null()) continue;  // no watermark ever passes it
      Bag& bag = waiting_[Row::of({at})];
      bag.add(change.row, change.weight);
      if (bag.empty()) waiting_.erase(Row::of({at}));
    }
    const Value now = watermark_value(watermark_, step.evaluation.facts());
    if (now.is_null()) return;
    while (!waiting_.empty() && compare(waiting_.begin()->first[0], now.datum()) < 0) {
      for (const BagItem& item : waiting_.begin()->second.items())
        out.push_back({item.row, item.weight});
      waiting_.erase(waiting_.begin());
    }
  }
  void save(StateWriter& out) const override {
    out.put(waiting_.size());
    for (const auto& [at, bag] : waiting_) {
      out.put(at);
      bag.save(out);
    }
  }
  bool restore(StateReader& in) override {
    const auto count = in.taken<std::size_t>();
    for (std::size_t i = 0; i < count && in.good(); ++i) {
      const auto at = in.taken<Row>();
      if (at.size() != 1) return false;
      waiting_[at].restore(in);
    }
    return in.good();
  }

 private:
  struct Less {
    bool operator()(const Row& a, const Row& b) const { return compare(a[0], b[0]) < 0; }
  };
  Watermark watermark_;
  std::map<Row, Bag, Less> waiting_;
};

enum class ChangeKind : std::int64_t { inserted = 1, deleted = 2, made = 3, taken = 4 };

class ChangelogOperator final : public Operator {
 public:
  explicit ChangelogOperator(const Changelog& node) : key_(node.key) {}

  void step(const Step&, std::span<Delta> inputs, Delta& out) override {
    const Delta& changes = inputs[0];
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const bool update = i + 1 < changes.size() && changes[i].weight < 0 &&
                          changes[i + 1].weight > 0 && same_key(changes[i].row, changes[i + 1].row);
      if (update) {
        emit(changes[i].row, ChangeKind::taken, 1, out);
        emit(changes[++i].row, ChangeKind::made, 1, out);
      } else {
        const bool inserted = changes[i].weight > 0;
        emit(changes[i].row, inserted ? ChangeKind::inserted : ChangeKind::deleted,
             inserted ? changes[i].weight : -changes[i].weight, out);
      }
    }
  }
  void save(StateWriter& out) const override { out.put(last_number_); }
  bool restore(StateReader& in) override {
    in.take(last_number_);
    return in.good();
  }

 private:
  bool same_key(const Row& a, const Row& b) const {
    if (key_.empty()) return false;
    for (const std::size_t column : key_)
      if (!equal(a[column], b[column])) return false;
    return true;
  }
  void emit(const Row& row, ChangeKind kind, std::int64_t times, Delta& out) {
    for (; times > 0; --times) {
      const Datum more[] = {Datum::of(static_cast<std::int64_t>(kind)), Datum::of(++last_number_)};
      out.push_back({Row::joined(row.span(), more), 1});
    }
  }

  std::vector<std::size_t> key_;
  std::int64_t last_number_ = 0;
};

}  // namespace

std::unique_ptr<Operator> make_emit_on_close(const EmitOnClose& node) {
  return std::make_unique<EmitOnCloseOperator>(node);
}
std::unique_ptr<Operator> make_changelog(const Changelog& node) {
  return std::make_unique<ChangelogOperator>(node);
}

}  // namespace levada::query
