#pragma once
// TableData: what a table knows and where its points are: the schema and the series, which grow as
// points come; the memory store; the segments of the magnetic store. Decides what becomes of new
// points (spec timestream 4.2 … 4.5) and applies what was decided. Durable are the log and the
// segments, not this.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "timestream/definition.h"
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
  bool multi = false;
  std::vector<std::uint32_t> attributes;  // that points of this name had
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
  std::vector<Located> locate(std::span<const ReadRecord> records) const;

  // Whoever comes later in a request, or in the requests that are decided together, meets what came
  // earlier.
  struct Batch {
    struct Place {
      std::uint32_t series;
      std::int64_t time;
      friend bool operator==(const Place&, const Place&) = default;
    };
    struct PlaceHash {
      std::size_t operator()(const Place& place) const {
        const auto mixed = static_cast<std::uint64_t>(place.time) ^
                           (std::uint64_t{place.series} * 0x9e3779b97f4a7c15);
        return (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93;
      }
    };
    std::unordered_map<Place, const Point*, PlaceHash> points;
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
  // `series` is what locate found, if it found it.
  void apply(const Point& point, std::optional<std::uint32_t> series = std::nullopt);

  // Points before that time are gone. Segments that have no others are left out from then on.
  void expire(std::int64_t before);

  const std::vector<std::string>& dimensions() const { return dimensions_; }
  const std::vector<Attribute>& attributes() const { return attributes_; }
  std::vector<MeasureType> types() const;
  const std::map<std::string, MeasureName, std::less<>>& measure_names() const {
    return measure_names_;
  }
  const std::deque<SeriesIdentity>& series() const { return series_; }
  StoreView view() const { return {active_, frozen_, segments_}; }
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
  bool same_measures(const Existing& there, const Point& point) const;
  std::optional<Existing> existing(const Located& located, std::int64_t time) const;
  std::uint32_t find_or_add_series(const Point& point);
  void add_series(SeriesIdentity identity, const std::string& set_key, std::uint32_t set);
  std::uint32_t find_or_add_attribute(const Measure& measure, bool multi);

  std::vector<std::string> dimensions_;
  ByText<std::uint32_t> dimension_places_;
  std::vector<Attribute> attributes_;
  ByText<std::uint32_t> attribute_places_;
  std::map<std::string, MeasureName, std::less<>> measure_names_;
  std::deque<SeriesIdentity> series_;
  ByText<std::uint32_t> set_places_;     // sets of dimensions by their key
  ByText<std::uint32_t> series_places_;  // by set and measure name
  std::vector<StoredMeasure> scratch_;
  std::shared_ptr<Memtable> active_ = std::make_shared<Memtable>(), frozen_;
  std::shared_ptr<const StoredSegments> segments_ = std::make_shared<StoredSegments>();
};

}  // namespace levada::timestream
