// Whatever the text, it is statements or an error that points into it.

#include "base/check.h"
#include "sql/parser.h"

using namespace levada;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto parsed = sql::parse(text);
  if (!parsed) {
    CHECK(parsed.error().position <= size + 1);
    return 0;
  }
  for (const sql::Statement& statement : *parsed)
    CHECK(statement.begin <= statement.end && statement.end <= size);
  return 0;
}
