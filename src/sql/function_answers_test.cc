// The table of functions and their answers (tests/oracle/functions.txt), asked of the binder and
// the engine. The oracle asks PostgreSQL the same.

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "query/circuit.h"
#include "query/text.h"
#include "sql/binder.h"
#include "sql/parser.h"

namespace levada::sql {
namespace {

class NoRelations final : public query::RelationCatalog {
 public:
  std::shared_ptr<const query::Relation> relation(std::string_view,
                                                  std::string_view) const override {
    return nullptr;
  }
  bool has_schema(std::string_view) const override { return false; }
};

std::string answer(const std::string& expression) {
  const NoRelations none;
  const std::string text = "select " + expression;
  const auto parsed = parse_query(text);
  if (!parsed) return "ERROR:  " + parsed.error().message;
  const auto bound = bind_query(**parsed, none, {}, {.text = text});
  if (!bound) return "ERROR:  " + bound.error().message;
  const auto rows = query::run_once(
      bound->plan, {}, [](const query::Relation&, const auto&) { return query::Delta(); });
  if (!rows) return "ERROR:  " + rows.error().message;
  if (rows->size() != 1) return std::to_string(rows->size()) + " rows";
  const query::Datum& datum = rows->front()[0];
  return datum.is_null() ? "NULL" : query::to_text(bound->plan->columns[0].type, datum);
}

TEST(FunctionAnswers, are_those_of_the_table) {
  std::ifstream table(std::string(LEVADA_SOURCE_DIR) + "/tests/oracle/functions.txt");
  ASSERT_TRUE(table.is_open());
  std::size_t asked = 0;
  for (std::string line; std::getline(table, line);) {
    const std::size_t arrow = line.find("  =>  ");
    if (arrow == std::string::npos) continue;
    ++asked;
    const std::string expression = line.substr(0, arrow);
    EXPECT_EQ(answer(expression), line.substr(arrow + 6)) << expression;
  }
  EXPECT_GT(asked, 50u);
}

}  // namespace
}  // namespace levada::sql
