#include "server/audit_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

namespace levada::server {
namespace {

struct AuditFileTest : testing::Test {
  std::string path = testing::TempDir() + "levada-audit-" + std::to_string(::getpid());
  io::SilentEventLog events;
  ~AuditFileTest() override {
    std::filesystem::remove(path);
    std::filesystem::remove(path + ".1");
  }
  static std::string text_of(const std::string& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }
  static aws::AuditEntry entry(std::string_view outcome) {
    return {.at = UnixMillis(1'700'000'000'007),
            .event = "call",
            .source = "127.0.0.1",
            .access_key = {},
            .principal = "arn:aws:iam::111111111111:user/ann",
            .action = "kinesis:CreateStream",
            .region = "us-east-1",
            .resource = "arn:aws:kinesis:us-east-1:111111111111:stream/a\"b",
            .request_id = "id",
            .outcome = outcome};
  }
};

TEST_F(AuditFileTest, holds_one_json_object_a_line) {
  const auto file = AuditFile::open(path, events);
  ASSERT_TRUE(file);
  (*file)->write(entry("ok"));
  (*file)->write(entry("LimitExceededException"));
  const std::string text = text_of(path);
  EXPECT_TRUE(text.starts_with(
      R"({"time":"2023-11-14T22:13:20.007Z","event":"call","source":"127.0.0.1",)"
      R"("principal":"arn:aws:iam::111111111111:user/ann","action":"kinesis:CreateStream",)"
      R"("region":"us-east-1","resource":"arn:aws:kinesis:us-east-1:111111111111:stream/a\"b",)"
      R"("request_id":"id","outcome":"ok"})"
      "\n"))
      << text;
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
}

TEST_F(AuditFileTest, goes_on_in_a_new_file_after_it_was_renamed) {
  const auto file = AuditFile::open(path, events);
  (*file)->write(entry("first"));
  std::filesystem::rename(path, path + ".1");
  (*file)->write(entry("second"));
  ASSERT_TRUE((*file)->reopen());
  (*file)->write(entry("third"));
  EXPECT_NE(text_of(path + ".1").find("second"), std::string::npos);
  EXPECT_EQ(text_of(path + ".1").find("third"), std::string::npos);
  EXPECT_NE(text_of(path).find("third"), std::string::npos);
  struct stat status;
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0007, 0u);
}

TEST_F(AuditFileTest, takes_whole_lines_from_several_threads_while_it_is_changed) {
  const auto file = AuditFile::open(path, events);
  constexpr int threads = 4, lines = 500;
  std::vector<std::thread> writers;
  for (int n = 0; n < threads; ++n)
    writers.emplace_back([&] {
      for (int line = 0; line < lines; ++line) (*file)->write(entry("ok"));
    });
  for (int n = 0; n < 20; ++n) EXPECT_TRUE((*file)->reopen());
  for (std::thread& writer : writers) writer.join();
  std::istringstream text(text_of(path));
  int count = 0;
  for (std::string line; std::getline(text, line); ++count)
    EXPECT_TRUE(line.starts_with("{\"time\"") && line.ends_with("\"ok\"}")) << line;
  EXPECT_EQ(count, threads * lines);
}

TEST_F(AuditFileTest, stays_json_whatever_a_client_claims) {
  const auto file = AuditFile::open(path, events);
  aws::AuditEntry odd = entry("ok");
  const std::string line_break = "a\nb\xff", longer(5000, 'k');
  odd.access_key = line_break;
  (*file)->write(odd);
  odd.access_key = longer;
  (*file)->write(odd);
  const std::string text = text_of(path);
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  EXPECT_NE(text.find("(not UTF-8)"), std::string::npos);
  EXPECT_LT(text.size(), 3500u);
}

TEST_F(AuditFileTest, says_which_file_it_cannot_open) {
  const auto file = AuditFile::open("/nowhere/at/all", events);
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("/nowhere/at/all"), std::string::npos);
}

}  // namespace
}  // namespace levada::server
