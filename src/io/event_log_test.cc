#include "io/event_log.h"

#include <gtest/gtest.h>

#include <limits>

namespace levada::io {
namespace {

TEST(EventLog, keeps_an_event_as_text) {
  KeptEventLog log;
  log.info("segment recovered", {{"segment", 12}, {"torn", true}, {"file", "a b"}, {"empty", ""}});
  EXPECT_EQ(log.lines(),
            std::vector<std::string>{
                "info segment recovered segment=12 torn=true file=\"a b\" empty=\"\""});
}

TEST(EventLog, values_of_every_kind) {
  const std::string text = "x";
  const Error error{ErrorKind::io, "no room"};
  EXPECT_EQ(event_text("e", {{"a", -1},
                             {"b", ~std::uint64_t{0}},
                             {"c", 0.25},
                             {"d", text},
                             {"e", 4_KiB},
                             {"f", error},
                             {"g", Id<struct Tag, std::uint16_t>(7)}}),
            "e a=-1 b=18446744073709551615 c=0.25 d=x e=4096 f=\"no room\" g=7");
}

TEST(EventLog, an_event_stays_on_its_line_whatever_its_text_holds) {
  EXPECT_EQ(event_text("e", {{"from", "a\nfake event\x1b[31m"}}),
            "e from=\"a\\u000afake event\\u001b[31m\"");
}

TEST(EventLog, json_is_valid_for_quotes_and_infinities) {
  EXPECT_EQ(event_json(
                "say \"hi\"",
                {{"n", std::numeric_limits<double>::infinity()}, {"text", "a\\b"}, {"yes", false}}),
            R"("event":"say \"hi\"","n":null,"text":"a\\b","yes":false)");
}

TEST(EventLog, standard_error_gets_one_json_line_an_event_and_respects_the_level) {
  const auto log = open_event_log({.level = EventLevel::warning, .format = EventFormat::json});
  testing::internal::CaptureStderr();
  log->info("unseen");
  log->error("seen {}", {{"braces", "{}"}});  // braces are text, not a format
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("unseen"), std::string::npos);
  EXPECT_NE(text.find(R"(Z","level":"error","event":"seen {}","braces":"{}"})"), std::string::npos)
      << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

}  // namespace
}  // namespace levada::io
