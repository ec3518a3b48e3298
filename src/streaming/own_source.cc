#include "streaming/own_source.h"

#include <map>

#include "query/rewrite.h"

namespace levada::streaming {

namespace {

using query::Plan;

using Replaced = std::map<RelationId, std::shared_ptr<const Relation>>;

Plan replaced(const Plan& plan, const Replaced& relations,
              std::map<const query::PlanNode*, Plan>& done) {
  if (const auto found = done.find(plan.get()); found != done.end()) return found->second;
  Plan result = plan;
  if (const auto* scan = std::get_if<query::Scan>(&plan->node)) {
    const auto found = relations.find(scan->relation->id);
    if (found != relations.end()) result = query::scan(found->second);
  } else if (auto inputs = query::inputs(*plan); !inputs.empty()) {
    for (Plan& input : inputs) input = replaced(input, relations, done);
    result = query::with_plan_inputs(plan, std::move(inputs));
    if (const auto* emit = std::get_if<query::EmitOnClose>(&result->node)) {
      query::Watermark watermark = emit->watermark;
      for (query::Watermark::Bound& bound : watermark.bounds)
        if (const auto found = relations.find(bound.relation); found != relations.end())
          bound.relation = found->second->id;
      result = query::emit_on_close(emit->input, std::move(watermark));
    }
  }
  done.emplace(plan.get(), result);
  return result;
}

}  // namespace

bool is_stream(const Catalog& catalog, const Relation& relation) {
  if (relation.kind != RelationKind::source) return false;
  const Object* object = catalog.find(relation.id);
  return object != nullptr && object->source != nullptr && object->rows == nullptr;
}

OwnSources with_own_sources(const Catalog& catalog, const Plan& plan, RelationId reader) {
  OwnSources own{plan, {}};
  Replaced relations;
  std::uint32_t id = catalog.next_hidden_id();
  for (const auto& read : query::relations(plan)) {
    if (!is_stream(catalog, *read)) continue;
    const Object& source = *catalog.find(read->id);
    auto relation = std::make_shared<Relation>(*read);
    relation->id = RelationId(id++);
    auto made = std::make_unique<Object>();
    made->owner = source.owner;
    made->source_of = read->id;
    made->reader = reader;
    made->source = std::make_unique<SourceFeed>();
    made->source->definition = source.source->definition;
    for (query::Watermark& watermark : relation->watermarks)
      for (query::Watermark::Bound& bound : watermark.bounds) bound.relation = relation->id;
    if (relation->watermark_term != nullptr)
      made->watermark = std::make_unique<WatermarkFilter>(*relation);
    relations.emplace(read->id, relation);
    made->relation = std::move(relation);
    own.sources.push_back(std::move(made));
  }
  std::map<const query::PlanNode*, Plan> done;
  if (!relations.empty()) own.plan = replaced(plan, relations, done);
  return own;
}

}  // namespace levada::streaming
