#include "cli/config_writer.h"

#include <gtest/gtest.h>

namespace levada::cli {
namespace {

TEST(ConfigWriter, changes_only_the_line_of_the_setting) {
  EXPECT_EQ(with_settings("# mine\n[default]\nregion=a\noutput = b\n\n[profile x]\n", "default",
                          {{"region", "z"}}),
            "# mine\n[default]\nregion = z\noutput = b\n\n[profile x]\n");
}

TEST(ConfigWriter, adds_a_setting_behind_the_last_of_its_section) {
  EXPECT_EQ(with_settings("[default]\na = 1\n\n[profile x]\nb = 2\n", "default", {{"c", "3"}}),
            "[default]\na = 1\nc = 3\n\n[profile x]\nb = 2\n");
  EXPECT_EQ(with_settings("[default]\na = 1", "default", {{"c", "3"}}),
            "[default]\na = 1\nc = 3\n");
}

TEST(ConfigWriter, adds_a_section) {
  EXPECT_EQ(with_settings("", "default", {{"a", "1"}}), "[default]\na = 1\n");
  EXPECT_EQ(with_settings("[default]", "profile x", {{"a", "1"}}),
            "[default]\n[profile x]\na = 1\n");
}

TEST(ConfigWriter, knows_a_section_by_either_spelling) {
  EXPECT_EQ(with_settings("[profile \"x\"]\na = 1\n", "profile x", {{"a", "2"}}),
            "[profile \"x\"]\na = 2\n");
}

TEST(ConfigWriter, leaves_comments_alone) {
  EXPECT_EQ(with_settings("[default]\n# a = 1\n", "default", {{"a", "2"}}),
            "[default]\n# a = 1\na = 2\n");
}

TEST(ConfigWriter, writes_into_a_block) {
  EXPECT_EQ(
      with_settings("[default]\ns3 =\n  a = 1\n  b = 2\nc = 3\n", "default", {{"s3", "9", "b"}}),
      "[default]\ns3 =\n  a = 1\n  b = 9\nc = 3\n");
  EXPECT_EQ(with_settings("[default]\n", "default", {{"s3", "9", "b"}}),
            "[default]\ns3 =\n    b = 9\n");
}

}  // namespace
}  // namespace levada::cli
