#include "timestream/table_data.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

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

// Equal for equal sets of dimensions and measure names, and for nothing else.
std::string series_key(const Point& point) {
  std::vector<const Dimension*> sorted;
  sorted.reserve(point.dimensions.size());
  for (const Dimension& dimension : point.dimensions) sorted.push_back(&dimension);
  std::ranges::sort(sorted, {}, [](const Dimension* d) -> const std::string& { return d->name; });
  std::string key;
  const auto add = [&key](const std::string& text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    key.append(reinterpret_cast<const char*>(&size), sizeof size);
    key += text;
  };
  add(point.measure_name);
  for (const Dimension* dimension : sorted) {
    add(dimension->name);
    add(dimension->value);
  }
  return key;
}

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
  std::unordered_map<std::string, const Point*> points;  // by series key and time
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

TableData::Decided TableData::decide(const Table& table, std::span<const ReadRecord> records,
                                     UnixMillis now) const {
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
    const std::string key = series_key(point);
    std::string point_key = key;
    point_key.append(reinterpret_cast<const char*>(&point.time), sizeof point.time);
    std::optional<std::int64_t> version;
    bool same = false;
    if (const auto earlier = batch.points.find(point_key); earlier != batch.points.end()) {
      version = earlier->second->version;
      same = earlier->second->measures == point.measures;
    } else if (const auto at = series_places_.find(key); at != series_places_.end()) {
      const Series& series = series_[at->second];
      const std::size_t place = series.lower_bound(point.time);
      if (place < series.size() && series.times()[place] == point.time) {
        version = series.version(place);
        const std::vector<StoredMeasure> stored = series.measures(place);
        same =
            stored.size() == point.measures.size() &&
            std::ranges::all_of(stored, [&](const StoredMeasure& s) {
              const Attribute& attribute = attributes_[s.attribute];
              const auto m = std::ranges::find(point.measures, attribute.name, &Measure::name);
              if (m == point.measures.end()) return false;
              return m->type == MeasureType::varchar ? text(s.bits) == m->text : s.bits == m->bits;
            });
      }
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
    batch.points[std::move(point_key)] = &point;
  }
  return decided;
}

std::int64_t TableData::place_of(const std::string& text) {
  const auto known = text_places_.find(text);
  if (known != text_places_.end()) return known->second;
  const auto place = static_cast<std::uint32_t>(texts_.size());
  text_places_.emplace(texts_.emplace_back(text), place);
  return place;
}

void TableData::apply(const Point& point) {
  std::string key = series_key(point);
  auto at = series_places_.find(key);
  if (at == series_places_.end()) {
    std::vector<std::pair<std::uint32_t, std::string>> dimensions;
    for (const Dimension& dimension : point.dimensions) {
      const auto [place, fresh] = dimension_places_.try_emplace(
          dimension.name, static_cast<std::uint32_t>(dimensions_.size()));
      if (fresh) dimensions_.push_back(dimension.name);
      dimensions.emplace_back(place->second, dimension.value);
    }
    std::ranges::sort(dimensions);
    at = series_places_.emplace(std::move(key), static_cast<std::uint32_t>(series_.size())).first;
    series_.emplace_back(std::move(dimensions), point.measure_name);
    measure_names_.try_emplace(point.measure_name, point.multi);
  }
  std::vector<StoredMeasure> measures;
  for (const Measure& measure : point.measures) {
    const auto [place, fresh] =
        attribute_places_.try_emplace(measure.name, static_cast<std::uint32_t>(attributes_.size()));
    if (fresh) attributes_.push_back({measure.name, measure.type, point.multi});
    measures.push_back({place->second, measure.type == MeasureType::varchar ? place_of(measure.text)
                                                                            : measure.bits});
  }
  Series& series = series_[at->second];
  points_ -= series.size();
  series.put(point.time, point.version, measures);
  points_ += series.size();
}

void TableData::expire(std::int64_t before) {
  for (Series& series : series_) points_ -= series.expire(before);
}

}  // namespace levada::timestream
