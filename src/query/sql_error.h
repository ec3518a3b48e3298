#pragma once
// SqlError: what a client of SQL is told when a statement fails, in PostgreSQL's terms.
// SqlResult<T> is what every function of query/, sql/ and streaming/ returns that may refuse.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/attempt.h"
#include "base/result.h"

namespace levada::query {

// The five characters of PostgreSQL's appendix A. Rooms add codes as they need them.
namespace sqlstate {
inline constexpr std::string_view feature_not_supported = "0A000";
inline constexpr std::string_view cardinality_violation = "21000";
inline constexpr std::string_view string_data_right_truncation = "22001";
inline constexpr std::string_view numeric_value_out_of_range = "22003";
inline constexpr std::string_view invalid_datetime_format = "22007";
inline constexpr std::string_view datetime_field_overflow = "22008";
inline constexpr std::string_view division_by_zero = "22012";
inline constexpr std::string_view invalid_parameter_value = "22023";
inline constexpr std::string_view invalid_regular_expression = "2201B";
inline constexpr std::string_view invalid_text_representation = "22P02";
inline constexpr std::string_view invalid_argument_for_logarithm = "2201E";
inline constexpr std::string_view invalid_argument_for_power = "2201F";
inline constexpr std::string_view array_subscript_error = "2202E";
inline constexpr std::string_view not_null_violation = "23502";
inline constexpr std::string_view unique_violation = "23505";
inline constexpr std::string_view check_violation = "23514";
inline constexpr std::string_view active_transaction = "25001";
inline constexpr std::string_view no_active_transaction = "25P01";
inline constexpr std::string_view in_failed_transaction = "25P02";
inline constexpr std::string_view invalid_statement_name = "26000";
inline constexpr std::string_view dependent_objects = "2BP01";
inline constexpr std::string_view invalid_cursor_name = "34000";
inline constexpr std::string_view invalid_catalog_name = "3D000";
inline constexpr std::string_view invalid_schema_name = "3F000";
inline constexpr std::string_view insufficient_privilege = "42501";
inline constexpr std::string_view syntax_error = "42601";
inline constexpr std::string_view duplicate_column = "42701";
inline constexpr std::string_view ambiguous_column = "42702";
inline constexpr std::string_view undefined_column = "42703";
inline constexpr std::string_view undefined_object = "42704";
inline constexpr std::string_view duplicate_object = "42710";
inline constexpr std::string_view duplicate_alias = "42712";
inline constexpr std::string_view ambiguous_function = "42725";
inline constexpr std::string_view grouping_error = "42803";
inline constexpr std::string_view datatype_mismatch = "42804";
inline constexpr std::string_view wrong_object_type = "42809";
inline constexpr std::string_view cannot_coerce = "42846";
inline constexpr std::string_view undefined_function = "42883";
inline constexpr std::string_view undefined_table = "42P01";
inline constexpr std::string_view undefined_parameter = "42P02";
inline constexpr std::string_view duplicate_cursor = "42P03";
inline constexpr std::string_view duplicate_schema = "42P06";
inline constexpr std::string_view duplicate_table = "42P07";
inline constexpr std::string_view invalid_column_reference = "42P10";
inline constexpr std::string_view indeterminate_datatype = "42P18";
inline constexpr std::string_view out_of_memory = "53200";
inline constexpr std::string_view program_limit_exceeded = "54000";
inline constexpr std::string_view object_not_in_prerequisite_state = "55000";
inline constexpr std::string_view query_canceled = "57014";
inline constexpr std::string_view cannot_connect_now = "57P03";
inline constexpr std::string_view io_error = "58030";
inline constexpr std::string_view internal_error = "XX000";
}  // namespace sqlstate

struct [[nodiscard]] SqlError {
  std::string sqlstate;  // five characters
  std::string message;
  std::string detail = {};
  std::string hint = {};
  std::uint32_t position = 0;  // in the statement's text, characters from 1; 0 = none
  std::string table = {};
  std::string column = {};
  std::string constraint = {};
};

template <class T>
using SqlResult = tl::expected<T, SqlError>;

inline tl::unexpected<SqlError> refuse(std::string_view sqlstate, std::string message) {
  SqlError error;
  error.sqlstate = sqlstate;
  error.message = std::move(message);
  return tl::unexpected<SqlError>(std::move(error));
}

}  // namespace levada::query
