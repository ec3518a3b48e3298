#pragma once
// Conditions that compare a column of numbers with a constant are decided on columns as they lie:
// of whole blocks by what they lie between, of rows without making rows of them. The answers are
// those of the expression (compiler.cc).

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "timestream/block_codec.h"
#include "timestream/sql/type.h"

namespace levada::timestream::sql {

struct ColumnBound {
  enum class Sign : std::uint8_t { below, at_most, at, not_at, at_least, above };
  std::uint32_t attribute;
  Sign sign;
  bool whole;  // both are whole numbers
  std::int64_t number;
  double real;
};

// "<" and so on; `swapped`: the column stands on the right.
std::optional<ColumnBound::Sign> bound_sign(std::string_view sign, bool swapped);

// Whether no row of a block can be within.
bool excludes(const ColumnBound& bound, std::span<const Zone> zones);

// Rows, ascending, that are within stay. `real`: the column has doubles.
void keep_rows_within(const ColumnBound& bound, const Series& series, bool real,
                      std::vector<std::uint32_t>& rows);

}  // namespace levada::timestream::sql
