// Joins of all kinds: ΔL ⋈ R₀, then L₁ ⋈ ΔR, each side indexed by the equality's columns. Sides
// whose unmatched rows matter count, for each of their rows, how many rows of the other side match
// it.

#include <algorithm>
#include <unordered_map>

#include "query/bag.h"
#include "query/operator.h"

namespace levada::query {

namespace {

class JoinOperator final : public Operator {
 public:
  explicit JoinOperator(JoinShape shape)
      : shape_(std::move(shape)),
        left_(shape_.left_keys),
        right_(shape_.right_keys),
        closing_left_(shape_.closes),
        closing_right_(shape_.closes),
        nulls_left_(shape_.left_width),
        nulls_right_(shape_.right_width) {
    if (shape_.residual != nullptr) residual_ = Program(shape_.residual, shape_.left_width);
    for (const ExpressionRef& expression : shape_.projected)
      projected_.emplace_back(expression, shape_.left_width);
    const JoinKind kind = shape_.kind;
    pads_left_ = kind == JoinKind::left || kind == JoinKind::full;
    pads_right_ = kind == JoinKind::right || kind == JoinKind::full;
    only_left_ = kind == JoinKind::semi || kind == JoinKind::anti;
    counts_left_ = pads_left_ || only_left_;
  }

  bool follows_watermarks() const override { return shape_.closes.has_value(); }

  void step(const Step& step, std::span<Delta> inputs, Delta& out) override {
    step_ = &step;
    out_ = &out;
    const bool probe_only = step.once && !pads_right_;
    if (shape_.lookup || probe_only) {  // the right side is all there before the left one looks
      for (const Change& change : inputs[1]) keep_right(change, 0);
      for (const Change& change : inputs[0])
        if (shape_.remembers && !step.once)
          look_up(change);
        else
          from_left(change, false);
      return;
    }
    each_ahead(inputs[0], shape_.left_keys,
               [this](const Change& change) { from_left(change, true); });
    const bool keeps_right = !(step.once && !pads_left_);
    each_ahead(inputs[1], shape_.right_keys,
               [&](const Change& change) { from_right(change, keeps_right); });
    closing_left_.close(step.evaluation.facts(), [this](KeyedBag* bag) { left_.erase(bag); });
    closing_right_.close(step.evaluation.facts(), [this](KeyedBag* bag) { right_.erase(bag); });
  }
  void save(StateWriter& out) const override {
    left_.save(out);
    right_.save(out);
    out.put(found_.size());
    for (const auto& [hash, all] : found_) out.put(hash, all);
  }
  bool restore(StateReader& in) override {
    const auto close_with = [this](Closing<KeyedBag>& closing,
                                   const std::vector<std::size_t>& keys) {
      return [this, &closing, &keys](KeyedBag& bag) { close(closing, keys, bag); };
    };
    if (!left_.restore(in, close_with(closing_left_, shape_.left_keys)) ||
        !right_.restore(in, close_with(closing_right_, shape_.right_keys)))
      return false;
    const auto count = in.taken<std::size_t>();
    for (std::size_t i = 0; i < count && in.good(); ++i) {
      const auto hash = in.taken<std::uint64_t>();
      in.take(found_[hash]);
    }
    return in.good();
  }

 private:
  // States are larger than caches: what later changes will look at is asked for while earlier ones
  // are worked on.
  template <class Work>
  void each_ahead(const Delta& delta, const std::vector<std::size_t>& keys, const Work& work) {
    constexpr std::size_t place_ahead = 8, entry_ahead = 4;
    std::uint64_t hashes[place_ahead] = {};
    for (std::size_t i = 0; i < delta.size() + place_ahead; ++i) {
      if (i >= place_ahead) work(delta[i - place_ahead]);
      if (i < delta.size()) {
        const std::uint64_t hash = left_.hash_of(delta[i].row, keys);
        hashes[i % place_ahead] = hash;
        left_.prefetch_place(hash);
        right_.prefetch_place(hash);
      }
      if (i >= entry_ahead && i - entry_ahead < delta.size()) {
        const std::uint64_t hash = hashes[(i - entry_ahead) % place_ahead];
        left_.prefetch_entry(hash);
        right_.prefetch_entry(hash);
      }
    }
  }

  bool key_is_null(const Row& row, const std::vector<std::size_t>& keys) const {
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (!shape_.null_safe[i] && row[keys[i]].is_null()) return true;
    return false;
  }

  bool matches(const Row& left, const Row& right) const {
    if (!residual_) {
      step_->evaluation.breathe();
      return true;
    }
    const bool result = residual_.evaluate(step_->evaluation, left.data(), right.data()).is_true();
    step_->evaluation.reset();
    return result;
  }

  void emit(std::span<const Datum> left, std::span<const Datum> right, std::int64_t weight) {
    if (projected_.empty()) {
      out_->push_back({Row::joined(left, right), weight});
      return;
    }
    data_.resize(projected_.size());
    for (std::size_t i = 0; i < data_.size(); ++i)
      data_[i] = projected_[i].evaluate(step_->evaluation, left.data(), right.data());
    out_->push_back({Row::of(data_), weight});
    step_->evaluation.reset();
  }
  void emit_joined(const Row& left, const Row& right, std::int64_t weight) {
    if (!only_left_) emit(left.span(), right.span(), weight);
  }
  // A row of the left side that begins (or ceases, by the weight's sign) to be without a match.
  void emit_lonely_left(const Row& left, std::int64_t weight) {
    if (pads_left_)
      emit(left.span(), nulls_right_, weight);
    else if (shape_.kind == JoinKind::anti)
      out_->push_back({left, weight});
    else if (shape_.kind == JoinKind::semi)
      out_->push_back({left, -weight});
  }

  void from_left(const Change& change, bool keep) {
    step_->evaluation.breathe();
    if (key_is_null(change.row, shape_.left_keys)) {
      if (pads_left_) emit(change.row.span(), nulls_right_, change.weight);
      if (shape_.kind == JoinKind::anti) out_->push_back(change);
      return;
    }
    const std::uint64_t hash = right_.hash_of(change.row, shape_.left_keys);
    std::int64_t found = 0;
    if (KeyedBag* bag = right_.find(hash, change.row, shape_.left_keys)) {
      if (only_left_ && !residual_) {
        found = bag->total;
      } else {
        for (BagItem& item : bag->bag.items()) {
          if (!matches(change.row, item.row)) continue;
          found += item.weight;
          emit_joined(change.row, item.row, change.weight * item.weight);
          if (!pads_right_) continue;
          const std::int64_t before = std::exchange(item.matches, item.matches + change.weight);
          if (before == 0 && item.matches != 0)
            emit(nulls_left_, item.row.span(), -item.weight);
          else if (before != 0 && item.matches == 0)
            emit(nulls_left_, item.row.span(), item.weight);
        }
      }
    }
    if (shape_.kind == JoinKind::semi) {
      if (found != 0) out_->push_back(change);
    } else if (found == 0 && counts_left_) {
      emit_lonely_left(change.row, change.weight);
    }
    if (keep) add(left_, closing_left_, shape_.left_keys, hash, shape_.left_grows, change, found);
  }

  // The right side may have changed since a row came: when it goes, so does what it found then.
  void look_up(const Change& change) {
    const std::uint64_t hash = hash_of_row(change.row);
    for (std::int64_t i = 0; i < change.weight; ++i) {
      const std::size_t begin = out_->size();
      from_left({change.row, 1}, false);
      Found found{change.row, {}};
      found.rows.assign(out_->begin() + static_cast<std::ptrdiff_t>(begin), out_->end());
      found_[hash].push_back(std::move(found));
    }
    for (std::int64_t i = 0; i > change.weight; --i) {
      const auto all = found_.find(hash);
      if (all == found_.end()) return;  // it never came
      const auto known = std::find_if(all->second.begin(), all->second.end(), [&](const auto& one) {
        return same_bytes(one.left.span(), change.row.span());
      });
      if (known == all->second.end()) return;
      for (const Change& one : known->rows) out_->push_back({one.row, -one.weight});
      all->second.erase(known);
      if (all->second.empty()) found_.erase(all);
    }
  }

  void from_right(const Change& change, bool keep) {
    step_->evaluation.breathe();
    if (key_is_null(change.row, shape_.right_keys)) {
      if (pads_right_) emit(nulls_left_, change.row.span(), change.weight);
      return;
    }
    const std::uint64_t hash = left_.hash_of(change.row, shape_.right_keys);
    std::int64_t found = 0;
    KeyedBag* bag = left_.find(hash, change.row, shape_.right_keys);
    if (bag != nullptr && only_left_ && !residual_) {
      // Without a residual all rows of the key have the same matches: the right bag's total.
      const KeyedBag* mine = right_.find(hash, change.row, shape_.right_keys);
      const std::int64_t before = mine == nullptr ? 0 : mine->total;
      const std::int64_t after = before + change.weight;
      if ((before == 0) != (after == 0))
        for (const BagItem& item : bag->bag.items())
          emit_lonely_left(item.row, after == 0 ? item.weight : -item.weight);
    } else if (bag != nullptr) {
      for (BagItem& item : bag->bag.items()) {
        if (!matches(item.row, change.row)) continue;
        found += item.weight;
        emit_joined(item.row, change.row, change.weight * item.weight);
        if (!counts_left_) continue;
        const std::int64_t before = std::exchange(item.matches, item.matches + change.weight);
        if (before == 0 && item.matches != 0)
          emit_lonely_left(item.row, -item.weight);
        else if (before != 0 && item.matches == 0)
          emit_lonely_left(item.row, item.weight);
      }
    }
    if (found == 0 && pads_right_) emit(nulls_left_, change.row.span(), change.weight);
    if (keep) keep_right(change, found);
  }

  void keep_right(const Change& change, std::int64_t found) {
    if (key_is_null(change.row, shape_.right_keys)) return;
    add(right_, closing_right_, shape_.right_keys, right_.hash_of(change.row, shape_.right_keys),
        shape_.right_grows, change, found);
  }

  void add(Index& index, Closing<KeyedBag>& closing, const std::vector<std::size_t>& keys,
           std::uint64_t hash, bool grows, const Change& change, std::int64_t found) {
    KeyedBag& entry = index.at(hash, change.row);
    const bool fresh = entry.bag.empty();
    BagItem* item = grows && change.weight > 0 ? entry.bag.append(change.row, change.weight)
                                               : entry.bag.add(change.row, change.weight);
    entry.total += change.weight;
    if (fresh) close(closing, keys, entry);
    if (item != nullptr)
      item->matches = found;
    else if (entry.bag.empty())
      index.erase(&entry);
  }

  // When the watermark passes the key of this new bag.
  void close(Closing<KeyedBag>& closing, const std::vector<std::size_t>& keys, KeyedBag& bag) {
    if (shape_.closes && !bag.bag.empty())
      closing.add(bag.bag.items().front().row[keys[shape_.closes->key]], &bag);
  }

  struct Found {
    Row left;
    Delta rows;

    auto fields() { return std::tie(left, rows); }
  };
  static std::uint64_t hash_of_row(const Row& row) { return hash(row.span()); }

  JoinShape shape_;
  Index left_, right_;
  Closing<KeyedBag> closing_left_, closing_right_;
  std::unordered_map<std::uint64_t, std::vector<Found>> found_;  // by their hash, as they came
  std::vector<Datum> nulls_left_, nulls_right_;
  Program residual_;
  std::vector<Program> projected_;
  std::vector<Datum> data_;
  bool pads_left_ = false, pads_right_ = false, only_left_ = false, counts_left_ = false;
  const Step* step_ = nullptr;
  Delta* out_ = nullptr;
};

}  // namespace

std::unique_ptr<Operator> make_join(JoinShape shape) {
  return std::make_unique<JoinOperator>(std::move(shape));
}

}  // namespace levada::query
