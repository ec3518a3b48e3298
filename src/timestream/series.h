#pragma once
// Series: the points of one set of dimensions and one measure name, by time, in columns. Points
// come mostly in order, so an insertion at the end is what is fast.

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "timestream/point.h"

namespace levada::timestream {

// A measure of a stored point: which of the table's attributes, and its bits (of text, its place in
// the table's texts).
struct StoredMeasure {
  std::uint32_t attribute;
  std::int64_t bits;
  friend bool operator==(const StoredMeasure&, const StoredMeasure&) = default;
};

class Series {
 public:
  Series(std::vector<std::pair<std::uint32_t, std::string>> dimensions, std::string measure_name)
      : dimensions_(std::move(dimensions)), measure_name_(std::move(measure_name)) {}

  // By the table's number of the dimension, ascending.
  const std::vector<std::pair<std::uint32_t, std::string>>& dimensions() const {
    return dimensions_;
  }
  const std::string& measure_name() const { return measure_name_; }

  std::size_t size() const { return times_.size(); }
  std::span<const std::int64_t> times() const { return times_; }
  std::int64_t version(std::size_t place) const { return versions_[place]; }
  // The first place whose time is not before `time`.
  std::size_t lower_bound(std::int64_t time) const;

  struct Column {
    std::uint32_t attribute;
    std::vector<std::int64_t> bits;
    std::vector<bool> present;
  };
  const std::vector<Column>& columns() const { return columns_; }
  std::vector<StoredMeasure> measures(std::size_t place) const;

  // Inserts, or replaces the whole measure set of the point at that time.
  void put(std::int64_t time, std::int64_t version, std::span<const StoredMeasure> measures);
  // Removes what lies before `time`; says how many points went.
  std::size_t expire(std::int64_t time);

 private:
  Column& column(std::uint32_t attribute);

  std::vector<std::pair<std::uint32_t, std::string>> dimensions_;
  std::string measure_name_;
  std::vector<std::int64_t> times_, versions_;
  std::vector<Column> columns_;
};

}  // namespace levada::timestream
