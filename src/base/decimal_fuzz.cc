// Any text is a number or is refused; what is a number prints as the same text without leading
// zeros.
#include "base/check.h"
#include "base/uint128.h"
#include "base/uint192.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace levada;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t first = text.find_first_not_of('0');
  const std::string_view plain = first == text.npos ? "0" : text.substr(first);
  const bool digits = size > 0 && text.find_first_not_of("0123456789") == text.npos;
  if (const auto number = parse_uint192(text))
    CHECK(decimal_string(*number) == plain);
  else
    CHECK(!digits || plain.size() >= uint192_digits_max);
  if (const auto number = parse_uint128(text))
    CHECK(decimal_string(*number) == plain);
  else
    CHECK(!digits || plain.size() >= uint128_digits_max);
  return 0;
}
