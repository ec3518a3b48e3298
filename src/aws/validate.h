#pragma once
// The constraints of the tables, checked against a decoded input: all that fail, in one message of
// AWS's words and order, at most ten (spec kinesis 6.2).

#include <optional>
#include <string>

#include "aws/schema.h"
#include "wire/value.h"

namespace levada::aws {

inline constexpr std::size_t validation_errors_max = 10;

// The message of the ValidationException; nothing when the input is fine. `input` comes from decode
// with the same shape.
std::optional<std::string> validate(const Service& service, const Shape& structure,
                                    const wire::Value& input);

// The text of a message with one entry, for constraints that no table can state.
std::string validation_error(std::string_view entry);

// Unicode characters of valid UTF-8.
std::size_t character_count(std::string_view text);

}  // namespace levada::aws
