#pragma once
// TableData: what a table knows and where its points are: the schema and the series, which grow as
// points come; the memory store; the segments of the magnetic store. Decides what becomes of new
// points (spec timestream 4.2 … 4.5) and applies what was decided. Durable are the log and the
// segments, not this.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "timestream/definition.h"
#include "timestream/last_points.h"
#include "timestream/segment.h"
#include "timestream/series.h"
#include "timestream/write.h"

namespace levada::timestream {

struct Attribute {  // a measure column
  std::string name;
  MeasureType type;
  bool multi;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
template <class T>
using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

struct MeasureName {
  std::uint32_t number = 0;  // how many names were there before it
  bool multi = false;
  std::vector<std::uint32_t> series = {};      // ascending
  std::vector<std::uint32_t> attributes = {};  // that points of this name had
};

// One set of dimensions and a measure name. Its number is its place among the table's series.
struct SeriesIdentity {
  std::vector<std::pair<std::uint32_t, std::string>> dimensions;  // by the dimension's number
  std::string measure_name;
  std::uint32_t set = 0;               // the number of its set of dimensions
  MeasureName* is = nullptr;           // what is known of its measure name
  std::int64_t stored_to = INT64_MIN;  // no segment has a later point
};

// The points that no segment has yet.
struct Memtable {
  std::unordered_map<std::uint32_t, Series> series;
  Texts texts;
  std::uint64_t points = 0;
  std::size_t bytes = 0;  // about
};

struct StoredSegment {
  std::shared_ptr<const Segment> segment;
  std::int64_t hidden_before = INT64_MIN;  // what lies before has expired
};
using StoredSegments = std::vector<StoredSegment>;

// What a reader holds on to: all points of one moment, and of the newest memtable also what comes.
struct StoreView {
  std::shared_ptr<const Memtable> active, frozen;  // frozen: on its way into segments, or null
  std::shared_ptr<const StoredSegments> segments;
};

// The times of points that a table takes or still shows at some moment, in nanoseconds.
struct TimeWindow {
  std::int64_t accepted_from, accepted_before;
  std::int64_t memory_from;  // older ones go to the magnetic store
  std::int64_t shown_from;
  bool takes_late() const { return memory_from > accepted_from; }  // into the magnetic store
};
TimeWindow window_of(const Table& table, UnixMillis now);

// A point that is there already.
struct Existing {
  std::int64_t version = 0;
  const Series* series = nullptr;
  const Texts* texts = nullptr;
  std::size_t place = 0;
};

class TableData {
 public:
  // Where a record belongs. Of a rejected one it means nothing.
  struct Located {
    std::optional<std::uint32_t> series;
    std::string key;                 // of a series that is not known yet
    std::optional<Existing> stored;  // in a segment
  };
  std::vector<Located> locate(std::span<const ReadRecord> records);

  // Points by series and time: a table of places that are searched one after the other.
  class Points {
   public:
    void expect(std::size_t more);  // so many may be put
    // Null: there was none at this place. Good until `expect`.
    const Point*& at(std::uint32_t series, std::int64_t time);

   private:
    struct Place {
      std::int64_t time = 0;
      std::uint32_t series = 0;
      const Point* point = nullptr;
    };
    Place& find(std::vector<Place>& places, std::uint32_t series, std::int64_t time) const;

    std::vector<Place> places_;  // a power of two of them, at most half of them taken
    std::size_t taken_max_ = 0;
  };

  // Whoever comes later in a request, or in the requests that are decided together, meets what came
  // earlier.
  struct Batch {
    Points points;
    ByText<std::uint32_t> fresh_series;  // by key; numbers that they would have
    ByText<MeasureType> attributes;
    ByText<bool> measure_names, dimensions;
  };

  struct Decided {
    std::vector<const Point*> accepted;  // into what was read
    std::vector<std::uint32_t> records;  // their numbers
    WriteAnswer answer;
  };
  Decided decide(const Table& table, std::span<const ReadRecord> records,
                 std::span<const Located> located, Batch& batch, UnixMillis now) const;
  // What was found out about the shape of the point before, of the same request.
  struct Familiar {
    const MeasureName* is = nullptr;
    std::uint32_t shape = 0;
    std::size_t attributes = 0;
    bool yes = false;
  };
  // `series` is what locate found, if it found it.
  void apply(const Point& point, std::optional<std::uint32_t> series, Familiar& before);
  void apply(const Point& point) {
    Familiar nothing;
    apply(point, std::nullopt, nothing);
  }

  // Points before that time are gone. Segments that have no others are left out from then on.
  void expire(std::int64_t before);

  const std::vector<std::string>& dimensions() const { return dimensions_; }
  const std::vector<Attribute>& attributes() const { return attributes_; }
  std::vector<MeasureType> types() const;
  const std::map<std::string, MeasureName, std::less<>>& measure_names() const {
    return measure_names_;
  }
  const std::deque<SeriesIdentity>& series() const { return series_; }
  // Ascending: the series that have this value of a dimension, or this measure name.
  std::span<const std::uint32_t> series_with(std::uint32_t dimension, std::string_view value) const;
  std::span<const std::uint32_t> series_of_measure(std::string_view name) const;
  StoreView view() const { return {active_, frozen_, segments_}; }

  // The newest point of a series as far as nothing needs to be read: a row of a memtable, or what
  // is remembered of the segments. Good until something else of this reactor runs.
  struct Newest {
    std::int64_t time;
    const Series* row_of = nullptr;  // its last row; null: `stored`
    const Texts* texts = nullptr;
    const LastPoint* stored = nullptr;
  };
  std::optional<Newest> newest(std::uint32_t series) const;
  // What a reader found in segments to be the newest point of a series, all of its measures.
  void remember(std::uint32_t series, const Series& found, std::size_t place) const;
  const LastPoints& last_points() const { return last_points_; }
  const Memtable& active() const { return *active_; }

  // From here for the store alone.
  void freeze();  // the active memtable becomes the frozen one; there was none
  // The frozen memtable, if `frozen`, and some segments give way to others.
  void replace(std::span<const std::uint64_t> gone, StoredSegments fresh, bool frozen);
  void encode_schema(ByteWriter& to) const;
  // Errors: corrupt. Of a new table only.
  Result<Unit> decode_schema(ByteReader& from);

 private:
  std::optional<std::string> check_schema(const Table& table, const Point& point,
                                          Batch& batch) const;
  bool has_all_measures_of(const MeasureName& is, const Point& point) const;
  bool familiar(const MeasureName& is, const Point& point, Familiar& before) const;
  bool same_measures(const Existing& there, const Point& point) const;
  std::optional<Existing> existing(const Located& located, std::int64_t time) const;
  std::uint32_t find_or_add_series(const Point& point);
  std::optional<std::uint32_t> find_set(std::span<const Dimension> dimensions);
  std::uint32_t find_or_add_set(const std::string& key);
  void add_series(SeriesIdentity identity, std::uint32_t set);
  std::uint32_t find_or_add_attribute(const Measure& measure, bool multi);

  std::vector<std::string> dimensions_;
  ByText<std::uint32_t> dimension_places_;
  std::vector<Attribute> attributes_;
  ByText<std::uint32_t> attribute_places_;
  std::map<std::string, MeasureName, std::less<>> measure_names_;
  std::deque<SeriesIdentity> series_;
  // Sets of dimensions by their keys; some of them also by their dimensions in other orders, as
  // requests have them.
  ByText<std::uint32_t> set_places_;
  std::uint32_t sets_ = 0;
  std::string given_;                                               // scratch
  std::unordered_map<std::uint64_t, std::uint32_t> series_places_;  // by set and measure name
  std::vector<ByText<std::vector<std::uint32_t>>> postings_;        // by dimension and value
  mutable LastPoints last_points_;                                  // of series_[].stored_to
  std::vector<StoredMeasure> scratch_;
  std::shared_ptr<Memtable> active_ = std::make_shared<Memtable>(), frozen_;
  std::shared_ptr<const StoredSegments> segments_ = std::make_shared<StoredSegments>();
};

}  // namespace levada::timestream
