#include "cli/text.h"

#include <gtest/gtest.h>

#include "cli/json_text.h"
#include "cli/profile.h"
#include "cli/timestamp.h"

namespace levada::cli {
namespace {

TEST(Text, makes_options_of_member_names) {
  EXPECT_EQ(kebab_case("StreamName"), "stream-name");
  EXPECT_EQ(kebab_case("StreamARN"), "stream-arn");
  EXPECT_EQ(kebab_case("StreamARNs"), "stream-arns");
  EXPECT_EQ(kebab_case("KeyId"), "key-id");
  EXPECT_EQ(kebab_case("ListTagsForStream"), "list-tags-for-stream");
  EXPECT_EQ(kebab_case("MaxRecordSizeInKiB"), "max-record-size-in-ki-b");
}

TEST(Text, writes_values_as_python_does) {
  const Document value = *read_json(R"({"a":[1,2.5,null,true,"it's","q\"'"],"b":{}})");
  EXPECT_EQ(python_text(value), R"({'a': [1, 2.5, None, True, "it's", 'q"\''], 'b': {}})");
  EXPECT_EQ(real_text(1e16), "1e+16");
  EXPECT_EQ(real_text(0.00001), "1e-05");
  EXPECT_EQ(real_text(-0.0), "-0.0");
  EXPECT_EQ(real_text(100), "100.0");
}

TEST(Text, finds_the_word_that_was_meant) {
  const std::vector<std::string> words = {"put-record", "put-records", "get-records"};
  EXPECT_EQ(close_matches("put-recrod", words),
            (std::vector<std::string>{"put-record", "put-records"}));
  EXPECT_TRUE(close_matches("nothing", words).empty());
}

TEST(JsonText, complains_where_python_does) {
  const auto complaint = [](std::string_view text) { return read_json(text).error().message; };
  EXPECT_EQ(complaint(""), "Expecting value: line 1 column 1 (char 0)");
  EXPECT_EQ(complaint("[1,]"), "Expecting value: line 1 column 4 (char 3)");
  EXPECT_EQ(complaint("{\"é\":1,\n x}"),
            "Expecting property name enclosed in double quotes: line 2 column 2 (char 9)");
  EXPECT_EQ(complaint("\"a"), "Unterminated string starting at: line 1 column 1 (char 0)");
  EXPECT_EQ(complaint("1 2"), "Extra data: line 1 column 3 (char 2)");
  EXPECT_EQ(complaint(R"("\x")"), "Invalid \\escape: : line 1 column 2 (char 1)");
}

TEST(JsonText, joins_surrogates_and_keeps_large_numbers) {
  EXPECT_EQ(compact_json(*read_json(R"(["\ud83d\ude00",12345678901234567890])")),
            "[\"😀\",12345678901234567890]");
  EXPECT_EQ(json_line(*read_json("\"é😀\"")), "\"\\u00e9\\ud83d\\ude00\"");
}

TEST(Timestamp, reads_dates_in_many_dresses) {
  const auto seconds = [](std::string_view text) {
    const std::optional<Timestamp> time = read_timestamp(Document::of_string(text));
    return time ? time->seconds : -1;
  };
  EXPECT_EQ(seconds("2023-01-02T03:04:05Z"), 1672628645);
  EXPECT_EQ(seconds("2023-01-02T03:04:05.9Z"), 1672628645);
  EXPECT_EQ(seconds("2023-01-02T03:04:05+01:00"), 1672625045);
  EXPECT_EQ(seconds("20230102T030405Z"), 1672628645);
  EXPECT_EQ(seconds("2023-01-02"), 1672617600);
  EXPECT_EQ(seconds("Mon, 02 Jan 2023 03:04:05 GMT"), 1672628645);
  EXPECT_EQ(seconds("1672628645.75"), 1672628645);
  EXPECT_EQ(seconds("2023-02-30"), -1);
  EXPECT_EQ(seconds("soon"), -1);
  EXPECT_EQ(seconds(""), -1);
}

TEST(Profile, divides_words_as_a_shell_does) {
  EXPECT_EQ(*shell_words(R"(cat "a b" c\ d 'e"f')"),
            (std::vector<std::string>{"cat", "a b", "c d", "e\"f"}));
  EXPECT_FALSE(shell_words("cat 'a").has_value());
}

}  // namespace
}  // namespace levada::cli
