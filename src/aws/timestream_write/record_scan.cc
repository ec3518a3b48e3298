#include "aws/timestream_write/record_scan.h"

#include <algorithm>
#include <utility>

#include "aws/timestream_write/shapes.h"
#include "aws/timestream_write/structures.h"
#include "aws/validate.h"
#include "wire/json_scan.h"

namespace levada::aws::timestream_write_api {
namespace {

using timestream::DimensionInput;
using timestream::MeasureInput;
using timestream::RecordInput;

// A longer list of measures is refused in any case, and the tables know how.
constexpr std::size_t measures_max = 100 * 256;

bool fits(const Shape& shape, std::string_view text) {
  if (!shape.values.empty()) return std::ranges::find(shape.values, text) != shape.values.end();
  if (text.empty()) return shape.min == no_min || shape.min <= 0;
  const auto size = static_cast<std::int64_t>(text.size());  // no fewer than its characters
  return size <= shape.max || static_cast<std::int64_t>(character_count(text)) <= shape.max;
}

// Every function returns whether the body is still of the usual shape; `holds` says the rest.
class Scanner {
 public:
  Scanner(std::string_view body, MutableByteView room, ScannedWrite& out)
      : scan_(body, room), out_(out) {}

  bool request() {
    scan_.skip_space();
    bool has_records = false;
    const bool usual = scan_.members([&](std::string_view name) {
      if (name == "Records") {
        if (std::exchange(has_records, true)) return false;
        return scan_.items([&] { return record(out_.records.emplace_back(), true); });
      }
      if (name == "CommonAttributes") {
        if (out_.common) return false;
        out_.common.emplace();
        return record(*out_.common, false);
      }
      if (name == "DatabaseName") return text(resource_name, out_.database);
      if (name == "TableName") return text(resource_name, out_.table);
      return false;
    });
    if (!usual || !scan_.at_end()) return false;
    hold(out_.database && out_.table);
    hold(!out_.records.empty() && static_cast<std::int64_t>(out_.records.size()) <= records.max);
    return true;
  }

  // When all arrays have grown to their end.
  void point_at_arrays() {
    const auto point = [this](RecordInput& record, const ScannedWrite::Extent& of) {
      record.dimensions =
          std::span(out_.dimensions)
              .subspan(of.dimensions_begin, of.dimensions_end - of.dimensions_begin);
      record.measures =
          std::span(out_.measures).subspan(of.measures_begin, of.measures_end - of.measures_begin);
    };
    for (std::size_t i = 0; i < out_.records.size(); ++i) point(out_.records[i], out_.extents[i]);
    if (out_.common) point(*out_.common, common_);
  }

 private:
  void hold(bool constraint) { out_.holds = out_.holds && constraint; }

  bool text(const Shape& shape, std::string_view& to) {
    if (!scan_.string(to)) return false;
    hold(fits(shape, to));
    return true;
  }
  bool text(const Shape& shape, std::optional<std::string_view>& to) {
    return !to && text(shape, to.emplace());
  }

  bool record(RecordInput& record, bool one_of_many) {
    ScannedWrite::Extent extent{};
    bool has_dimensions = false, has_measures = false;
    const bool usual = scan_.members([&](std::string_view name) {
      if (name == "Dimensions") {
        extent.dimensions_begin = out_.dimensions.size();
        if (std::exchange(has_dimensions, true) || !scan_.items([this] { return dimension(); }))
          return false;
        extent.dimensions_end = out_.dimensions.size();
        hold(static_cast<std::int64_t>(extent.dimensions_end - extent.dimensions_begin) <=
             dimensions.max);
        return true;
      }
      if (name == "MeasureValues") {
        extent.measures_begin = out_.measures.size();
        if (std::exchange(has_measures, true) || !scan_.items([this] { return measure(); }))
          return false;
        extent.measures_end = out_.measures.size();
        return true;
      }
      if (name == "MeasureName") return text(schema_name, record.measure_name);
      if (name == "MeasureValue") return text(string_value2048, record.measure_value);
      if (name == "MeasureValueType") return text(measure_value_type, record.measure_type);
      if (name == "Time") return text(string_value256, record.time);
      if (name == "TimeUnit") return text(time_unit, record.time_unit);
      if (name == "Version") return !record.version && scan_.whole(record.version.emplace());
      return false;
    });
    if (one_of_many)
      out_.extents.push_back(extent);
    else
      common_ = extent;
    return usual;
  }

  bool dimension() {
    DimensionInput& to = out_.dimensions.emplace_back();
    bool has_name = false, has_value = false;
    std::optional<std::string_view> type;
    const bool usual = scan_.members([&](std::string_view name) {
      if (name == "Name") return !std::exchange(has_name, true) && text(schema_name, to.name);
      if (name == "Value") return !std::exchange(has_value, true) && text(schema_name, to.value);
      if (name == "DimensionValueType") return text(dimension_value_type, type);
      return false;
    });
    hold(has_name && has_value);
    return usual;
  }

  bool measure() {
    if (out_.measures.size() == measures_max) return false;
    MeasureInput& to = out_.measures.emplace_back();
    bool has_name = false, has_value = false, has_type = false;
    const bool usual = scan_.members([&](std::string_view name) {
      if (name == "Name") return !std::exchange(has_name, true) && text(schema_name, to.name);
      if (name == "Value")
        return !std::exchange(has_value, true) && text(string_value2048, to.value);
      if (name == "Type")
        return !std::exchange(has_type, true) && text(measure_value_type, to.type);
      return false;
    });
    hold(has_name && has_value && has_type);
    return usual;
  }

  wire::JsonScan scan_;
  ScannedWrite& out_;
  ScannedWrite::Extent common_{};
};

void clear(ScannedWrite& write) {
  write.database.reset();
  write.table.reset();
  write.common.reset();
  write.holds = true;
  write.records.clear();
  write.extents.clear();
  write.dimensions.clear();
  write.measures.clear();
}

}  // namespace

bool scan_write_records(std::string_view body, MutableByteView room, ScannedWrite& out) {
  clear(out);
  Scanner scanner(body, room, out);
  if (!scanner.request()) return false;
  scanner.point_at_arrays();
  return true;
}

}  // namespace levada::aws::timestream_write_api
