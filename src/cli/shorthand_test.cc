#include "cli/shorthand.h"

#include <gtest/gtest.h>

#include "cli/json_text.h"

namespace levada::cli {
namespace {

std::string read(std::string_view text) {
  const Result<Document> value = read_shorthand(text);
  return value ? compact_json(*value) : value.error().message;
}

TEST(Shorthand, reads_keys_with_values_lists_and_structures) {
  EXPECT_EQ(read("a=b"), R"({"a":"b"})");
  EXPECT_EQ(read("a=b,c=d"), R"({"a":"b","c":"d"})");
  EXPECT_EQ(read("a=b,c"), R"({"a":["b","c"]})");
  EXPECT_EQ(read("a=b,c,d=e"), R"({"a":["b","c"],"d":"e"})");
  EXPECT_EQ(read("a="), R"({"a":""})");
  EXPECT_EQ(read("a=[b,c]"), R"({"a":["b","c"]})");
  EXPECT_EQ(read("a={b=c,d=[e,{f=g}]}"), R"({"a":{"b":"c","d":["e",{"f":"g"}]}})");
  EXPECT_EQ(read(" a = b , c = d "),
            "Expected: '=', received: 'a' for input:\n a = b , c = d \n ^");
  EXPECT_EQ(read("a = b , c = d"), R"({"a":"b","c":"d"})");
}

TEST(Shorthand, lets_quotes_and_backslashes_protect) {
  EXPECT_EQ(read("a='b,c'"), R"({"a":"b,c"})");
  EXPECT_EQ(read(R"(a="b=c",d=e)"), R"({"a":"b=c","d":"e"})");
  EXPECT_EQ(read(R"(a=b\,c)"), R"({"a":"b,c"})");
  EXPECT_EQ(read(R"(a='it\'s')"), R"({"a":"it's"})");
  EXPECT_EQ(read("a=日本"), "{\"a\":\"日本\"}");
}

TEST(Shorthand, puts_a_caret_under_what_is_wrong) {
  EXPECT_EQ(read("a"), "Expected: '=', received: 'EOF' for input:\na\n ^");
  EXPECT_EQ(read("a=b,,c"), "Expected: '=', received: 'EOF' for input:\na=b,,c\n      ^");
  EXPECT_EQ(read("a={b=c"), "Expected: ',', received: 'EOF' for input:\na={b=c\n      ^");
}

TEST(Shorthand, becomes_what_the_shape_says) {
  static constexpr aws::Shape number = aws::integer_of(0);
  static constexpr aws::Shape truth{.type = aws::Type::boolean};
  static constexpr aws::Shape word = aws::string_of(0, 9);
  static constexpr aws::Shape words = aws::list_of(word);
  static constexpr aws::Field fields[] = {aws::optional("N", number), aws::optional("T", truth),
                                          aws::optional("W", words)};
  static constexpr aws::Shape shape = aws::structure("S", fields);
  Document value = *read_shorthand("N=7,T=True,W=x");
  ASSERT_TRUE(give_types(value, shape).has_value());
  EXPECT_EQ(compact_json(value), R"({"N":7,"T":true,"W":["x"]})");
  Document wrong = *read_shorthand("N=seven");
  EXPECT_EQ(give_types(wrong, shape).error().message,
            "invalid literal for int() with base 10: 'seven'");
}

TEST(Shorthand, refuses_what_nests_too_deeply) {
  EXPECT_FALSE(read_shorthand("a=" + std::string(100000, '[')).has_value());
}

}  // namespace
}  // namespace levada::cli
