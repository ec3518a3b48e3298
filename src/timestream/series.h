#pragma once
// Series: points of one set of dimensions and one measure name, by time, in columns; those of the
// memory store or those of a block. Points come mostly in order, so an insertion at the end is what
// is fast.

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "timestream/numbers.h"
#include "timestream/point.h"
#include "timestream/presence.h"

namespace levada::timestream {

// A measure of a stored point: which of the table's attributes, and its bits (of text, its place in
// the texts beside the series).
struct StoredMeasure {
  std::uint32_t attribute;
  std::int64_t bits;
  friend bool operator==(const StoredMeasure&, const StoredMeasure&) = default;
};

// Texts that measures refer to by their place.
class Texts {
 public:
  Texts() = default;
  Texts(const Texts&) = delete;
  Texts& operator=(const Texts&) = delete;
  std::int64_t place_of(std::string_view text);
  const std::string& at(std::int64_t place) const { return all_[static_cast<std::size_t>(place)]; }
  std::size_t size() const { return all_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  std::deque<std::string> all_;
  std::unordered_map<std::string_view, std::int64_t> places_;  // into all_
  std::size_t bytes_ = 0;
};

class Series {
 public:
  std::size_t size() const { return times_.size(); }
  std::span<const std::int64_t> times() const { return times_; }
  std::int64_t version(std::size_t place) const { return versions_[place]; }
  const Numbers& versions() const { return versions_; }
  // The first place whose time is not before `time`.
  std::size_t lower_bound(std::int64_t time) const;

  struct Column {
    std::uint32_t attribute;
    Numbers bits;
    Presence present;
  };
  Series() = default;
  // Made at once; every column has as many rows as there are times.
  Series(std::vector<std::int64_t> times, Numbers versions)
      : times_(std::move(times)), versions_(std::move(versions)) {}
  void add_column(Column column) { columns_.push_back(std::move(column)); }
  const std::vector<Column>& columns() const { return columns_; }
  std::vector<StoredMeasure> measures(std::size_t place) const;

  // Inserts (then it says yes), or replaces the whole measure set of the point at that time.
  bool put(std::int64_t time, std::int64_t version, std::span<const StoredMeasure> measures);
  // Rows [begin, end) of another, which are all later than its own. `texts` are the attributes that
  // are texts, which move from one collection to the other.
  void append(const Series& other, std::size_t begin, std::size_t end,
              const std::vector<bool>& texts, const Texts& from, Texts& to);
  // Removes what lies before `time`; says how many points went.
  std::size_t expire(std::int64_t time);

 private:
  Column& column(std::uint32_t attribute);
  bool append_row(std::int64_t time, std::int64_t version, std::span<const StoredMeasure> measures);

  std::vector<std::int64_t> times_;
  Numbers versions_;
  std::vector<Column> columns_;
};

}  // namespace levada::timestream
