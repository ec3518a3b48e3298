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

// Equal for equal sets of dimensions, and for nothing else.
std::string set_key(std::span<const Dimension> dimensions) {
  std::vector<Dimension> copy;
  std::size_t size = 0;
  for (const Dimension& d : dimensions) size += 8 + d.name.size() + d.value.size();
  if (!std::ranges::is_sorted(dimensions, {}, &Dimension::name)) {
    copy.assign(dimensions.begin(), dimensions.end());
    std::ranges::sort(copy, {}, &Dimension::name);
    dimensions = copy;
  }
  std::string key;
  key.reserve(size);
  for (const Dimension& dimension : dimensions) {
    add_to_key(key, dimension.name);
    add_to_key(key, dimension.value);
  }
  return key;
}

std::string series_key(std::uint32_t set, std::string_view measure_name) {
  std::string key(reinterpret_cast<const char*>(&set), sizeof set);
  key += measure_name;
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

std::optional<std::string> TableData::check_schema(const Table& table, const Point& point,
                                                   Batch& batch) const {
  for (const PartitionKey& key : table.partition_keys)
    if (key.dimension && key.required &&
        std::ranges::find(point.dimensions, key.name, &Dimension::name) == point.dimensions.end())
      return "The record does not have the dimension '" + key.name +
             "', which is the partition key of the table.";
  for (const Dimension& dimension : point.dimensions) {
    if (attribute_places_.contains(dimension.name) || batch.attributes.contains(dimension.name))
      return "The dimension name '" + std::string(dimension.name) +
             "' is the name of a measure of the table.";
    if (!dimension_places_.contains(dimension.name) && !batch.dimensions.contains(dimension.name))
      batch.dimensions.emplace(dimension.name, true);
  }
  if (dimensions_.size() + batch.dimensions.size() > dimensions_max)
    return "A table may have at most 128 dimensions.";
  for (const Measure& measure : point.measures) {
    if (dimension_places_.contains(measure.name) || batch.dimensions.contains(measure.name))
      return "The measure name '" + std::string(measure.name) +
             "' is the name of a dimension of the table.";
    const auto known = attribute_places_.find(measure.name);
    const auto fresh = batch.attributes.find(measure.name);
    const std::optional<MeasureType> type =
        known != attribute_places_.end()  ? std::optional(attributes_[known->second].type)
        : fresh != batch.attributes.end() ? std::optional(fresh->second)
                                          : std::nullopt;
    if (type && *type != measure.type)
      return "The measure '" + std::string(measure.name) + "' already exists with the data type " +
             std::string(name_of(*type)) + ".";
    if (!type) batch.attributes.emplace(measure.name, measure.type);
  }
  if (attributes_.size() + batch.attributes.size() > attributes_max)
    return "A table may have at most 1024 measures of multi-measure records.";
  const auto name = measure_names_.find(point.measure_name);
  if (name == measure_names_.end()) {
    if (!batch.measure_names.contains(point.measure_name))
      batch.measure_names.emplace(point.measure_name, point.multi);
    if (measure_names_.size() + batch.measure_names.size() > measure_names_max)
      return "A table may have at most 8192 measure names.";
  }
  return std::nullopt;
}

// Whether it has just the measures that points of that name had so far: then the table knows all of
// them, with their types.
bool TableData::has_all_measures_of(const MeasureName& is, const Point& point) const {
  return std::ranges::equal(
      is.attributes, point.measures, [this](std::uint32_t place, const Measure& measure) {
        const Attribute& attribute = attributes_[place];
        return attribute.type == measure.type && attribute.name == measure.name;
      });
}

std::vector<TableData::Located> TableData::locate(std::span<const ReadRecord> records) const {
  std::vector<Located> all(records.size());
  std::span<const Dimension> last;  // records that share their dimensions share the way to them
  std::string key;
  auto set = set_places_.end();
  bool first = true;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Point* point = std::get_if<Point>(&records[i]);
    if (point == nullptr) continue;
    if (first || last.data() != point->dimensions.data() ||
        last.size() != point->dimensions.size()) {
      last = point->dimensions;
      key = set_key(last);
      set = set_places_.find(key);
      first = false;
    }
    if (set != set_places_.end()) {
      const auto known = series_places_.find(series_key(set->second, point->measure_name));
      if (known != series_places_.end()) {
        all[i].series = known->second;
        continue;
      }
    }
    add_to_key(all[i].key, point->measure_name);
    all[i].key += key;
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
                                     std::span<const Located> located, Batch& batch,
                                     UnixMillis now) const {
  const TimeWindow window = window_of(table, now);
  const bool keyed = std::ranges::any_of(
      table.partition_keys, [](const PartitionKey& key) { return key.dimension && key.required; });
  Decided decided;
  decided.accepted.reserve(records.size());
  decided.records.reserve(records.size());
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
    const bool familiar =
        !keyed && located[i].series && has_all_measures_of(*series_[*located[i].series].is, point);
    if (!familiar)
      if (auto reason = check_schema(table, point, batch)) {
        rejected.push_back({i, std::move(*reason)});
        continue;
      }
    Batch::Place place{0, point.time};
    place.series =
        located[i].series
            ? *located[i].series
            : batch.fresh_series
                  .try_emplace(located[i].key, static_cast<std::uint32_t>(
                                                   series_.size() + batch.fresh_series.size()))
                  .first->second;
    std::optional<std::int64_t> version;
    bool same = false;
    if (const auto earlier = batch.points.find(place); earlier != batch.points.end()) {
      version = earlier->second->version;
      same = std::ranges::equal(earlier->second->measures, point.measures);
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
    batch.points[place] = &point;
  }
  return decided;
}

// The identity is whole but for what the table knows of it.
void TableData::add_series(SeriesIdentity identity, const std::string& set_key, std::uint32_t set) {
  set_places_.try_emplace(set_key, set);
  identity.set = set;
  identity.is = &measure_names_.at(identity.measure_name);
  series_places_.emplace(series_key(set, identity.measure_name),
                         static_cast<std::uint32_t>(series_.size()));
  series_.push_back(std::move(identity));
}

std::uint32_t TableData::find_or_add_series(const Point& point) {
  const std::string key = set_key(point.dimensions);
  const auto known = set_places_.find(key);
  const std::uint32_t set =
      known != set_places_.end() ? known->second : static_cast<std::uint32_t>(set_places_.size());
  const auto there = series_places_.find(series_key(set, point.measure_name));
  if (there != series_places_.end()) return there->second;

  SeriesIdentity identity;
  for (const Dimension& dimension : point.dimensions) {
    auto place = dimension_places_.find(dimension.name);
    if (place == dimension_places_.end()) {
      place =
          dimension_places_.emplace(dimension.name, static_cast<std::uint32_t>(dimensions_.size()))
              .first;
      dimensions_.emplace_back(dimension.name);
    }
    identity.dimensions.emplace_back(place->second, dimension.value);
  }
  std::ranges::sort(identity.dimensions);
  identity.measure_name = point.measure_name;
  measure_names_.try_emplace(identity.measure_name, MeasureName{point.multi, {}});
  add_series(std::move(identity), key, set);
  return static_cast<std::uint32_t>(series_.size() - 1);
}

std::uint32_t TableData::find_or_add_attribute(const Measure& measure, bool multi) {
  const auto known = attribute_places_.find(measure.name);
  if (known != attribute_places_.end()) return known->second;
  const auto place = static_cast<std::uint32_t>(attributes_.size());
  attribute_places_.emplace(measure.name, place);
  attributes_.push_back({std::string(measure.name), measure.type, multi});
  return place;
}

void TableData::apply(const Point& point, std::optional<std::uint32_t> number) {
  if (!number) number = find_or_add_series(point);
  MeasureName& is = *series_[*number].is;
  Memtable& store = *active_;
  const std::size_t texts_before = store.texts.bytes();
  const auto [at, fresh] = store.series.try_emplace(*number);
  if (fresh) store.bytes += series_bytes;
  Series& series = at->second;
  const bool familiar = has_all_measures_of(is, point);
  scratch_.clear();
  for (std::size_t i = 0; i < point.measures.size(); ++i) {
    const Measure& measure = point.measures[i];
    const std::uint32_t attribute =
        familiar ? is.attributes[i] : find_or_add_attribute(measure, point.multi);
    scratch_.push_back({attribute, measure.type == MeasureType::varchar
                                       ? store.texts.place_of(measure.text)
                                       : measure.bits});
  }
  const std::size_t columns = series.columns().size();
  if (series.put(point.time, point.version, scratch_)) {
    ++store.points;
    store.bytes += point_bytes + value_bytes * series.columns().size();
  }
  store.bytes += (series.columns().size() - columns) * value_bytes * series.size();
  store.bytes += store.texts.bytes() - texts_before;
  if (familiar) return;
  for (const StoredMeasure& measure : scratch_)
    if (std::ranges::find(is.attributes, measure.attribute) == is.attributes.end())
      is.attributes.push_back(measure.attribute);
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
    for (std::uint64_t a = from.number(); more(a);) {
      is.attributes.push_back(static_cast<std::uint32_t>(from.number()));
      if (is.attributes.back() >= attributes_.size()) from.fail();
    }
  }
  for (std::uint64_t n = from.number(); more(n);) {
    SeriesIdentity identity;
    identity.measure_name = from.text();
    for (std::uint64_t d = from.number(); more(d);) {
      const std::uint64_t dimension = from.number();
      if (dimension >= dimensions_.size()) from.fail();
      identity.dimensions.emplace_back(static_cast<std::uint32_t>(dimension), from.text());
    }
    if (from.broken()) break;
    if (!measure_names_.contains(identity.measure_name)) {
      from.fail();
      break;
    }
    std::vector<Dimension> set;
    for (const auto& [dimension, value] : identity.dimensions)
      set.push_back({dimensions_[dimension], value});
    const std::string key = set_key(set);
    const auto known = set_places_.find(key);
    const std::uint32_t place =
        known != set_places_.end() ? known->second : static_cast<std::uint32_t>(set_places_.size());
    add_series(std::move(identity), key, place);
  }
  if (from.broken()) return fail(ErrorKind::corrupt, "the schema of a table does not decode");
  return Unit{};
}

}  // namespace levada::timestream
