#include "aws/pattern.h"

#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "aws/kinesis/shapes.h"

namespace levada::aws {
namespace {

using namespace kinesis_api;

constexpr const Pattern* patterns[] = {
    &name_pattern,      &stream_arn_pattern,      &resource_arn_pattern, &consumer_arn_pattern,
    &stream_id_pattern, &sequence_number_pattern, &hash_key_pattern};

TEST(Pattern, agrees_with_the_standard_library_on_texts_near_the_edges) {
  const std::string texts[] = {
      "",
      "a",
      "a.b-c_D9",
      "a b",
      "0",
      "00",
      "01",
      "10",
      "1" + std::string(38, '0'),
      "1" + std::string(39, '0'),
      "1" + std::string(128, '9'),
      "1" + std::string(129, '9'),
      "arn:aws:kinesis:us-east-1:123456789012:stream/s",
      "arn:aws-cn:kinesis:cn-north-1:123456789012:stream/a b",
      "arn:aws:kinesis:us-east-1:12345678901:stream/s",
      "arn:aws:kinesis::123456789012:stream/",
      "arn:aws:kinesis:kinesis:us:123456789012:xstream/s",
      "arn:aws:kinesis:us-east-1:123456789012:stream/s/consumer/c:1700000000",
      "arn:aws:kinesis:us-east-1:123456789012:stream/s/consumer/c:",
      "abcdefghij0123456789-abc",
      "abcdefghij0123456789-ab",
      "\xc3\xa4",
  };
  for (const Pattern* pattern : patterns) {
    const std::regex model{std::string(pattern->text())};
    for (const std::string& text : texts)
      EXPECT_EQ(pattern->matches(text), std::regex_match(text, model))
          << pattern->text() << " on " << text;
  }
}

TEST(Pattern, takes_no_longer_for_texts_made_to_hurt) {
  std::string text = "arn:aws";
  while (text.size() < 2000) text += ":kinesis:";
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(stream_arn_pattern.matches(text));
  EXPECT_FALSE(name_pattern.matches(std::string(Pattern::text_max + 1, 'a')));
}

TEST(Pattern, reads_classes_escapes_and_counts) {
  static constexpr Pattern mixed{R"(^[^/]+\.(\w{2,3})x?y*$)"};
  EXPECT_TRUE(mixed.matches("ab.cdxyy"));
  EXPECT_FALSE(mixed.matches("a/b.cd"));
  EXPECT_FALSE(mixed.matches(".cdx"));
}

}  // namespace
}  // namespace levada::aws
