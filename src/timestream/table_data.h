#pragma once
// TableData: the points of one table and its schema, which grows as points come. Decides what
// becomes of new points (spec timestream 4.2 … 4.5) and applies what was decided; durable is the
// log, not this.

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "timestream/definition.h"
#include "timestream/series.h"
#include "timestream/write.h"

namespace levada::timestream {

struct Attribute {  // a measure column
  std::string name;
  MeasureType type;
  bool multi;
};

// The times of points that a table takes or still shows at some moment, in nanoseconds.
struct TimeWindow {
  std::int64_t accepted_from, accepted_before;
  std::int64_t memory_from;  // older ones go to the magnetic store
  std::int64_t shown_from;
};
TimeWindow window_of(const Table& table, UnixMillis now);

class TableData {
 public:
  struct Decided {
    std::vector<const Point*> accepted;  // into what was read
    WriteAnswer answer;
  };
  Decided decide(const Table& table, std::span<const ReadRecord> records, UnixMillis now) const;
  void apply(const Point& point);
  // Points before that time are gone.
  void expire(std::int64_t before);

  const std::vector<std::string>& dimensions() const { return dimensions_; }
  const std::vector<Attribute>& attributes() const { return attributes_; }
  const std::deque<Series>& series() const { return series_; }
  const std::string& text(std::int64_t place) const {
    return texts_[static_cast<std::size_t>(place)];
  }
  std::uint64_t points() const { return points_; }

 private:
  struct Batch;  // what earlier records of the same request did

  std::optional<std::string> check_schema(const Table& table, const Point& point,
                                          Batch& batch) const;
  std::int64_t place_of(const std::string& text);

  std::vector<std::string> dimensions_;
  std::unordered_map<std::string, std::uint32_t> dimension_places_;
  std::vector<Attribute> attributes_;
  std::unordered_map<std::string, std::uint32_t> attribute_places_;
  std::unordered_map<std::string, bool> measure_names_;  // whether MULTI
  std::deque<Series> series_;
  std::unordered_map<std::string, std::uint32_t> series_places_;  // by key
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, std::uint32_t> text_places_;  // into texts_
  std::uint64_t points_ = 0;
};

}  // namespace levada::timestream
