// Rows from any bytes: never more than an answer, and what is read is written back alike.

#include "query/row_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view in(reinterpret_cast<const char*>(data), size);
  const auto row = levada::query::take_row(in);
  if (!row) return 0;
  std::string bytes;
  levada::query::append_row(row->span(), bytes);
  std::string_view again = bytes;
  const auto second = levada::query::take_row(again);
  CHECK(second && levada::query::same_bytes(row->span(), second->span()));
  return 0;
}
