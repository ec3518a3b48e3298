#pragma once
// WriteRecords: from the request to points. Says what a request means; what becomes of its points
// is the table's affair (spec timestream 4.1).

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "timestream/definition.h"
#include "timestream/point.h"

namespace levada::timestream {

// Of a record, and of a table (spec timestream 4.1).
inline constexpr std::size_t dimensions_max = 128;

struct DimensionInput {
  std::string_view name, value;
};
struct MeasureInput {
  std::string_view name, value, type;
};

struct RecordInput {  // views into the request; absent members are empty
  std::span<const DimensionInput> dimensions;
  std::span<const MeasureInput> measures;
  std::optional<std::string_view> measure_name, measure_value, measure_type, time, time_unit;
  std::optional<std::int64_t> version;
};

struct Rejection {
  std::uint32_t record = 0;
  std::string reason;
  std::optional<std::int64_t> existing_version = {};
};

// What became of one record when it was read: a point, or why it can be none.
using ReadRecord = std::variant<Point, Rejection>;

// The records of a request. Points look at the arrays here and into the request, which must outlive
// them. Only moved: a copy's points would look at the original.
struct ReadRecords {
  ReadRecords() = default;
  ReadRecords(ReadRecords&&) = default;
  ReadRecords& operator=(ReadRecords&&) = default;

  std::vector<ReadRecord> all;
  std::vector<Dimension> dimensions;
  std::vector<Measure> measures;
};

// Errors: validation, which refuses the whole request.
Result<ReadRecords> read_records(const RecordInput& common, std::span<const RecordInput> records);

struct WriteAnswer {
  std::uint32_t memory = 0, magnetic = 0;
  std::vector<Rejection> rejected;  // by record
};

}  // namespace levada::timestream
