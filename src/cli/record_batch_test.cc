#include "cli/record_batch.h"

#include <gtest/gtest.h>

#include "wire/cbor_reader.h"
#include "wire/cbor_writer.h"

namespace levada::cli {
namespace {

Document stream_named(const char* name) {
  Document stream = Document::of_object({});
  stream.set("StreamName", Document::of_string(name));
  return stream;
}

// "key=data key=data", or what is wrong.
std::string records_in(std::string_view body) {
  wire::ValueTree tree;
  const Result<wire::Value> root = wire::read_cbor(as_bytes(body), tree);
  if (!root) return root.error().message;
  std::string out(root->find("StreamName")->string());
  for (const wire::Value& record : root->find("Records")->items())
    out.append(" ")
        .append(record.find("PartitionKey")->string())
        .append("=")
        .append(as_text(record.find("Data")->bytes()));
  return out;
}

// An answer with a letter for each record: t taken, r refused.
std::string answer(std::string_view letters) {
  Buffer bytes;
  wire::CborWriter writer(bytes);
  writer.begin_object();
  writer.key("Records");
  writer.begin_array(letters.size());
  for (const char letter : letters) {
    writer.begin_object();
    writer.key(letter == 't' ? "ShardId" : "ErrorCode");
    writer.string(letter == 't' ? "shardId-000000000000" : "Throttled");
    if (letter == 'r') {
      writer.key("ErrorMessage");
      writer.string("slowly");
    }
    writer.end_object();
  }
  writer.end_array();
  writer.end_object();
  writer.finish();
  return std::string(as_text(bytes));
}

TEST(RecordBatch, is_a_body_that_the_service_reads) {
  RecordBatch batch(stream_named("s"));
  batch.add("one", "k1");
  batch.add("", "k2");
  EXPECT_EQ(records_in(batch.close()), "s k1=one k2=");
}

TEST(RecordBatch, keeps_what_was_refused_in_its_order) {
  RecordBatch batch(stream_named("s"));
  for (const char* const data : {"a", "b", "c", "d"}) batch.add(data, "k");
  (void)batch.close();
  const Result<RecordBatch::Verdict> verdict = batch.keep_refused(answer("trtr"));
  ASSERT_TRUE(verdict) << verdict.error().message;
  EXPECT_EQ(verdict->taken, 2U);
  EXPECT_EQ(verdict->refusal, "Throttled: slowly");
  EXPECT_EQ(records_in(batch.close()), "s k=b k=d");
  ASSERT_TRUE(batch.keep_refused(answer("tt")));
  EXPECT_TRUE(batch.is_empty());
}

TEST(RecordBatch, believes_a_service_that_says_at_once_that_all_were_taken) {
  const auto says = [](int failed, std::size_t records) {
    Buffer bytes;
    wire::CborWriter writer(bytes);
    writer.begin_object();
    writer.key("FailedRecordCount");
    writer.integer(failed);
    writer.key("Records");
    writer.begin_array(records);
    for (std::size_t n = 0; n < records; ++n) {
      writer.begin_object();
      writer.key("ErrorCode");
      writer.string("Throttled");
      writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    return std::string(as_text(bytes));
  };
  RecordBatch batch(stream_named("s"));
  for (const char* const data : {"a", "b"}) batch.add(data, "k");
  (void)batch.close();
  EXPECT_FALSE(batch.keep_refused(says(0, 1)));
  EXPECT_EQ(batch.keep_refused(says(2, 2))->taken, 0U);
  EXPECT_EQ(records_in(batch.close()), "s k=a k=b");
  EXPECT_EQ(batch.keep_refused(says(0, 2))->taken, 2U);
  EXPECT_TRUE(batch.is_empty());
}

TEST(RecordBatch, writes_lengths_of_every_size) {
  for (const std::size_t size : {0, 1, 23, 24, 255, 256, 65'535, 65'536, 200'000}) {
    RecordBatch batch(stream_named("s"));
    const std::string data(size, 'd'), key(std::max<std::size_t>(size % 257, 1), 'k');
    batch.add(data, key);
    EXPECT_TRUE(records_in(batch.close()) == "s " + key + "=" + data) << size;
  }
}

TEST(RecordBatch, wants_to_hear_of_every_record) {
  RecordBatch batch(stream_named("s"));
  batch.add("a", "k");
  (void)batch.close();
  EXPECT_FALSE(batch.keep_refused(answer("tt")));
  EXPECT_FALSE(batch.keep_refused("{}"));
}

TEST(RecordBatch, has_room_for_500_records_and_for_one_of_any_size) {
  RecordBatch batch(stream_named("s"));
  EXPECT_TRUE(batch.has_room_for(10 << 20));
  for (int i = 0; i < 499; ++i) batch.add("x", "k");
  EXPECT_TRUE(batch.has_room_for(1));
  EXPECT_FALSE(batch.has_room_for(1 << 20));
  batch.add("x", "k");
  EXPECT_FALSE(batch.has_room_for(1));
  batch.clear();
  EXPECT_TRUE(batch.has_room_for(10 << 20));
}

}  // namespace
}  // namespace levada::cli
