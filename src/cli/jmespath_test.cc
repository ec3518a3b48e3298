#include "cli/jmespath.h"

#include <gtest/gtest.h>

#include "cli/json_text.h"

namespace levada::cli {
namespace {

std::string search(std::string_view json, std::string_view expression) {
  const Result<Document> document = read_json(json);
  if (!document) return "bad JSON: " + document.error().message;
  const Result<Jmespath> compiled = Jmespath::compile(expression);
  if (!compiled) return "syntax: " + compiled.error().message.substr(0, 40);
  const Result<Document> found = compiled->search(*document);
  if (!found) return "error: " + found.error().message;
  return compact_json(*found);
}

struct Row {
  std::string_view expression;
  std::string_view expected;
};

void check(std::string_view json, std::initializer_list<Row> rows) {
  for (const Row& row : rows)
    EXPECT_EQ(search(json, row.expression), row.expected) << row.expression;
}

TEST(Jmespath, walks_objects_and_lists) {
  check(R"({"a":{"b":{"c":"d"},"x y":1},"l":[0,1,2,[3,4]]})",
        {{"a.b.c", "\"d\""},
         {"a.\"x y\"", "1"},
         {"a.nothing.c", "null"},
         {"l[0]", "0"},
         {"l[-1][0]", "3"},
         {"l[9]", "null"},
         {"l[1:3]", "[1,2]"},
         {"l[::-1]", "[[3,4],2,1,0]"},
         {"l[-2:]", "[2,[3,4]]"},
         {"l[]", "[0,1,2,3,4]"},
         {"@.a.b", R"({"c":"d"})"},
         {"a | b | c", "\"d\""},
         {"l[::0]", "error: slice step cannot be zero"}});
}

TEST(Jmespath, projects_and_stops_at_a_pipe) {
  check(R"({"p":[{"n":"a","v":[1,2]},{"n":"b","v":[3]},{"x":0}],"o":{"k":{"z":1},"m":{"z":2}}})",
        {{"p[*].n", R"(["a","b"])"},
         {"p[].v[]", "[1,2,3]"},
         {"p[*].v[0]", "[1,3]"},
         {"p[*].v | [0]", "[1,2]"},
         {"(p[*].v)[0]", "[1,2]"},
         {"o.*.z", "[1,2]"},
         {"p[?n=='b'].v | [0][0]", "3"},
         {"p[?v].n", R"(["a","b"])"},
         {"p[?!v]", R"([{"x":0}])"},
         {"p[*].[n,x]", R"([["a",null],["b",null],[null,0]])"},
         {"p[0].{m:n, q:v[1]}", R"({"m":"a","q":2})"}});
}

TEST(Jmespath, compares_numbers_with_numbers_and_strings_with_strings) {
  check(R"({"n":2,"s":"b","t":true,"z":0,"e":"","l":[]})",
        {{"n < `3`", "true"},
         {"n >= `2.0`", "true"},
         {"n == `2.0`", "true"},
         {"s > 'a'", "true"},
         {"s > n", "null"},
         {"t == `1`", "false"},
         {"z || 'no'", "0"},
         {"e || 'no'", "\"no\""},
         {"l && 'yes'", "[]"},
         {"!z", "false"},
         {"!l", "true"},
         {"n==`2` && s=='b' || `false`", "true"}});
}

TEST(Jmespath, has_every_function_of_the_specification) {
  check(R"({"n":[3,1,2],"s":["b","a"],"o":{"x":1,"y":2},"w":"héllo","r":-1.5,
            "p":[{"a":2,"k":"m"},{"a":1,"k":"n"}]})",
        {{"abs(r)", "1.5"},
         {"avg(n)", "2.0"},
         {"ceil(r)", "-1"},
         {"floor(r)", "-2"},
         {"contains(w, 'l')", "true"},
         {"contains(n, `1`)", "true"},
         {"ends_with(w, 'lo')", "true"},
         {"starts_with(w, 'x')", "false"},
         {"join('-', s)", "\"b-a\""},
         {"keys(o)", R"(["x","y"])"},
         {"values(o)", "[1,2]"},
         {"length(w)", "5"},
         {"map(&a, p)", "[2,1]"},
         {"max(n)", "3"},
         {"min(s)", "\"a\""},
         {"max_by(p, &a).k", "\"m\""},
         {"min_by(p, &a).k", "\"n\""},
         {"merge(o, `{\"y\":3}`)", R"({"x":1,"y":3})"},
         {"not_null(q, w)", "\"héllo\""},
         {"reverse(w)", "\"olléh\""},
         {"reverse(n)", "[2,1,3]"},
         {"sort(s)", R"(["a","b"])"},
         {"sort_by(p, &a)[*].k", R"(["n","m"])"},
         {"sum(n)", "6"},
         {"to_array(w)", R"(["héllo"])"},
         {"to_number('7')", "7"},
         {"to_number('x')", "null"},
         {"to_string(o)", R"("{\"x\":1,\"y\":2}")"},
         {"type(o)", "\"object\""},
         {"avg(`[]`)", "null"},
         {"max_by(`[]`, &a)", "null"}});
}

TEST(Jmespath, names_what_is_wrong_with_a_call) {
  check(R"({"s":"x","n":[1,"a"]})",
        {{"nope(s)", "error: Unknown function: nope()"},
         {"abs(s)",
          "error: In function abs(), invalid type for value: x, expected one of: ['number'], "
          "received: \"string\""},
         {"length()", "error: Expected 1 argument for function length(), received 0"},
         {"merge()", "error: Expected at least 1 argument for function merge(), received 0"},
         {"sum(n)",
          "error: In function sum(), invalid type for value: a, expected one of: "
          "['array-number'], received: \"str\""}});
}

TEST(Jmespath, points_at_what_it_cannot_read) {
  EXPECT_EQ(Jmespath::compile("a b").error().message,
            "Unexpected token: b: Parse error at column 2, token \"b\" (UNQUOTED_IDENTIFIER), for "
            "expression:\n\"a b\"\n   ^");
  EXPECT_EQ(Jmespath::compile("a[").error().message,
            "Invalid jmespath expression: Incomplete expression:\n\"a[\"\n   ^");
  EXPECT_EQ(Jmespath::compile("").error().message, "Invalid JMESPath expression: cannot be empty.");
  EXPECT_EQ(Jmespath::compile("a ^ b").error().message,
            "Bad jmespath expression: Unknown token ^:\na ^ b\n  ^");
}

TEST(Jmespath, refuses_what_nests_too_deeply) {
  EXPECT_FALSE(Jmespath::compile(std::string(100000, '(')).has_value());
  EXPECT_FALSE(Jmespath::compile(std::string(100000, '!') + "a").has_value());
}

}  // namespace
}  // namespace levada::cli
