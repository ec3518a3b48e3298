#include "cli/stream_file.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "cli/stream_progress.h"

namespace levada::cli {
namespace {

TEST(StreamFile, lines_read_back_as_they_were_written) {
  const ExportHeader header{"arn:aws:kinesis:us-east-1:000000000000:stream/s",
                            "shardId-000000000000", "0", "99"};
  const auto header_read = ExportHeader::read(header.line());
  ASSERT_TRUE(header_read);
  EXPECT_EQ(header_read->line(), header.line());
  const ExportRecord record{"4967", "1700000000.5", "a \"key\" ü", false, "7", "AAEC"};
  const auto record_read = ExportRecord::read(record.line());
  ASSERT_TRUE(record_read);
  EXPECT_EQ(record_read->line(), record.line());
  EXPECT_EQ(record_read->partition_key, "a \"key\" ü");
}

TEST(StreamFile, a_record_without_a_key_stays_without) {
  const ExportRecord record{"1", "0", "", true, "", ""};
  EXPECT_TRUE(ExportRecord::read(record.line())->keyless);
}

TEST(StreamFile, other_files_are_refused) {
  EXPECT_FALSE(ExportHeader::read("{}"));
  EXPECT_FALSE(ExportHeader::read("no json"));
  EXPECT_FALSE(ExportHeader::read(R"({"Format":"levada-stream-export","Version":2})"));
  EXPECT_FALSE(ExportRecord::read(R"({"PartitionKey":"a"})"));
}

// MD5 of "a" is 0cc175b9…: in the first sixteenth of the key space.
TEST(StreamFile, a_key_that_leads_elsewhere_is_helped) {
  const std::string middle = "170141183460469231731687303715884105728";
  const std::string last = "340282366920938463463374607431768211455";
  EXPECT_EQ(key_to_reach("a", "0", middle), "");
  EXPECT_EQ(key_to_reach("a", middle, last), middle);
}

TEST(LineReader, gives_whole_lines_only_and_says_where_it_is) {
  const std::string path = testing::TempDir() + "levada-lines";
  std::ofstream(path) << "one\ntwo\ntorn";
  auto lines = LineReader::open(path);
  ASSERT_TRUE(lines);
  EXPECT_EQ(**lines->next(), "one");
  EXPECT_EQ(lines->position(), 4u);
  EXPECT_EQ(**lines->next(), "two");
  EXPECT_FALSE(*lines->next());
  EXPECT_EQ(lines->position(), 8u);
  EXPECT_EQ(lines->size(), 12u);
  auto later = LineReader::open(path, 4);
  EXPECT_EQ(**later->next(), "two");
  std::remove(path.c_str());
}

TEST(ProgressLine, fits_the_terminal) {
  EXPECT_EQ(progress_line("s", 0.5, 12, 3.1e6, 80),
            "s  [============>           ]  50%  12 records  3.1 MB/s");
  EXPECT_EQ(progress_line("s", 0.5, 12, 3.1e6, 10).size(), 9u);
  EXPECT_EQ(progress_line("s", 2, 1, 0, 80),
            "s  [========================] 100%  1 records  0.0 MB/s");
}

}  // namespace
}  // namespace levada::cli
