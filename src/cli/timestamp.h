#pragma once
// Times as the AWS CLI takes and prints them: ISO 8601 and its looser relatives or seconds since
// 1970 in, ISO 8601 with the local offset out.

#include <cstdint>
#include <optional>
#include <string>

#include "cli/document.h"

namespace levada::cli {

struct Timestamp {
  std::int64_t seconds = 0;  // since 1970, rounded down
  std::int32_t micros = 0;
};

// A number or the text of one, or a date with an optional time and an optional offset (UTC without
// it). Nothing when it is none of these.
std::optional<Timestamp> read_timestamp(const Document& value);

// 2023-01-02T03:04:05.123000+01:00, in the local zone.
std::string iso_timestamp(Timestamp time);

}  // namespace levada::cli
