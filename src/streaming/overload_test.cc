// Functions of one name for several arguments: which one a call means, which one DROP takes.

#include "streaming/session_fixture.h"

namespace levada::streaming {
namespace {

using OverloadTest = SessionTest;

TEST_F(OverloadTest, a_call_means_the_function_that_takes_its_arguments) {
  run("create function f(a int, b int) returns int language sql as 'select a + b'");
  run("create function f(a int) returns int language sql as 'select -a'");
  EXPECT_EQ(run("create function f(a varchar) returns varchar language sql as $$select a || '!'$$"),
            "");
  EXPECT_EQ(run("select f(1, 2), f(3), f('x'::varchar)"), "3|-3|x!\n");
  EXPECT_EQ(run("select f('x')"), "x!\n") << "an untyped one is text where it may be";
  EXPECT_EQ(run("select f('1', '2')"), "3\n");
  EXPECT_EQ(run("create function f(x int) returns int language sql as 'select x'"),
            "42723: function \"f\" already exists with same argument types");
  run("create or replace function f(x int) returns int language sql as 'select x * 10'");
  EXPECT_EQ(run("select f(3), f(1, 2)"), "30|3\n");
  EXPECT_EQ(run("show functions"),
            "f|integer, integer|integer|sql|\nf|character varying|character varying|sql|\n"
            "f|integer|integer|sql|\n");
  EXPECT_EQ(run("select aggregate:f(a) from generate_series(1, 2) s(a)").substr(0, 5), "42883");
}

TEST_F(OverloadTest, drop_names_the_arguments_where_there_are_several) {
  run("create function f(a int) returns int language sql as 'select a'");
  run("create function f(a varchar) returns int language sql as 'select 1'");
  EXPECT_EQ(run("drop function f"), "42725: function name \"f\" is not unique");
  EXPECT_EQ(run("drop function f(boolean)"), "42883: function \"f\"(boolean) does not exist");
  EXPECT_EQ(run("drop function f(b text)"), "");
  EXPECT_EQ(run("select f('x'::varchar)").substr(0, 5), "42846");
  restart();
  EXPECT_EQ(run("select f(2)"), "2\n");
  EXPECT_EQ(run("drop function f; select f(2)").substr(0, 5), "42883");
  EXPECT_EQ(run("drop function if exists f(int)"), "");
}

TEST_F(OverloadTest, what_if_exists_passed_over_is_there_after_a_restart) {
  run("create function f(a int) returns int language sql as 'select a'");
  run("create function g(a int) returns int language sql as 'select a'");
  EXPECT_EQ(run("drop function if exists f(varchar), g(int)"), "");
  restart();
  EXPECT_EQ(run("select f(1)"), "1\n");
  EXPECT_EQ(run("select g(1)").substr(0, 5), "42883");
}

TEST_F(OverloadTest, a_built_in_function_takes_what_one_of_its_name_does_not) {
  run("create function abs(a varchar) returns varchar language sql as $$select 'text'$$");
  run("create function f(a bigint) returns int language sql as 'select 1'");
  run("create function f(a float8) returns int language sql as 'select 2'");
  EXPECT_EQ(run("select abs(-2), abs('x'::varchar)"), "2|text\n");
  EXPECT_EQ(run("select f(1)").substr(0, 5), "42725");
  for (const char* call : {"coalesce", "count", "max"})
    EXPECT_EQ(run("select " + std::string(call) + "(variadic array[1])").substr(0, 5), "42809");
}

}  // namespace
}  // namespace levada::streaming
