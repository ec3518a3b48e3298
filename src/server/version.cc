#include "server/version.h"

namespace levada::server {

std::string_view version() { return LEVADA_VERSION; }

}  // namespace levada::server
