#pragma once
// shown_text: the statement that made an object, as anybody may see it: in one spelling, and with
// stars where it names a secret.

#include <string>

#include "streaming/objects.h"

namespace levada::streaming {

std::string shown_text(const Object& object);

}  // namespace levada::streaming
