#include "timestream/write.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/ascii.h"
#include "timestream/refusal.h"

namespace levada::timestream {
namespace {

// Limits of a record (spec timestream 4.1, "Quotas" of the developer guide).
constexpr std::size_t measures_max = 256;
constexpr std::size_t dimension_name_max = 60;
constexpr std::size_t measure_name_max = 256;
constexpr std::size_t measure_value_max = 2048;
constexpr std::size_t series_max = 2048;  // names and values of all dimensions

bool reserved(std::string_view name) {
  return name == "time" || name == "measure_value" || name == "ts_non_existent_col" ||
         name.starts_with("ts_") || name.starts_with("measure_name") ||
         name.starts_with("measure_value");
}

std::optional<std::int64_t> integer_of(std::string_view text) {
  std::int64_t number = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::int64_t nanos_per(std::string_view unit) {
  if (unit == "SECONDS") return 1'000'000'000;
  if (unit == "MICROSECONDS") return 1'000;
  if (unit == "NANOSECONDS") return 1;
  return 1'000'000;
}

std::optional<std::int64_t> nanos_of(std::string_view text, std::int64_t unit) {
  const auto number = integer_of(text);
  std::int64_t nanos = 0;
  if (!number || __builtin_mul_overflow(*number, unit, &nanos)) return std::nullopt;
  return nanos;
}

std::optional<MeasureType> type_of(std::string_view name) {
  if (name == "DOUBLE") return MeasureType::real;
  if (name == "BIGINT") return MeasureType::bigint;
  if (name == "VARCHAR") return MeasureType::varchar;
  if (name == "BOOLEAN") return MeasureType::boolean;
  if (name == "TIMESTAMP") return MeasureType::timestamp;
  return std::nullopt;
}

// The value in `into`, or why the text is none.
std::optional<std::string> read_value(std::string_view text, std::int64_t unit, Measure& into) {
  const auto no = [&] {
    return "The measure value '" + std::string(text.substr(0, 64)) + "' of " +
           std::string(into.name) + " is not a valid " + std::string(name_of(into.type)) + ".";
  };
  if (text.size() > measure_value_max)
    return "The measure value of " + std::string(into.name) + " is longer than 2048 bytes.";
  switch (into.type) {
    case MeasureType::real: {
      double number = 0;
      if (text.starts_with('+')) text.remove_prefix(1);
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
        return no();
      if (number == 0) number = 0;
      static_assert(sizeof number == sizeof into.bits);
      __builtin_memcpy(&into.bits, &number, sizeof number);
      return std::nullopt;
    }
    case MeasureType::bigint: {
      const auto number = integer_of(text);
      if (!number) return no();
      into.bits = *number;
      return std::nullopt;
    }
    case MeasureType::boolean:
      if (!same_word(text, "true") && !same_word(text, "false")) return no();
      into.bits = same_word(text, "true") ? 1 : 0;
      return std::nullopt;
    case MeasureType::timestamp: {
      const auto nanos = nanos_of(text, unit);
      if (!nanos) return no();
      into.bits = *nanos;
      return std::nullopt;
    }
    case MeasureType::varchar:
      into.text = text;
      return std::nullopt;
  }
  return std::nullopt;
}

// What a single measure is called.
std::string_view single_name(MeasureType type) {
  constexpr std::string_view names[] = {"measure_value::double", "measure_value::bigint",
                                        "measure_value::varchar", "measure_value::boolean",
                                        "measure_value::timestamp"};
  return names[static_cast<std::size_t>(type)];
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

bool same_names(std::span<const Dimension> a, std::span<const Dimension> b) {
  return std::ranges::equal(a, b, {}, &Dimension::name, &Dimension::name);
}

// Records of a request mostly look like the one before: what was found out about names is kept.
struct Before {
  std::span<const Dimension> dimensions;  // whose names are in order
  // Measures of a MULTI record as the request has them, and where each lies by name.
  std::vector<MeasureInput> measures = {};
  std::vector<std::uint32_t> places = {};
  std::vector<MeasureType> types = {};
  std::uint32_t shape = single_shapes;

  // Those of single measures are told by their types.
  static constexpr std::uint32_t single_shapes = 8;
};

// One record on its way to a point; every step may end it. Dimensions and measures go to the end of
// the arrays of `into`, which have room for all.
struct RequestReader {
  const RecordInput& common;
  const RecordInput& record;
  ReadRecords& into;
  Before& before;
  Point point = {};
  bool names_as_before = false, measures_as_before = false;

  template <class Member>
  auto either(Member member) const {
    return record.*member ? record.*member : common.*member;
  }

  // Records that have only the common dimensions share them.
  Result<Unit> read_dimensions(std::span<const Dimension> shared) {
    if (record.dimensions.empty() && !shared.empty()) {
      point.dimensions = shared;
      names_as_before = shared.data() == before.dimensions.data();
      return Unit{};
    }
    const std::size_t begin = into.dimensions.size();
    for (const RecordInput* part : {&common, &record})
      for (const auto& [name, value] : part->dimensions) into.dimensions.push_back({name, value});
    point.dimensions = std::span(into.dimensions).subspan(begin);
    names_as_before = same_names(point.dimensions, before.dimensions);
    if (names_as_before) return Unit{};
    for (std::size_t i = 1; i < point.dimensions.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (point.dimensions[k].name == point.dimensions[i].name)
          return refuse(Refusal::validation, "A record may not have two dimensions named " +
                                                 quoted(point.dimensions[i].name) + ".");
    return Unit{};
  }

  // What refuses the whole request.
  Result<Unit> read_frame() {
    point.version = either(&RecordInput::version).value_or(1);
    if (point.version < 1)
      return refuse(Refusal::validation, "The version of a record must be 1 or greater.");
    const auto time = either(&RecordInput::time);
    const auto nanos =
        nanos_of(time.value_or(""), nanos_per(either(&RecordInput::time_unit).value_or("")));
    if (!nanos || *nanos < 0) return refuse(Refusal::validation, "Invalid time for record.");
    point.time = *nanos;
    const auto name = either(&RecordInput::measure_name);
    if (!name) return refuse(Refusal::validation, "A record must have a measure name.");
    point.measure_name = *name;
    point.multi = either(&RecordInput::measure_type).value_or("") == "MULTI";
    if (point.multi && either(&RecordInput::measure_value))
      return refuse(Refusal::validation, "A MULTI record has no MeasureValue, but MeasureValues.");
    if (point.multi && record.measures.empty() && common.measures.empty())
      return refuse(Refusal::validation, "A MULTI record must have MeasureValues.");
    if (!point.multi && !(record.measures.empty() && common.measures.empty()))
      return refuse(Refusal::validation,
                    "MeasureValues are only for records whose MeasureValueType is MULTI.");
    if (!point.multi && !either(&RecordInput::measure_value))
      return refuse(Refusal::validation, "A record must have a measure value.");
    measures_as_before = looks_as_before();
    if (measures_as_before) return Unit{};
    for (const RecordInput* part : {&common, &record})
      for (const auto& measure : part->measures)
        if (measure.type == "MULTI")
          return refuse(Refusal::validation, "A measure of a MULTI record cannot be MULTI itself.");
    return Unit{};
  }

  // Whether its measures have the names and types of the record before, in the same order.
  bool looks_as_before() const {
    const auto alike = [](const MeasureInput& a, const MeasureInput& b) {
      return a.name == b.name && a.type == b.type;
    };
    const std::span all(before.measures);
    return !all.empty() && all.size() == common.measures.size() + record.measures.size() &&
           std::ranges::equal(common.measures, all.first(common.measures.size()), alike) &&
           std::ranges::equal(record.measures, all.subspan(common.measures.size()), alike);
  }

  // What rejects this record alone.
  std::optional<std::string> check_names() const {
    if (point.dimensions.size() > dimensions_max)
      return "A record may have at most 128 dimensions.";
    std::size_t series = 0;
    for (const Dimension& dimension : point.dimensions) {
      series += dimension.name.size() + dimension.value.size();
      if (names_as_before) continue;
      if (dimension.name.size() > dimension_name_max)
        return "The dimension name " + quoted(dimension.name) + " is longer than 60 bytes.";
      if (reserved(dimension.name))
        return "The dimension name " + quoted(dimension.name) + " is reserved.";
    }
    if (!names_as_before) before.dimensions = point.dimensions;
    if (series > series_max)
      return "Names and values of the dimensions are together longer than 2048 bytes.";
    if (point.measure_name.size() > measure_name_max)
      return "The measure name is longer than 256 bytes.";
    return std::nullopt;
  }

  std::optional<std::string> read_measures() {
    const std::size_t begin = into.measures.size();
    const std::int64_t unit = nanos_per(either(&RecordInput::time_unit).value_or(""));
    if (!point.multi) {
      Measure& measure = into.measures.emplace_back();
      measure.type = type_of(either(&RecordInput::measure_type).value_or("DOUBLE"))
                         .value_or(MeasureType::real);
      measure.name = single_name(measure.type);
      point.measures = std::span(into.measures).subspan(begin);
      point.shape = 1 + static_cast<std::uint32_t>(measure.type);
      return read_value(*either(&RecordInput::measure_value), unit, measure);
    }
    if (measures_as_before) return read_alike(begin, unit);
    for (const RecordInput* part : {&common, &record})
      for (const auto& from : part->measures) {
        Measure& measure = into.measures.emplace_back();
        measure.name = from.name;
        measure.type = type_of(from.type).value_or(MeasureType::real);
        if (measure.name.size() > measure_name_max)
          return "The measure name " + quoted(measure.name) + " is longer than 256 bytes.";
        if (reserved(measure.name))
          return "The measure name " + quoted(measure.name) + " is reserved.";
        if (auto reason = read_value(from.value, unit, measure)) return reason;
      }
    const std::span<Measure> own = std::span(into.measures).subspan(begin);
    if (own.size() > measures_max) return "A MULTI record may have at most 256 measures.";
    if (!std::ranges::is_sorted(own, {}, &Measure::name))
      std::ranges::sort(own, {}, &Measure::name);
    const auto same = std::ranges::adjacent_find(own, {}, &Measure::name);
    if (same != own.end()) return "The record has two measures named " + quoted(same->name) + ".";
    point.measures = own;
    remember();
    return std::nullopt;
  }

  std::optional<std::string> read_alike(std::size_t begin, std::int64_t unit) {
    into.measures.resize(begin + before.measures.size());
    const std::span<Measure> own = std::span(into.measures).subspan(begin);
    std::size_t i = 0;
    for (const RecordInput* part : {&common, &record})
      for (const auto& from : part->measures) {
        Measure& measure = own[before.places[i]];
        measure.name = from.name;
        measure.type = before.types[i++];
        if (auto reason = read_value(from.value, unit, measure)) return reason;
      }
    point.measures = own;
    point.shape = before.shape;
    return std::nullopt;
  }

  void remember() {
    before.measures.assign(common.measures.begin(), common.measures.end());
    before.measures.insert(before.measures.end(), record.measures.begin(), record.measures.end());
    before.places.clear();
    before.types.clear();
    for (const MeasureInput& measure : before.measures) {
      const auto at = std::ranges::lower_bound(point.measures, measure.name, {}, &Measure::name);
      before.places.push_back(static_cast<std::uint32_t>(at - point.measures.begin()));
      before.types.push_back(at->type);
    }
    point.shape = ++before.shape;
  }
};

}  // namespace

std::string_view name_of(MeasureType type) {
  constexpr std::string_view names[] = {"double", "bigint", "varchar", "boolean", "timestamp"};
  return names[static_cast<std::size_t>(type)];
}

Result<ReadRecords> read_records(const RecordInput& common, std::span<const RecordInput> records) {
  ReadRecords read;
  std::size_t dimensions = common.dimensions.size(), measures = 0;
  for (const RecordInput& record : records) {
    if (!record.dimensions.empty()) dimensions += common.dimensions.size();
    dimensions += record.dimensions.size();
    measures += std::max<std::size_t>(1, common.measures.size() + record.measures.size());
  }
  // Points look at these arrays, which therefore never move.
  read.dimensions.reserve(dimensions);
  read.measures.reserve(measures);
  read.all.reserve(records.size());
  std::span<const Dimension> shared;
  Before before;
  for (std::uint32_t i = 0; i < records.size(); ++i) {
    RequestReader reader{common, records[i], read, before};
    TRY(reader.read_dimensions(shared));
    if (records[i].dimensions.empty()) shared = reader.point.dimensions;
    TRY(reader.read_frame());
    std::optional<std::string> reason = reader.check_names();
    if (!reason) reason = reader.read_measures();
    if (reason)
      read.all.emplace_back(Rejection{i, std::move(*reason)});
    else
      read.all.emplace_back(reader.point);
  }
  return read;
}

}  // namespace levada::timestream
