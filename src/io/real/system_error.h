#pragma once
// What the operating system said, as an Error: kind by errno, text with the deed and its object.

#include <string_view>

#include "base/result.h"

namespace levada::io {

// `number` is an errno, positive. "write /data/journal: No space left on device"
unexpected<Error> system_error(int number, std::string_view deed, std::string_view object);

}  // namespace levada::io
