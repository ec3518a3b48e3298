#pragma once
// Downstream: what a change of some relations reaches in the end: through views, through sinks INTO
// tables, and through sinks into streams that sources of this catalog read again.

#include <set>

#include "streaming/objects.h"

namespace levada::streaming {

// The relations themselves and everything that follows them.
std::set<RelationId> downstream(const Catalog& catalog, std::set<RelationId> from);

// The sources that read what a sink with these options writes.
std::set<RelationId> sources_behind(
    const Catalog& catalog, const std::vector<std::pair<std::string, std::string>>& sink_options);

}  // namespace levada::streaming
