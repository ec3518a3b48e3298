#include "wire/put_records_cbor_scan.h"

#include <gtest/gtest.h>

#include <random>

#include "wire/cbor_reader.h"
#include "wire/cbor_writer.h"

namespace levada::wire {
namespace {

Buffer sample(int records, bool with_arn = false) {
  Buffer out;
  CborWriter to(out);
  to.begin_object();
  to.key("Records");
  to.begin_array(static_cast<std::size_t>(records));
  for (int n = 0; n < records; ++n) {
    to.begin_object();
    to.key("Data");
    to.bytes(as_bytes(std::string(static_cast<std::size_t>(n) * 17 % 400, 'x')));
    to.key("PartitionKey");
    to.string("ключ " + std::to_string(n));
    if (n % 3 == 0) {
      to.key("ExplicitHashKey");
      to.string("123");
    }
    to.end_object();
  }
  to.key(with_arn ? "StreamARN" : "StreamName");
  to.string("stream");
  to.end_object();
  return out;
}

// What is taken means the same to the generic reader.
bool agrees(ByteView body) {
  ScannedPut put;
  if (!scan_put_records_cbor(body, put)) return false;
  ValueTree tree;
  const Result<Value> root = read_cbor(body, tree);
  EXPECT_TRUE(root.has_value());
  if (!root) return true;
  const auto same = [](const Value& object, std::string_view name,
                       std::optional<std::string_view> text) {
    const Value* const value = object.find(name);
    EXPECT_EQ(value != nullptr, text.has_value());
    if (value != nullptr && text) {
      EXPECT_EQ(value->string(), *text);
    }
  };
  same(*root, "StreamName", put.stream_name);
  same(*root, "StreamARN", put.stream_arn);
  const auto records = root->find("Records")->items();
  EXPECT_EQ(records.size(), put.records.size());
  for (std::size_t n = 0; n < records.size(); ++n) {
    same(records[n], "PartitionKey", put.records[n].partition_key);
    same(records[n], "ExplicitHashKey", put.records[n].explicit_hash_key);
    EXPECT_EQ(as_text(records[n].find("Data")->bytes()), as_text(put.records[n].data));
  }
  return true;
}

TEST(PutRecordsCborScan, reads_what_sdks_write) {
  EXPECT_TRUE(agrees(sample(1)));
  EXPECT_TRUE(agrees(sample(500, true)));
  EXPECT_FALSE(agrees(sample(501)));
  EXPECT_FALSE(agrees(sample(0)));
}

// {_ "StreamName": "s", "Records": [_ {_ "PartitionKey": "k", "Data": h'0102'}]}
TEST(PutRecordsCborScan, reads_maps_and_arrays_without_a_length_as_java_writes_them) {
  const std::string body =
      "\xbf\x6aStreamName\x61s\x67Records\x9f\xbf\x6cPartitionKey\x61k\x64"
      "Data\x42\x01\x02\xff\xff\xff";
  EXPECT_TRUE(agrees(as_bytes(body)));
  for (std::size_t size = 0; size < body.size(); ++size)
    EXPECT_FALSE(agrees(as_bytes(body.substr(0, size)))) << size;
  EXPECT_FALSE(agrees(as_bytes(body + "\xff")));
}

TEST(PutRecordsCborScan, reads_a_single_record) {
  Buffer body;
  CborWriter to(body);
  to.begin_object();
  for (const auto& [key, text] : {std::pair("StreamName", "s"), std::pair("PartitionKey", "k"),
                                  std::pair("SequenceNumberForOrdering", "49")}) {
    to.key(key);
    to.string(text);
  }
  to.key("Data");
  to.bytes(as_bytes("hi"));
  to.end_object();
  ScannedPut put;
  ASSERT_TRUE(scan_put_record_cbor(body, put));
  EXPECT_EQ(put.stream_name, "s");
  EXPECT_EQ(put.sequence_number_for_ordering, "49");
  EXPECT_EQ(as_text(put.records.at(0).data), "hi");
  EXPECT_FALSE(scan_put_records_cbor(body, put));
}

TEST(PutRecordsCborScan, leaves_everything_unusual_to_the_generic_reader) {
  const auto one = [](std::string record) {
    return "\xa2\x6aStreamName\x61s\x67Records\x81" + record;
  };
  const std::string key = "\x6cPartitionKey\x61k", data =
                                                       "\x64"
                                                       "Data\x41x";
  EXPECT_TRUE(agrees(as_bytes(one("\xa2" + key + data))));
  for (const std::string& record : {
           "\xa1" + key,                           // no data
           "\xa1" + data,                          // no key
           "\xa3" + key + data + "\x65Other\x01",  // an unknown member
           "\xa3" + key + data + data,             // twice
           "\xa2" + key +
               "\x64"
               "Data\x61x",  // text instead of bytes
           "\xa2" + key +
               "\x64"
               "Data\xf6",  // null
           "\xa2" + key +
               "\x64"
               "Data\x5f\x41x\xff",  // in pieces
           "\xa2" + key +
               "\x64"
               "Data\xd7\x41x",                                 // tagged
           std::string("\xa2\x6cPartitionKey\x61\xff") + data,  // no UTF-8
       })
    EXPECT_FALSE(agrees(as_bytes(one(record)))) << record;
}

TEST(PutRecordsCborScan, means_the_same_as_the_generic_reader_whatever_is_damaged) {
  std::mt19937 random(7);
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    Buffer body = sample(1 + static_cast<int>(random() % 4));
    for (unsigned n = random() % 3; n > 0; --n)
      body[random() % body.size()] = static_cast<std::byte>(random());
    taken += agrees(body);
  }
  EXPECT_GT(taken, 1000);
}

}  // namespace
}  // namespace levada::wire
