#pragma once
// What CREATE SINK says, checked as far as no connector is needed (spec 1.1 to 1.3).

#include <string>

#include "query/plan.h"
#include "query/sql_error.h"
#include "sql/statement.h"
#include "streaming/objects.h"
#include "streaming/sink.h"

namespace levada::streaming {

query::SqlResult<SinkDefinition> sink_definition(const sql::CreateSink& create,
                                                 const query::Plan& plan, std::uint32_t id,
                                                 std::string name, std::string relation,
                                                 std::string database);

// REPLACE SINK: the sink that is there, if the new one can go on where it is: over the same
// relation.
query::SqlResult<const Object*> replaced_sink(const sql::CreateSink& create, Catalog& catalog,
                                              const Object* old, const std::string& name);
// What has been delivered does not come again.
void go_on_without_snapshot(SinkDefinition& sink);

// A sink whose records would come back, by whatever way, into what it reads.
query::SqlResult<Unit> refuse_loop(const Catalog& catalog, const SinkDefinition& sink,
                                   const std::vector<RelationId>& reads);

}  // namespace levada::streaming
