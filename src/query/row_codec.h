#pragma once
// Rows as bytes, for the journal and checkpoints: a count, then each datum as its form and payload
// (docs/formats/sql_journal.md). Needs no types. Reading checks every length.

#include <optional>
#include <string>
#include <string_view>

#include "query/value.h"

namespace levada::query {

void append_row(std::span<const Datum> row, std::string& out);
// Takes a row off the front of `in`; nullopt: these are not a row's bytes.
std::optional<Row> take_row(std::string_view& in);

void append_varint(std::uint64_t value, std::string& out);
std::optional<std::uint64_t> take_varint(std::string_view& in);
void append_text(std::string_view text, std::string& out);
std::optional<std::string_view> take_text(std::string_view& in);

}  // namespace levada::query
