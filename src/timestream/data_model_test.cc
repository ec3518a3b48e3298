#include "timestream/data_model.h"

#include <gtest/gtest.h>

#include "timestream/batch_load.h"

namespace levada::timestream {
namespace {

using Fields = std::vector<std::string>;

DataModel multi() {
  DataModel model;
  model.time_column = "at";
  model.time_unit = "SECONDS";
  model.dimensions = {{"host", ""}, {"zone", "az"}};
  model.multi.emplace(
      MultiColumnMapping{"cpu", {{"user", "", "BIGINT"}, {"note", "remark", "VARCHAR"}}});
  return model;
}

TEST(DataModel, columns_are_found_by_their_names_and_empty_ones_are_left_out) {
  const DataModel model = multi();
  const Fields header = {"note", "at", "zone", "host", "user", "more"};
  const auto mapper = RowMapper::over(model, header, "-");
  ASSERT_TRUE(mapper) << mapper.error().message;
  MappedRows rows;
  const Fields one = {"-", "17", "z", "h", "5", ""}, two = {"text", "18", "", "h", "", ""};
  EXPECT_FALSE(mapper->map(0, one, rows));
  EXPECT_FALSE(mapper->map(1, two, rows));
  ASSERT_EQ(rows.records.size(), 2u);
  const RecordInput& first = rows.records[0];
  EXPECT_EQ(first.time, "17");
  EXPECT_EQ(first.time_unit, "SECONDS");
  EXPECT_EQ(first.measure_name, "cpu");
  ASSERT_EQ(first.dimensions.size(), 2u);
  EXPECT_EQ(first.dimensions[1].name, "az");
  ASSERT_EQ(first.measures.size(), 1u);
  EXPECT_EQ(first.measures[0].name, "user");
  EXPECT_EQ(rows.records[1].dimensions.size(), 1u);
  EXPECT_EQ(rows.records[1].measures[0].name, "remark");
  EXPECT_TRUE(read_records({}, rows.records));
}

TEST(DataModel, a_row_that_is_no_record_says_why) {
  const DataModel model = multi();
  const Fields header = {"at", "host", "zone", "user", "note"};
  const auto mapper = RowMapper::over(model, header, "");
  ASSERT_TRUE(mapper);
  MappedRows rows;
  const auto why = [&](Fields fields) { return mapper->map(0, fields, rows).value_or("none"); };
  EXPECT_EQ(why({"1", "h"}), "The row has 2 columns, the header 5.");
  EXPECT_EQ(why({"", "h", "z", "1", ""}), "The row has no time.");
  EXPECT_EQ(why({"1", "", "", "1", ""}), "The row has no dimension.");
  EXPECT_EQ(why({"1", "h", "z", "", ""}), "The row has no measure.");
  const Fields short_header = {"at", "host", "zone", "user"};
  const auto missing = RowMapper::over(model, short_header, "");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "the file has no column 'note'");
}

TEST(DataModel, without_a_column_that_chooses_every_mixed_mapping_makes_a_record) {
  DataModel model = multi();
  model.multi.reset();
  model.mixed = {{"", "a", "", "DOUBLE", {}}, {"", "b", "beta", "BIGINT", {}}};
  ASSERT_TRUE(check_model(model));
  const Fields header = {"at", "host", "zone", "a", "b"}, row = {"1", "h", "z", "1.5", "2"};
  const auto mapper = RowMapper::over(model, header, "");
  ASSERT_TRUE(mapper);
  MappedRows rows;
  EXPECT_FALSE(mapper->map(7, row, rows));
  ASSERT_EQ(rows.records.size(), 2u);
  EXPECT_EQ(rows.records[0].measure_name, "a");
  EXPECT_EQ(rows.records[1].measure_name, "beta");
  EXPECT_EQ(rows.rows, (std::vector<std::size_t>{7, 7}));
}

TEST(DataModel, what_cannot_be_meant_is_refused) {
  DataModel both = multi();
  both.mixed = {{"", "a", "", "DOUBLE", {}}};
  EXPECT_FALSE(check_model(both));
  DataModel nameless = multi();
  nameless.multi->target.clear();
  EXPECT_FALSE(check_model(nameless));
  DataModel empty_multi = multi();
  empty_multi.multi.reset();
  empty_multi.mixed = {{"x", "", "", "MULTI", {}}};
  EXPECT_FALSE(check_model(empty_multi));
}

TEST(BatchLoad, is_the_same_after_it_was_written_and_read) {
  BatchLoad load;
  load.id = "ABC";
  load.caller = {"000000000000", "us-east-1"};
  load.command.source = {"in", "2024/", ";", "", "'", "NULL", false};
  load.command.report = ReportLocation{"out", "reports", "SSE_S3", ""};
  load.command.model = multi();
  load.command.model.mixed = {{"m", "a", "t", "MULTI", {{"s", "t", "DOUBLE"}}}};
  load.command.version = 7;
  load.status = LoadStatus::progress_stopped;
  load.progress = {5, 4, 3, 2, 1, 99};
  load.object = std::string("2024/a.csv\0", 11);
  load.offset = 1234;
  const auto again = decode_batch_load(encode(load));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->command, load.command);
  EXPECT_EQ(again->status, load.status);
  EXPECT_EQ(again->object, load.object);
  EXPECT_EQ(again->offset, load.offset);
  EXPECT_EQ(again->progress.bytes, 99u);
}

}  // namespace
}  // namespace levada::timestream
