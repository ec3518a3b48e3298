#include "wire/utf8.h"

#include <simdjson.h>

namespace levada::wire {

// simdjson picks its kernel for this machine at run time (13 GB/s and more with AVX2).
bool is_valid_utf8(std::string_view text) {
  return text.empty() || simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace levada::wire
