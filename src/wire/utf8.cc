#include "wire/utf8.h"

#include <simdjson.h>

#include "wire/character_scan.h"

namespace levada::wire {

// simdjson picks its kernel for this machine at run time (13 GB/s and more with AVX2). To get there
// takes longer than to see that a key or a name is plain ASCII, as most are.
bool is_valid_utf8(std::string_view text) {
  constexpr std::size_t short_max = 64;
  const char* const end = text.data() + text.size();
  if (text.size() <= short_max && scan_until<LongCharacterStop>(text.data(), end) == end)
    return true;
  return simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace levada::wire
