#pragma once
// DataModel: how columns, of a CSV file, a record of a stream or a scheduled query's result, become
// dimensions, times and measures (spec timestream 2.2, 5.1), and RowMapper, which does it for
// texts. Types are spelt as the API spells them.

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "state/fields.h"
#include "timestream/write.h"

namespace levada::timestream {

struct DimensionMapping {
  std::string source, target;  // target empty: called like the column
  friend bool operator==(const DimensionMapping&, const DimensionMapping&) = default;
};

struct ColumnMapping {
  std::string source, target, type;  // type empty: DOUBLE
  friend bool operator==(const ColumnMapping&, const ColumnMapping&) = default;
};

struct MultiColumnMapping {
  std::string target;  // the measure name; empty: a column has it
  std::vector<ColumnMapping> attributes;
  friend bool operator==(const MultiColumnMapping&, const MultiColumnMapping&) = default;
};

struct MixedColumnMapping {
  std::string measure_name, source, target, type;
  std::vector<ColumnMapping> attributes;  // of MULTI
  friend bool operator==(const MixedColumnMapping&, const MixedColumnMapping&) = default;
};

struct DataModel {
  std::string time_column, time_unit;
  std::vector<DimensionMapping> dimensions;
  std::optional<MultiColumnMapping> multi;
  std::vector<MixedColumnMapping> mixed;
  std::string measure_name_column;
  friend bool operator==(const DataModel&, const DataModel&) = default;
};

// As fields of a definition. Field numbers are for ever.
void write(state::FieldWriter& to, const DataModel& model);
DataModel read_model(ByteView bytes);

// What can be said before there is a file. Errors: invalid, validation.
Result<Unit> check_model(const DataModel& model);

// Records that rows became, and the arrays they look into. They look into the rows too.
struct MappedRows {
  std::vector<RecordInput> records;
  std::vector<std::size_t> rows;  // by record: the number of its row
  std::deque<std::vector<DimensionInput>> dimensions;
  std::deque<std::vector<MeasureInput>> measures;
};

class RowMapper {
 public:
  // Everything outlives the mapper. Errors: invalid, when a column is missing.
  static Result<RowMapper> over(const DataModel& model, std::span<const std::string> header,
                                std::string_view null_value);

  // Adds the records of a row, or says why it has none.
  std::optional<std::string> map(std::size_t row, std::span<const std::string> fields,
                                 MappedRows& into) const;

 private:
  struct Attribute {
    std::size_t column;
    std::string_view name, type;
  };
  struct Measure {             // one record that a row may become
    std::string_view only_if;  // the measure name in the row's own column, if that chooses
    std::string_view name;     // empty: the row says it
    std::optional<Attribute> single;
    std::vector<Attribute> attributes;
  };
  RowMapper(const DataModel& model, std::string_view null_value)
      : model_(&model), null_value_(null_value) {}
  bool is_null(std::string_view text) const { return text.empty() || text == null_value_; }
  bool add(const Measure& measure, std::size_t row, std::span<const std::string> fields,
           std::span<const DimensionInput> dimensions, MappedRows& into) const;

  const DataModel* model_;
  std::string_view null_value_;
  std::size_t columns_ = 0, time_ = 0;
  std::optional<std::size_t> measure_name_;
  std::vector<std::pair<std::size_t, std::string_view>> dimensions_;
  std::vector<Measure> measures_;
};

}  // namespace levada::timestream
