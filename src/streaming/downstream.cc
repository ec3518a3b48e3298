#include "streaming/downstream.h"

#include <algorithm>
#include <array>

namespace levada::streaming {

namespace {

using Options = std::vector<std::pair<std::string, std::string>>;

// The connector, the stream and the endpoint, by either of their names.
std::array<std::string, 3> destination(const Options& options) {
  std::array<std::string, 3> place;
  for (const auto& [name, value] : options) {
    if (name == "connector") place[0] = value;
    if (name == "stream" || name == "kinesis.stream.name") place[1] = value;
    if (name == "endpoint" || name == "kinesis.endpoint") place[2] = value;
  }
  return place;
}

}  // namespace

std::set<RelationId> sources_behind(const Catalog& catalog, const Options& sink_options) {
  std::set<RelationId> sources;
  const auto written = destination(sink_options);
  for (const auto& [id, object] : catalog.objects())
    if (object->source != nullptr && destination(object->source->definition.options) == written)
      sources.insert(RelationId(id));
  return sources;
}

std::set<RelationId> downstream(const Catalog& catalog, std::set<RelationId> from) {
  for (bool grows = true; grows;) {
    const std::size_t before = from.size();
    for (const auto& [id, object] : catalog.objects()) {
      const auto& reads = object->reads;
      if (std::none_of(reads.begin(), reads.end(),
                       [&](RelationId read) { return from.contains(read); }))
        continue;
      from.insert(RelationId(id));
      if (object->into != nullptr) from.insert(object->into->target);
      if (object->sink != nullptr)
        from.merge(sources_behind(catalog, object->sink->definition.options));
    }
    grows = from.size() > before;
  }
  return from;
}

}  // namespace levada::streaming
