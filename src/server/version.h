#pragma once
// Which Levada this is.

#include <string_view>

namespace levada::server {

std::string_view version();  // "0.1.0"

}  // namespace levada::server
