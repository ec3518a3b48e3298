// PREPARE, EXECUTE, DEALLOCATE: statements that a session keeps by name.

#include "streaming/session_state.h"

namespace levada::streaming {

using query::refuse;
namespace sqlstate = query::sqlstate;

SqlResult<Unit> keep_statement(Session::State& state, const Statement& written) {
  const auto& prepare = std::get<sql::PrepareStatement>(written.parsed().statement->form);
  if (state.named.contains(prepare.name))
    return refuse("42P05", "prepared statement \"" + prepare.name + "\" already exists");
  auto parsed = std::make_shared<ParsedStatement>();
  parsed->whole = written.parsed().whole;
  parsed->statement = prepare.statement;
  parsed->position = written.parsed().position;
  parsed->kind = kind_of(*prepare.statement);
  NamedStatement named{Statement(std::move(parsed)), {}};
  for (const sql::TypeName& type : prepare.types)
    named.types.push_back(ATTEMPT(sql::type_of(type)).oid());
  ATTEMPT(prepared(state, named.statement, named.types));  // what cannot run is refused now
  state.named.emplace(prepare.name, std::move(named));
  return Unit{};
}

SqlResult<Unit> forget_statement(Session::State& state, const sql::Deallocate& deallocate) {
  if (deallocate.name.empty())
    state.named.clear();
  else if (state.named.erase(deallocate.name) == 0)
    return refuse("26000", "prepared statement \"" + deallocate.name + "\" does not exist");
  return Unit{};
}

SqlResult<std::shared_ptr<const PreparedPlan>> executed(Session::State& state,
                                                        const Statement& written) {
  const auto& execute = std::get<sql::ExecuteStatement>(written.parsed().statement->form);
  const auto found = state.named.find(execute.name);
  if (found == state.named.end())
    return refuse("26000", "prepared statement \"" + execute.name + "\" does not exist");
  const auto plan = ATTEMPT(prepared(state, found->second.statement, found->second.types));
  if (plan->parameters.size() != execute.arguments.size())
    return refuse(sqlstate::syntax_error,
                  "wrong number of parameters for prepared statement \"" + execute.name +
                      "\": expected " + std::to_string(plan->parameters.size()) + " but got " +
                      std::to_string(execute.arguments.size()));
  auto made = std::make_shared<PreparedPlan>(*plan);
  const SessionCatalog names(state.engine.catalog(), state.options.database,
                             state.settings.search_path());
  for (std::size_t i = 0; i < execute.arguments.size(); ++i) {
    const auto term = ATTEMPT(sql::bind_term(*execute.arguments[i], {}, plan->parameters[i], names,
                                             state.bind_options(written)));
    made->arguments.push_back(ATTEMPT(query::evaluate_constant(term, state.facts())));
  }
  made->parameters.clear();
  made->written = written;
  return std::shared_ptr<const PreparedPlan>(std::move(made));
}

}  // namespace levada::streaming
