// The public compliance cases of JMESPath (tests/jmespath), every one.

#include <gtest/gtest.h>

#include <filesystem>

#include "cli/file.h"
#include "cli/jmespath.h"
#include "cli/json_text.h"

namespace levada::cli {
namespace {

constexpr std::size_t cases_at_least = 800;  // fewer: files are missing

std::string text_of(const Document& object, std::string_view member) {
  const Document* const value = object.find(member);
  return value != nullptr && value->is_string() ? value->string() : "";
}

// What came of an expression: the kind of its error is only told apart as the AWS CLI does, which
// refuses a bad expression before it calls anything.
struct Outcome {
  bool compiled = false;
  bool found = false;
  Document result = {};
  std::string complaint = {};
};

Outcome search(const Document& given, const std::string& expression) {
  const Result<Jmespath> compiled = Jmespath::compile(expression);
  if (!compiled) return {.complaint = compiled.error().message};
  Result<Document> found = compiled->search(given);
  if (!found) return {.compiled = true, .complaint = found.error().message};
  return {.compiled = true, .found = true, .result = std::move(*found)};
}

void check(const Document& given, const Document& one) {
  const std::string expression = text_of(one, "expression");
  const Outcome outcome = search(given, expression);
  const std::string error = text_of(one, "error");
  if (!error.empty()) {
    EXPECT_FALSE(outcome.found) << compact_json(outcome.result);
    if (error == "syntax") {
      EXPECT_FALSE(outcome.compiled) << outcome.complaint;
    }
    return;
  }
  ASSERT_TRUE(outcome.found) << outcome.complaint;
  const Document* const expected = one.find("result");
  ASSERT_NE(expected, nullptr);
  EXPECT_TRUE(outcome.result == *expected)
      << compact_json(outcome.result) << "\nexpected " << compact_json(*expected);
}

TEST(JmespathCompliance, every_public_case_holds) {
  std::size_t cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(LEVADA_JMESPATH_CASES)) {
    if (entry.path().extension() != ".json") continue;
    const Result<std::string> text = read_file(entry.path());
    ASSERT_TRUE(text) << entry.path();
    const Result<Document> suites = read_json(*text);
    ASSERT_TRUE(suites && suites->is_array()) << entry.path();
    for (const Document& suite : suites->items()) {
      const Document* const given = suite.find("given");
      const Document* const list = suite.find("cases");
      ASSERT_TRUE(given != nullptr && list != nullptr && list->is_array()) << entry.path();
      for (const Document& one : list->items()) {
        SCOPED_TRACE(entry.path().filename().string() + ": " + text_of(one, "expression"));
        check(*given, one);
        ++cases;
      }
    }
  }
  EXPECT_GE(cases, cases_at_least);
}

}  // namespace
}  // namespace levada::cli
