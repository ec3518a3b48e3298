#include "server/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

namespace levada::server {
namespace {

using testing::HasSubstr;

class ConfigurationTest : public testing::Test {
 protected:
  Result<Configuration> with(std::vector<std::string_view> arguments) {
    return configure(arguments, [this](const char* name) -> const char* {
      const auto found = environment_.find(name);
      return found == environment_.end() ? nullptr : found->second.c_str();
    });
  }

  std::string refusal(std::vector<std::string_view> arguments) {
    const Result<Configuration> result = with(std::move(arguments));
    return result ? "accepted" : result.error().message;
  }

  std::string file(std::string_view text) {
    const std::string path = testing::TempDir() + "levada_configuration_test.toml";
    std::ofstream(path) << text;
    return path;
  }

  std::map<std::string, std::string> environment_;
};

TEST_F(ConfigurationTest, defaults_are_those_of_the_table) {
  const Configuration c = with({}).value();
  EXPECT_EQ(c.data_dir, "levada-data");
  EXPECT_EQ(c.listen, (io::Address{"127.0.0.1", 4567}));
  EXPECT_EQ(c.console_listen, (io::Address{"127.0.0.1", 4580}));
  EXPECT_EQ(c.durability, Durability::fsync);
  EXPECT_EQ(c.shard_limits, ShardLimits{});
  EXPECT_EQ(c.stream_transition_delay, Millis(0));
  EXPECT_EQ(c.account.digits, "000000000000");
  EXPECT_FALSE(c.credentials_file);
}

TEST_F(ConfigurationTest, flag_beats_environment_beats_file_beats_default) {
  const std::string path = file("region = 'file'\ntail-cache = '1MiB'\nshard-limit = 7\n");
  environment_ = {{"LEVADA_REGION", "environment"}, {"LEVADA_TAIL_CACHE", "2MiB"}};
  const Configuration c = with({"--region", "flag", "--config", path}).value();
  EXPECT_EQ(c.region, "flag");
  EXPECT_EQ(c.tail_cache, 2_MiB);
  EXPECT_EQ(c.shard_limit, 7u);
  EXPECT_EQ(c.journal_segment, 64_MiB);
}

TEST_F(ConfigurationTest, a_flag_takes_its_value_behind_a_space_or_an_equals_sign) {
  EXPECT_EQ(with({"--region=eu-west-1"}).value().region, "eu-west-1");
  EXPECT_EQ(with({"--region", "eu-west-1"}).value().region, "eu-west-1");
  EXPECT_EQ(refusal({"--region"}), "--region needs a value: NAME");
  EXPECT_EQ(refusal({"region"}), "unexpected argument \"region\"");
}

TEST_F(ConfigurationTest, unknown_names_are_refused_with_the_nearest_known_one) {
  EXPECT_EQ(refusal({"--lisen", ":0"}), "unknown flag --lisen; did you mean --listen?");
  EXPECT_EQ(refusal({"--xyzzy", "1"}), "unknown flag --xyzzy; see levada serve --help");
  const std::string path = file("\nregoin = 'x'\n");
  EXPECT_EQ(refusal({"--config", path}), path + ":2: unknown key regoin; did you mean region?");
}

TEST_F(ConfigurationTest, what_is_promised_but_not_built_says_so) {
  EXPECT_EQ(refusal({"--cluster", "x"}),
            "--cluster: the distributed engine is not in this version");
}

TEST_F(ConfigurationTest, a_bad_value_names_its_source_and_the_right_form) {
  EXPECT_EQ(refusal({"--listen", "here"}),
            "--listen: \"here\" is not an address like 127.0.0.1:4567 or [::1]:4567");
  EXPECT_EQ(refusal({"--durability=maybe"}), "--durability: \"maybe\" is not one of fsync, os");
  EXPECT_EQ(refusal({"--account-id=12"}),
            "--account-id: \"12\" is not an account id: twelve digits");
  environment_ = {{"LEVADA_TAIL_CACHE", "much"}};
  EXPECT_EQ(refusal({}),
            "LEVADA_TAIL_CACHE: \"much\" is not a size like 4096, 64KiB, 256MiB or 2GiB");
}

TEST_F(ConfigurationTest, a_broken_file_is_named_with_its_line) {
  EXPECT_THAT(refusal({"--config", file("a = \n")}), HasSubstr("levada_configuration_test.toml:1"));
  EXPECT_THAT(refusal({"--config", file("[listen]\nport = 1\n")}), HasSubstr("no sections"));
  EXPECT_EQ(refusal({"--config", "/nonexistent"}),
            "cannot read /nonexistent: No such file or directory");
}

TEST_F(ConfigurationTest, shard_limits_are_aws_off_or_numbers) {
  EXPECT_FALSE(with({"--shard-limits=off"}).value().shard_limits);
  const ShardLimits own = *with({"--shard-limits=5000,4MiB"}).value().shard_limits;
  EXPECT_EQ(own.records_in, 5000u);
  EXPECT_EQ(own.bytes_in, 4_MiB);
  EXPECT_EQ(own.bytes_out, 8_MiB);
  EXPECT_THAT(refusal({"--shard-limits=0,1"}), HasSubstr("RECORDS/s,BYTES/s"));
}

TEST_F(ConfigurationTest, amounts_do_not_overflow) {
  EXPECT_THAT(refusal({"--tail-cache=99999999TiB"}), HasSubstr("is not a size"));
  EXPECT_THAT(refusal({"--stream-transition-delay=99999999999d"}), HasSubstr("is not a duration"));
  EXPECT_THAT(refusal({"--shard-limit=4294967296"}), HasSubstr("is not a positive number"));
  EXPECT_EQ(with({"--stream-transition-delay=1500ms"}).value().stream_transition_delay,
            Millis(1500));
}

TEST_F(ConfigurationTest, the_cache_of_timestream_is_a_size_or_a_share_of_the_memory) {
  const Configuration standard = with({}).value();
  EXPECT_EQ(timestream_cache(standard, 512_MiB), 128_MiB);
  EXPECT_EQ(timestream_cache(standard, 4_GiB), 512_MiB);
  EXPECT_EQ(timestream_cache(standard, 64_GiB), 1_GiB);
  EXPECT_EQ(timestream_cache(with({"--timestream-cache=3GiB"}).value(), 4_GiB), 3_GiB);
  environment_ = {{"LEVADA_TIMESTREAM_CACHE", "1MiB"}};
  EXPECT_EQ(timestream_cache(with({}).value(), 4_GiB), 1_MiB);
  EXPECT_EQ(timestream_cache(with({"--timestream-cache", "auto"}).value(), 4_GiB), 512_MiB);
  EXPECT_THAT(refusal({"--timestream-cache=big"}), HasSubstr("is not auto or a size"));
}

TEST_F(ConfigurationTest, the_help_and_the_operations_page_name_every_property) {
  std::stringstream page;
  page << std::ifstream(LEVADA_SOURCE_DIR "/docs/operations.md").rdbuf();
  for (const std::string_view name : property_names()) {
    const std::string flag = "--" + std::string(name);
    EXPECT_THAT(serve_help(), HasSubstr("  " + flag + ' '));
    EXPECT_THAT(page.str(), HasSubstr('`' + flag));
  }
}

TEST(Property, environment_names_and_distances) {
  EXPECT_EQ(environment_name("tail-cache"), "LEVADA_TAIL_CACHE");
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
}

}  // namespace
}  // namespace levada::server
