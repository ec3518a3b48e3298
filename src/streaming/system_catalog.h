#pragma once
// pg_catalog, information_schema, rw_catalog and levada.*: relations whose rows are made from the
// catalog when they are read. Tools look here before they say anything else.

#include "streaming/engine.h"

namespace levada::streaming {

void add_system_catalogs(Engine& engine);

}  // namespace levada::streaming
