#pragma once
// RisingWave's rw_int256: 32 bytes, two's complement, little endian. Stored, compared, read,
// written; its functions are in int256_functions.cc.

#include <string>
#include <string_view>

#include "query/functions.h"
#include "query/value.h"

namespace levada::query {

inline constexpr std::size_t int256_bytes = 32;

bool parse_int256(std::string_view text, char (&bytes)[int256_bytes]);  // false: not one
void append_int256(const char* bytes, std::string& out);

std::span<const Function> int256_functions();
std::span<const AggregateFunction> int256_aggregates();

inline Datum int256_datum(const char* bytes) {
  Datum datum;
  datum.bytes = bytes;
  datum.size = 32;
  datum.form = Form::int256;
  return datum;
}

}  // namespace levada::query
