// The limits that docs/operations.md promises are those of the code.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "http/limits.h"
#include "log/local/options.h"
#include "wire/http_message.h"

namespace levada::server {
namespace {

std::string seconds(Nanos time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}
std::string size(std::uint64_t bytes) {
  constexpr std::uint64_t mebi = 1 << 20;
  return bytes >= mebi ? std::to_string(bytes / mebi) + " MiB"
                       : std::to_string(bytes / 1024) + " KiB";
}
std::string size(Bytes bytes) { return size(count(bytes)); }

TEST(LimitsPage, says_what_the_code_does) {
  std::ostringstream text;
  text << std::ifstream(LEVADA_SOURCE_DIR "/docs/operations.md").rdbuf();
  const std::string page = text.str();
  ASSERT_FALSE(page.empty());
  const http::Limits limits;
  const auto row = [&page](const std::string& what, const std::string& limit) {
    EXPECT_THAT(page, testing::HasSubstr("\n| " + what + " | " + limit + " | "));
  };
  row("TLS handshake", seconds(limits.handshake) + " from its first bytes");
  row("head of a request", size(std::uint64_t{wire::header_block_max}) + ", " +
                               std::to_string(wire::header_count_max) + " fields, " +
                               seconds(limits.head) + " from its first byte");
  row("body of a request", size(limits.body) + ", " + seconds(limits.body_progress) +
                               " between two pieces, " + size(limits.body_per_second) +
                               "/s on the whole");
  row("bodies being read or answered, a reactor", size(limits.bodies_in_flight));
  row("idle connection", seconds(limits.idle));
  row("answer that the client does not take", seconds(limits.write));
  row("stop: answering what has begun", seconds(limits.drain));
}

}  // namespace
}  // namespace levada::server
