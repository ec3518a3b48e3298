// Whatever a command line holds: the shorthand and JSON readers answer with a value or a complaint.

#include "cli/json_text.h"
#include "cli/shorthand.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto value = levada::cli::read_shorthand(text)) levada::cli::compact_json(*value);
  const auto json = levada::cli::read_json(text);
  if (!json) return 0;
  // What was read is written so that it reads as the same.
  const auto again = levada::cli::read_json(levada::cli::compact_json(*json));
  if (!again) __builtin_trap();
  return 0;
}
