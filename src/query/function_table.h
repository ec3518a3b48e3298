#pragma once
// The parts of the function table, a file each. functions.cc puts them together.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "query/evaluation.h"
#include "query/functions.h"

namespace levada::query {

std::span<const Function> arithmetic_functions();
std::span<const Function> comparison_functions();
std::span<const Function> mathematical_functions();
std::span<const Function> text_functions();
std::span<const Function> encoding_functions();
std::span<const Function> pattern_functions();
std::span<const Function> time_functions();
std::span<const Function> list_functions();
std::span<const Function> json_functions();
std::span<const Function> json_edit_functions();
std::span<const Function> json_path_functions();
std::span<const Function> binary_functions();
std::span<const Function> map_functions();
std::span<const Function> vector_functions();
std::span<const Function> size_functions();
std::span<const Function> number_functions();
std::span<const Function> interval_functions();
std::span<const Function> system_functions();
std::span<const Function> identifier_functions();
std::span<const AggregateFunction> aggregate_functions();
std::span<const AggregateFunction> collecting_aggregates();
std::span<const AggregateFunction> sketch_aggregates();
std::span<const AggregateFunction> regression_aggregates();
std::span<const TableFunction> table_functions();
std::span<const TableFunction> json_edit_table_functions();
std::span<const TableFunction> json_path_table_functions();

inline constexpr std::uint32_t result_list = 1u << 31;
constexpr std::uint32_t list_argument(unsigned index) { return 1u << index; }

std::string hex(std::string_view bytes);  // two digits a byte (encoding_functions.cc)

// Whether the pattern is found in the text; nullopt: it is none (pattern_functions.cc).
std::optional<bool> regexp_test(std::string_view text, std::string_view pattern,
                                std::string_view flags);
// Every match of text, pattern [, flags] (pattern_functions.cc): the list of its groups.
void regexp_matches(Evaluation& evaluation, const CallSite& site, std::span<const Datum> arguments,
                    std::vector<Datum>& out);

inline Datum out_of_range(Evaluation& evaluation, std::string_view type) {
  return evaluation.fail(sqlstate::numeric_value_out_of_range, std::string(type) + " out of range");
}

}  // namespace levada::query
