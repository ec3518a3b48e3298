#include "timestream/series.h"

#include <algorithm>

namespace levada::timestream {

std::int64_t Texts::place_of(std::string_view text) {
  const auto known = places_.find(text);
  if (known != places_.end()) return known->second;
  const auto place = static_cast<std::int64_t>(all_.size());
  bytes_ += text.size() + 100;  // with what the containers need
  places_.emplace(all_.emplace_back(text), place);
  return place;
}

std::size_t Series::lower_bound(std::int64_t time) const {
  if (times_.empty() || times_.back() < time) return times_.size();
  return static_cast<std::size_t>(std::ranges::lower_bound(times_, time) - times_.begin());
}

std::vector<StoredMeasure> Series::measures(std::size_t place) const {
  std::vector<StoredMeasure> all;
  for (const Column& column : columns_)
    if (column.present[place]) all.push_back({column.attribute, column.bits[place]});
  return all;
}

Series::Column& Series::column(std::uint32_t attribute) {
  for (Column& column : columns_)
    if (column.attribute == attribute) return column;
  Column& fresh = columns_.emplace_back(Column{attribute, {}, {}});
  fresh.bits.resize(times_.size());
  fresh.present.resize(times_.size());
  return fresh;
}

// The latest point, whose measures are just the columns, in their order; or the first one.
bool Series::append_row(std::int64_t time, std::int64_t version,
                        std::span<const StoredMeasure> measures) {
  if (!times_.empty() && times_.back() >= time) return false;
  if (times_.empty())
    for (const StoredMeasure& measure : measures) column(measure.attribute);
  if (!std::ranges::equal(measures, columns_, {}, &StoredMeasure::attribute, &Column::attribute))
    return false;
  times_.push_back(time);
  versions_.push_back(version);
  for (std::size_t i = 0; i < measures.size(); ++i) {
    columns_[i].bits.push_back(measures[i].bits);
    columns_[i].present.push_back(true);
  }
  return true;
}

bool Series::put(std::int64_t time, std::int64_t version, std::span<const StoredMeasure> measures) {
  if (append_row(time, version, measures)) return true;
  const std::size_t place = lower_bound(time);
  const bool fresh = place == times_.size() || times_[place] != time;
  const auto offset = static_cast<std::ptrdiff_t>(place);
  if (!fresh) {
    versions_.set(place, version);
    for (Column& column : columns_) column.present.set(place, false);
  } else {
    times_.insert(times_.begin() + offset, time);
    versions_.insert(place, version);
    for (Column& column : columns_) {
      column.bits.insert(place, 0);
      column.present.insert(place, false);
    }
  }
  for (const StoredMeasure& measure : measures) {
    Column& to = column(measure.attribute);
    to.bits.set(place, measure.bits);
    to.present.set(place, true);
  }
  return fresh;
}

void Series::append(const Series& other, std::size_t begin, std::size_t end,
                    const std::vector<bool>& texts, const Texts& from, Texts& to) {
  const auto first = static_cast<std::ptrdiff_t>(begin), last = static_cast<std::ptrdiff_t>(end);
  for (const Column& source : other.columns_) {
    Column& target = column(source.attribute);
    target.present.append(source.present, begin, end);
    target.bits.append(source.bits, begin, end);
    if (!texts[source.attribute]) continue;
    for (std::size_t i = begin; i < end; ++i)
      if (source.present[i])
        target.bits.set(times_.size() + i - begin, to.place_of(from.at(source.bits[i])));
  }
  times_.insert(times_.end(), other.times_.begin() + first, other.times_.begin() + last);
  versions_.append(other.versions_, begin, end);
  for (Column& each : columns_) {
    each.bits.resize(times_.size());
    each.present.resize(times_.size());
  }
}

std::size_t Series::expire(std::int64_t time) {
  const std::size_t gone = lower_bound(time);
  if (gone == 0) return 0;
  const auto end = static_cast<std::ptrdiff_t>(gone);
  times_.erase(times_.begin(), times_.begin() + end);
  versions_.erase_front(gone);
  for (Column& column : columns_) {
    column.bits.erase_front(gone);
    column.present.erase_front(gone);
  }
  return gone;
}

}  // namespace levada::timestream
