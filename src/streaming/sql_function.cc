#include "streaming/sql_function.h"

#include <optional>

#include "sql/definition_text.h"
#include "sql/parser.h"
#include "sql/token.h"

namespace levada::streaming {

namespace {

using query::refuse;
namespace sqlstate = query::sqlstate;

// The body's term, $n by the argument's name; none: the body is not SELECT of one term.
std::optional<std::string> term_of(const std::string& body, const query::SqlFunction& function) {
  const auto tokens = sql::tokens_of(body);
  if (!tokens || (*tokens)[0].text != "select") return std::nullopt;
  std::string term;
  std::uint32_t copied = (*tokens)[0].end;
  for (const sql::Token& token : *tokens) {
    if (token.text == ";" || token.kind == sql::TokenKind::end) {
      term += body.substr(copied, token.begin - copied);
      break;
    }
    if (token.kind != sql::TokenKind::parameter) continue;
    const std::size_t number = std::stoul(token.text);
    if (number == 0 || number > function.arguments.size()) return std::nullopt;
    const std::string& name = function.arguments[number - 1].first;
    term += body.substr(copied, token.begin - copied);
    term += sql::quoted_name(name.empty() ? "$" + token.text : name);
    copied = token.end;
  }
  return term;
}

}  // namespace

query::SqlResult<query::SqlFunction> sql_function(const sql::CreateFunction& create,
                                                  const std::string& schema,
                                                  const query::RelationCatalog& names) {
  if (create.language != "sql")
    return refuse(sqlstate::feature_not_supported, "functions are written in SQL; language \"" +
                                                       create.language + "\" is not supported");
  query::SqlFunction function{
      schema, create.name.back(), {}, ATTEMPT(sql::type_of(create.returns)), {}};
  std::vector<query::RelationColumn> columns;
  for (const sql::FunctionArgument& argument : create.arguments) {
    const query::Type type = ATTEMPT(sql::type_of(argument.type));
    function.arguments.emplace_back(argument.name, type);
    columns.push_back(
        {argument.name.empty() ? "$" + std::to_string(columns.size() + 1) : argument.name, type});
  }
  const auto term = term_of(create.body, function);
  const auto parsed = term ? sql::parse_term(*term) : sql::parse_term("");
  if (!parsed)
    return refuse(sqlstate::feature_not_supported,
                  "the body of a function is SELECT and one term over its arguments");
  sql::BindOptions options;
  options.text = *term;
  ATTEMPT(sql::bind_term(**parsed, columns, function.result, names, options));
  function.term = *term;
  return function;
}

}  // namespace levada::streaming
