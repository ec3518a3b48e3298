#pragma once
// OwnSource: the reader that a view or sink has of a source without stored rows. Each begins where
// the source's startup position says, so that whoever is made later misses nothing; its positions
// are kept in a hidden source beside its reader.

#include <memory>
#include <vector>

#include "streaming/objects.h"

namespace levada::streaming {

struct OwnSources {
  query::Plan plan;  // over the hidden sources
  std::vector<std::unique_ptr<Object>> sources;
};

OwnSources with_own_sources(const Catalog& catalog, const query::Plan& plan, RelationId reader);

// Whether a relation's rows are nowhere but in its stream.
bool is_stream(const Catalog& catalog, const Relation& relation);

}  // namespace levada::streaming
