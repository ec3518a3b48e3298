#pragma once
// How many columns of a terminal a text takes, counted as the AWS CLI's tables do: characters that
// Unicode calls wide, full-width or ambiguous take two.

#include <string_view>

namespace levada::cli {

std::size_t column_count(std::string_view text);

}  // namespace levada::cli
