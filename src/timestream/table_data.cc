#include "timestream/table_data.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>
#include <ctime>
#include <utility>

namespace levada::timestream {
namespace {

// Limits of a table (spec timestream 4.1).
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

// Equal for equal dimensions in the same order, and for nothing else.
void add_to_key(std::string& key, std::span<const Dimension> dimensions) {
  for (const Dimension& dimension : dimensions) {
    add_to_key(key, dimension.name);
    add_to_key(key, dimension.value);
  }
}

// Equal for equal sets of dimensions, and for nothing else.
std::string set_key(std::span<const Dimension> dimensions) {
  std::vector<Dimension> sorted(dimensions.begin(), dimensions.end());
  std::ranges::sort(sorted, {}, &Dimension::name);
  std::string key;
  add_to_key(key, sorted);
  return key;
}

std::uint64_t series_key(std::uint32_t set, const MeasureName& name) {
  return std::uint64_t{set} << 32 | name.number;
}

// How many entries set_places_ may have for each set beside its own.
constexpr std::size_t orders_max = 3;

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

bool TableData::familiar(const MeasureName& is, const Point& point, Familiar& before) const {
  const bool known = point.shape != 0 && before.shape == point.shape && before.is == &is &&
                     before.attributes == is.attributes.size();
  if (!known) before = {&is, point.shape, is.attributes.size(), has_all_measures_of(is, point)};
  return before.yes;
}

std::optional<std::uint32_t> TableData::find_set(std::span<const Dimension> dimensions) {
  given_.clear();
  add_to_key(given_, dimensions);
  const auto known = set_places_.find(given_);
  if (known != set_places_.end()) return known->second;
  if (std::ranges::is_sorted(dimensions, {}, &Dimension::name)) return std::nullopt;
  const auto other = set_places_.find(set_key(dimensions));
  if (other == set_places_.end()) return std::nullopt;
  if (set_places_.size() < std::size_t{sets_} * (1 + orders_max))
    set_places_.emplace(given_, other->second);
  return other->second;
}

std::vector<TableData::Located> TableData::locate(std::span<const ReadRecord> records) {
  std::vector<Located> all(records.size());
  std::span<const Dimension> last;  // records that share their dimensions share the way to them
  std::optional<std::uint32_t> set;
  const std::pair<const std::string, MeasureName>* name = nullptr;  // of the record before
  bool first = true;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Point* point = std::get_if<Point>(&records[i]);
    if (point == nullptr) continue;
    if (first || last.data() != point->dimensions.data() ||
        last.size() != point->dimensions.size()) {
      last = point->dimensions;
      set = find_set(last);
      first = false;
    }
    if (set && (name == nullptr || name->first != point->measure_name)) {
      const auto known = measure_names_.find(point->measure_name);
      name = known == measure_names_.end() ? nullptr : &*known;
    }
    if (set && name != nullptr) {
      const auto known = series_places_.find(series_key(*set, name->second));
      if (known != series_places_.end()) {
        all[i].series = known->second;
        continue;
      }
    }
    add_to_key(all[i].key, point->measure_name);
    all[i].key += set_key(last);
  }
  return all;
}

void TableData::Points::expect(std::size_t more) {
  taken_max_ += more;
  if (places_.size() >= 2 * taken_max_) return;
  std::vector<Place> larger(std::bit_ceil(2 * taken_max_));
  for (const Place& place : places_)
    if (place.point != nullptr) find(larger, place.series, place.time) = place;
  places_ = std::move(larger);
}

TableData::Points::Place& TableData::Points::find(std::vector<Place>& places, std::uint32_t series,
                                                  std::int64_t time) const {
  const std::uint64_t mixed =
      (static_cast<std::uint64_t>(time) ^ std::uint64_t{series} * 0x9e3779b97f4a7c15) *
      0xd6e8feb86659fd93;
  for (std::size_t at = mixed >> 32;; ++at) {
    Place& place = places[at & (places.size() - 1)];
    if (place.point == nullptr || (place.series == series && place.time == time)) return place;
  }
}

const Point*& TableData::Points::at(std::uint32_t series, std::int64_t time) {
  Place& place = find(places_, series, time);
  place.series = series;  // as it is, or of an empty one
  place.time = time;
  return place.point;
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
  batch.points.expect(records.size());
  Familiar before;
  for (std::uint32_t i = 0; i < records.size(); ++i) {
    auto& rejected = decided.answer.rejected;
    if (const auto* why = std::get_if<Rejection>(&records[i])) {
      rejected.push_back(*why);
      continue;
    }
    const Point& point = std::get<Point>(records[i]);
    const bool late = point.time < window.memory_from;
    if (point.time < window.accepted_from || point.time >= window.accepted_before) {
      rejected.push_back(
          {i, "The record timestamp is outside the time range [" +
                  iso_millis(window.accepted_from) + ", " + iso_millis(window.accepted_before) +
                  ") of the " +
                  (window.takes_late() ? "data ingestion window." : "memory store.")});
      continue;
    }
    const bool checked =
        !keyed && located[i].series && familiar(*series_[*located[i].series].is, point, before);
    if (!checked)
      if (auto reason = check_schema(table, point, batch)) {
        rejected.push_back({i, std::move(*reason)});
        continue;
      }
    const std::uint32_t series =
        located[i].series
            ? *located[i].series
            : batch.fresh_series
                  .try_emplace(located[i].key, static_cast<std::uint32_t>(
                                                   series_.size() + batch.fresh_series.size()))
                  .first->second;
    const Point*& earlier = batch.points.at(series, point.time);
    std::optional<std::int64_t> version;
    bool same = false;
    if (earlier != nullptr) {
      version = earlier->version;
      same = std::ranges::equal(earlier->measures, point.measures);
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
    earlier = &point;
  }
  return decided;
}

std::uint32_t TableData::find_or_add_set(const std::string& key) {
  const auto [at, fresh] = set_places_.try_emplace(key, sets_);
  if (fresh) ++sets_;
  return at->second;
}

// The identity is whole but for what the table knows of it.
void TableData::add_series(SeriesIdentity identity, std::uint32_t set) {
  const auto number = static_cast<std::uint32_t>(series_.size());
  identity.set = set;
  identity.is = &measure_names_.at(identity.measure_name);
  identity.is->series.push_back(number);
  series_places_.emplace(series_key(set, *identity.is), number);
  postings_.resize(dimensions_.size());
  for (const auto& [dimension, value] : identity.dimensions)
    postings_[dimension][value].push_back(number);
  series_.push_back(std::move(identity));
}

std::span<const std::uint32_t> TableData::series_with(std::uint32_t dimension,
                                                      std::string_view value) const {
  if (dimension >= postings_.size()) return {};
  const auto at = postings_[dimension].find(value);
  return at == postings_[dimension].end() ? std::span<const std::uint32_t>() : at->second;
}

std::span<const std::uint32_t> TableData::series_of_measure(std::string_view name) const {
  const auto at = measure_names_.find(name);
  return at == measure_names_.end() ? std::span<const std::uint32_t>() : at->second.series;
}

std::uint32_t TableData::find_or_add_series(const Point& point) {
  const std::uint32_t set = find_or_add_set(set_key(point.dimensions));
  if (const auto name = measure_names_.find(point.measure_name); name != measure_names_.end()) {
    const auto there = series_places_.find(series_key(set, name->second));
    if (there != series_places_.end()) return there->second;
  }

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
  measure_names_.try_emplace(
      identity.measure_name,
      MeasureName{.number = static_cast<std::uint32_t>(measure_names_.size()),
                  .multi = point.multi});
  add_series(std::move(identity), set);
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

void TableData::apply(const Point& point, std::optional<std::uint32_t> number, Familiar& before) {
  if (!number) number = find_or_add_series(point);
  MeasureName& is = *series_[*number].is;
  Memtable& store = *active_;
  const std::size_t texts_before = store.texts.bytes();
  const auto [at, fresh] = store.series.try_emplace(*number);
  if (fresh) store.bytes += series_bytes;
  Series& series = at->second;
  const bool known = familiar(is, point, before);
  scratch_.clear();
  for (std::size_t i = 0; i < point.measures.size(); ++i) {
    const Measure& measure = point.measures[i];
    const std::uint32_t attribute =
        known ? is.attributes[i] : find_or_add_attribute(measure, point.multi);
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
  if (known) return;
  for (const StoredMeasure& measure : scratch_)
    if (std::ranges::find(is.attributes, measure.attribute) == is.attributes.end())
      is.attributes.push_back(measure.attribute);
}

std::optional<TableData::Newest> TableData::newest(std::uint32_t number) const {
  std::optional<Newest> best;
  for (const Memtable* store : {active_.get(), frozen_.get()}) {  // versions of the first are newer
    if (store == nullptr) continue;
    const auto at = store->series.find(number);
    if (at == store->series.end() || at->second.size() == 0) continue;
    const std::int64_t time = at->second.times().back();
    if (!best || time > best->time)
      best = Newest{.time = time, .row_of = &at->second, .texts = &store->texts};
  }
  const std::int64_t stored_to = series_[number].stored_to;
  if (best && best->time >= stored_to) return best;
  const LastPoint* stored = last_points_.find(number);
  if (stored == nullptr) return std::nullopt;
  CHECK(stored->time == stored_to, "what is remembered is the last point of all segments");
  return Newest{.time = stored->time, .stored = stored};
}

void TableData::remember(std::uint32_t number, const Series& found, std::size_t place) const {
  if (found.times()[place] != series_[number].stored_to) return;
  LastPoint point{found.times()[place], found.version(place)};
  for (const StoredMeasure& measure : found.measures(place))
    if (attributes_[measure.attribute].type != MeasureType::varchar)
      point.measures.push_back(measure);
  last_points_.put(number, std::move(point));
}

void TableData::expire(std::int64_t before) {
  last_points_.expire(before);
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
  if (!frozen) return;
  for (const auto& [number, series] : frozen_->series)
    if (series.size() > 0) remember(number, series, series.size() - 1);
  frozen_.reset();
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
    const auto number = static_cast<std::uint32_t>(measure_names_.size());
    MeasureName& is = measure_names_[from.text()];
    is.number = number;
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
    const std::uint32_t place = find_or_add_set(set_key(set));
    add_series(std::move(identity), place);
  }
  if (from.broken()) return fail(ErrorKind::corrupt, "the schema of a table does not decode");
  return Unit{};
}

}  // namespace levada::timestream
