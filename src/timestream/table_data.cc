#include "timestream/table_data.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

namespace levada::timestream {
namespace {

// Limits of a table (spec timestream 4.1).
constexpr std::size_t dimensions_max = 128;
constexpr std::size_t attributes_max = 1024;
constexpr std::size_t measure_names_max = 8192;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t hour = 3600 * second;
constexpr std::int64_t day = 24 * hour;
// How far off the ends a record may lie (spec timestream 4.4).
constexpr std::int64_t future_grace = 15 * 60 * second;
constexpr std::int64_t past_grace = 25 * 60 * second;

constexpr std::string_view same_version =
    "A record already exists with the same time, dimensions, measure name, and record version. A "
    "higher record version must be specified in order to update the measure value. Specifying "
    "record version is supported by the latest SDKs.";

std::string iso_millis(std::int64_t nanos) {
  std::int64_t seconds = nanos / second, rest = nanos % second;
  if (rest < 0) {
    rest += second;
    --seconds;
  }
  const auto clock = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&clock, &parts);
  std::array<char, 64> text;
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                    parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                    parts.tm_min, parts.tm_sec, static_cast<int>(rest / 1'000'000));
  return {text.data(), static_cast<std::size_t>(size)};
}

void add_to_key(std::string& key, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  key.append(reinterpret_cast<const char*>(&size), sizeof size);
  key += text;
}

// Equal for equal sets of dimensions and measure names, and for nothing else.
std::string series_key(const Point& point) {
  std::vector<const Dimension*> sorted;
  sorted.reserve(point.dimensions.size());
  for (const Dimension& dimension : point.dimensions) sorted.push_back(&dimension);
  std::ranges::sort(sorted, {}, [](const Dimension* d) -> const std::string& { return d->name; });
  std::string key;
  add_to_key(key, point.measure_name);
  for (const Dimension* dimension : sorted) {
    add_to_key(key, dimension->name);
    add_to_key(key, dimension->value);
  }
  return key;
}

// About what containers need for a series and for a point, beside its values.
constexpr std::size_t series_bytes = 320, point_bytes = 16, value_bytes = 9;

}  // namespace

TimeWindow window_of(const Table& table, UnixMillis now) {
  const std::int64_t at = now.count() * 1'000'000;
  const std::int64_t memory = table.retention.memory_hours * hour;
  const std::int64_t magnetic = table.retention.magnetic_days * day;
  const bool late = table.magnetic_writes && table.magnetic_writes->enabled;
  TimeWindow window;
  window.accepted_from = at - memory - (late ? magnetic : 0) - past_grace;
  window.accepted_before = at + future_grace;
  window.memory_from = late ? at - memory : window.accepted_from;
  window.shown_from = at - memory - magnetic - past_grace;
  return window;
}

// Whoever comes later in a request meets what came earlier in it.
struct TableData::Batch {
  std::map<std::pair<std::string_view, std::int64_t>, const Point*> points;  // by series and time
  std::unordered_map<std::string, MeasureType> attributes;
  std::unordered_map<std::string, bool> measure_names;
  std::unordered_map<std::string, bool> dimensions;
};

std::optional<std::string> TableData::check_schema(const Table& table, const Point& point,
                                                   Batch& batch) const {
  for (const PartitionKey& key : table.partition_keys)
    if (key.dimension && key.required &&
        std::ranges::find(point.dimensions, key.name, &Dimension::name) == point.dimensions.end())
      return "The record does not have the dimension '" + key.name +
             "', which is the partition key of the table.";
  for (const Dimension& dimension : point.dimensions) {
    if (attribute_places_.contains(dimension.name) || batch.attributes.contains(dimension.name))
      return "The dimension name '" + dimension.name + "' is the name of a measure of the table.";
    if (!dimension_places_.contains(dimension.name)) batch.dimensions[dimension.name] = true;
  }
  if (dimensions_.size() + batch.dimensions.size() > dimensions_max)
    return "A table may have at most 128 dimensions.";
  for (const Measure& measure : point.measures) {
    if (dimension_places_.contains(measure.name) || batch.dimensions.contains(measure.name))
      return "The measure name '" + measure.name + "' is the name of a dimension of the table.";
    const auto known = attribute_places_.find(measure.name);
    const auto fresh = batch.attributes.find(measure.name);
    const std::optional<MeasureType> type =
        known != attribute_places_.end()  ? std::optional(attributes_[known->second].type)
        : fresh != batch.attributes.end() ? std::optional(fresh->second)
                                          : std::nullopt;
    if (type && *type != measure.type)
      return "The measure '" + measure.name + "' already exists with the data type " +
             std::string(name_of(*type)) + ".";
    if (!type) batch.attributes[measure.name] = measure.type;
  }
  if (attributes_.size() + batch.attributes.size() > attributes_max)
    return "A table may have at most 1024 measures of multi-measure records.";
  const auto name = measure_names_.find(point.measure_name);
  if (name == measure_names_.end()) {
    batch.measure_names[point.measure_name] = point.multi;
    if (measure_names_.size() + batch.measure_names.size() > measure_names_max)
      return "A table may have at most 8192 measure names.";
  }
  return std::nullopt;
}

std::vector<TableData::Located> TableData::locate(std::span<const ReadRecord> records) const {
  std::vector<Located> all(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Point* point = std::get_if<Point>(&records[i]);
    if (point == nullptr) continue;
    all[i].key = series_key(*point);
    const auto known = series_places_.find(all[i].key);
    if (known != series_places_.end()) all[i].series = known->second;
  }
  return all;
}

std::optional<Existing> TableData::existing(const Located& located, std::int64_t time) const {
  std::optional<Existing> best = located.stored;
  if (!located.series) return best;
  for (const Memtable* store : {frozen_.get(), active_.get()}) {
    if (store == nullptr) continue;
    const auto at = store->series.find(*located.series);
    if (at == store->series.end()) continue;
    const Series& series = at->second;
    const std::size_t place = series.lower_bound(time);
    if (place == series.size() || series.times()[place] != time) continue;
    if (!best || series.version(place) >= best->version)
      best = Existing{series.version(place), &series, &store->texts, place};
  }
  return best;
}

bool TableData::same_measures(const Existing& there, const Point& point) const {
  const std::vector<StoredMeasure> stored = there.series->measures(there.place);
  return stored.size() == point.measures.size() &&
         std::ranges::all_of(stored, [&](const StoredMeasure& s) {
           const Attribute& attribute = attributes_[s.attribute];
           const auto m = std::ranges::find(point.measures, attribute.name, &Measure::name);
           if (m == point.measures.end()) return false;
           return m->type == MeasureType::varchar ? there.texts->at(s.bits) == m->text
                                                  : s.bits == m->bits;
         });
}

TableData::Decided TableData::decide(const Table& table, std::span<const ReadRecord> records,
                                     std::span<const Located> located, UnixMillis now) const {
  const TimeWindow window = window_of(table, now);
  Batch batch;
  Decided decided;
  for (std::uint32_t i = 0; i < records.size(); ++i) {
    auto& rejected = decided.answer.rejected;
    if (const auto* why = std::get_if<Rejection>(&records[i])) {
      rejected.push_back(*why);
      continue;
    }
    const Point& point = std::get<Point>(records[i]);
    const bool late = point.time < window.memory_from;
    if (point.time < window.accepted_from || point.time >= window.accepted_before) {
      rejected.push_back({i, "The record timestamp is outside the time range [" +
                                 iso_millis(window.accepted_from) + ", " +
                                 iso_millis(window.accepted_before) +
                                 ") of the data ingestion window."});
      continue;
    }
    if (auto reason = check_schema(table, point, batch)) {
      rejected.push_back({i, std::move(*reason)});
      continue;
    }
    const auto batch_key = std::pair(std::string_view(located[i].key), point.time);
    std::optional<std::int64_t> version;
    bool same = false;
    if (const auto earlier = batch.points.find(batch_key); earlier != batch.points.end()) {
      version = earlier->second->version;
      same = earlier->second->measures == point.measures;
    } else if (const auto there = existing(located[i], point.time)) {
      version = there->version;
      same = point.version == *version && same_measures(*there, point);
    }
    const bool stale = version && point.version < *version;
    const bool clash = version && point.version == *version && !same;
    // The magnetic store reports its conflicts elsewhere, and later.
    if ((stale || clash) && !late) {
      rejected.push_back(
          stale ? Rejection{i,
                            "The record version " + std::to_string(point.version) +
                                " is lower than the existing version " + std::to_string(*version) +
                                ". A higher version is required to update the measure value.",
                            version}
                : Rejection{i, std::string(same_version)});
      continue;
    }
    ++(late ? decided.answer.magnetic : decided.answer.memory);
    if (version && point.version <= *version) continue;
    decided.accepted.push_back(&point);
    decided.records.push_back(i);
    batch.points[batch_key] = &point;
  }
  return decided;
}

std::uint32_t TableData::add_series(const Point& point, std::string key) {
  SeriesIdentity identity;
  for (const Dimension& dimension : point.dimensions) {
    const auto [place, fresh] = dimension_places_.try_emplace(
        dimension.name, static_cast<std::uint32_t>(dimensions_.size()));
    if (fresh) dimensions_.push_back(dimension.name);
    identity.dimensions.emplace_back(place->second, dimension.value);
  }
  std::ranges::sort(identity.dimensions);
  identity.measure_name = point.measure_name;
  measure_names_.try_emplace(point.measure_name, MeasureName{point.multi, {}});
  const auto number = static_cast<std::uint32_t>(series_.size());
  series_places_.emplace(std::move(key), number);
  series_.push_back(std::move(identity));
  return number;
}

void TableData::apply(const Point& point) { apply(point, series_key(point)); }

void TableData::apply(const Point& point, const std::string& key) {
  const auto known = series_places_.find(key);
  const std::uint32_t number =
      known != series_places_.end() ? known->second : add_series(point, key);
  Memtable& store = *active_;
  const std::size_t texts_before = store.texts.bytes();
  std::vector<StoredMeasure> measures;
  measures.reserve(point.measures.size());
  const auto [at, fresh] = store.series.try_emplace(number);
  if (fresh) store.bytes += series_bytes;
  Series& series = at->second;
  for (const Measure& measure : point.measures) {
    auto place = attribute_places_.find(measure.name);
    if (place == attribute_places_.end()) {
      place =
          attribute_places_.emplace(measure.name, static_cast<std::uint32_t>(attributes_.size()))
              .first;
      attributes_.push_back({measure.name, measure.type, point.multi});
    }
    measures.push_back({place->second, measure.type == MeasureType::varchar
                                           ? store.texts.place_of(measure.text)
                                           : measure.bits});
  }
  const std::size_t columns = series.columns().size();
  if (series.put(point.time, point.version, measures)) {
    ++store.points;
    store.bytes += point_bytes + value_bytes * series.columns().size();
  }
  store.bytes += (series.columns().size() - columns) * value_bytes * series.size();
  store.bytes += store.texts.bytes() - texts_before;
  if (series.columns().size() != columns) {  // the only moment at which the name can see new ones
    std::vector<std::uint32_t>& seen = measure_names_.at(point.measure_name).attributes;
    for (const StoredMeasure& measure : measures)
      if (std::ranges::find(seen, measure.attribute) == seen.end())
        seen.push_back(measure.attribute);
  }
}

void TableData::expire(std::int64_t before) {
  for (auto& [number, series] : active_->series) active_->points -= series.expire(before);
  if (std::ranges::none_of(*segments_, [&](const StoredSegment& s) {
        return s.segment->index().first < before && s.hidden_before < before;
      }))
    return;
  auto kept = std::make_shared<StoredSegments>();
  for (StoredSegment stored : *segments_) {
    if (stored.segment->index().last < before) continue;
    if (stored.segment->index().first < before)
      stored.hidden_before = std::max(stored.hidden_before, before);
    kept->push_back(std::move(stored));
  }
  segments_ = std::move(kept);
}

std::vector<MeasureType> TableData::types() const {
  std::vector<MeasureType> all;
  for (const Attribute& attribute : attributes_) all.push_back(attribute.type);
  return all;
}

void TableData::freeze() {
  CHECK(frozen_ == nullptr, "one memtable at a time is written");
  frozen_ = std::exchange(active_, std::make_shared<Memtable>());
}

void TableData::replace(std::span<const std::uint64_t> gone, StoredSegments fresh, bool frozen) {
  auto now = std::make_shared<StoredSegments>();
  for (const StoredSegment& stored : *segments_)
    if (std::ranges::find(gone, stored.segment->number()) == gone.end()) now->push_back(stored);
  for (StoredSegment& stored : fresh) {
    for (const BlockEntry& block : stored.segment->index().blocks) {
      std::int64_t& to = series_[block.series].stored_to;
      to = std::max(to, block.last);
    }
    now->push_back(std::move(stored));
  }
  segments_ = std::move(now);
  if (frozen) frozen_.reset();
}

// schema = dimensions name… attributes (name type multi)… names (name multi count attribute…)…
//          series (measure-name count (dimension value)…)…
void TableData::encode_schema(ByteWriter& to) const {
  to.number(dimensions_.size());
  for (const std::string& name : dimensions_) to.text(name);
  to.number(attributes_.size());
  for (const Attribute& attribute : attributes_) {
    to.text(attribute.name);
    to.byte(static_cast<std::uint8_t>(attribute.type));
    to.byte(attribute.multi ? 1 : 0);
  }
  to.number(measure_names_.size());
  for (const auto& [name, is] : measure_names_) {
    to.text(name);
    to.byte(is.multi ? 1 : 0);
    to.number(is.attributes.size());
    for (const std::uint32_t attribute : is.attributes) to.number(attribute);
  }
  to.number(series_.size());
  for (const SeriesIdentity& series : series_) {
    to.text(series.measure_name);
    to.number(series.dimensions.size());
    for (const auto& [dimension, value] : series.dimensions) {
      to.number(dimension);
      to.text(value);
    }
  }
}

Result<Unit> TableData::decode_schema(ByteReader& from) {
  const auto more = [&from](std::uint64_t& n) { return n-- > 0 && !from.broken(); };
  for (std::uint64_t n = from.number(); more(n);) {
    dimensions_.push_back(from.text());
    dimension_places_.emplace(dimensions_.back(), dimensions_.size() - 1);
  }
  for (std::uint64_t n = from.number(); more(n);) {
    Attribute& attribute = attributes_.emplace_back();
    attribute.name = from.text();
    attribute.type = static_cast<MeasureType>(from.byte());
    attribute.multi = from.byte() != 0;
    if (attribute.type > MeasureType::timestamp) from.fail();
    attribute_places_.emplace(attribute.name, attributes_.size() - 1);
  }
  for (std::uint64_t n = from.number(); more(n);) {
    MeasureName& is = measure_names_[from.text()];
    is.multi = from.byte() != 0;
    for (std::uint64_t a = from.number(); more(a);)
      is.attributes.push_back(static_cast<std::uint32_t>(from.number()));
  }
  for (std::uint64_t n = from.number(); more(n);) {
    SeriesIdentity identity;
    identity.measure_name = from.text();
    std::vector<std::pair<std::string_view, std::string_view>> sorted;
    for (std::uint64_t d = from.number(); more(d);) {
      const std::uint64_t dimension = from.number();
      if (dimension >= dimensions_.size()) from.fail();
      identity.dimensions.emplace_back(static_cast<std::uint32_t>(dimension), from.text());
    }
    if (from.broken()) break;
    for (const auto& [dimension, value] : identity.dimensions)
      sorted.emplace_back(dimensions_[dimension], value);
    std::ranges::sort(sorted);
    std::string key;
    add_to_key(key, identity.measure_name);
    for (const auto& [name, value] : sorted) {
      add_to_key(key, name);
      add_to_key(key, value);
    }
    series_places_.emplace(std::move(key), static_cast<std::uint32_t>(series_.size()));
    series_.push_back(std::move(identity));
  }
  if (from.broken()) return fail(ErrorKind::corrupt, "the schema of a table does not decode");
  return Unit{};
}

}  // namespace levada::timestream
