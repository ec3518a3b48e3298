#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "wire/cbor_reader.h"
#include "wire/cbor_writer.h"
#include "wire/hex.h"

namespace levada::wire {
namespace {

Buffer from_hex(std::string_view hex) {
  Buffer bytes(hex.size() / 2);
  EXPECT_TRUE(read_hex(hex, bytes)) << hex;
  return bytes;
}

class CborReader : public testing::Test {
 protected:
  Value read(std::string_view hex) {
    bytes_ = from_hex(hex);
    const Result<Value> root = read_cbor(bytes_, tree_);
    EXPECT_TRUE(root.has_value()) << hex << ": " << root.error().message;
    return root.value_or(Value());
  }
  std::string refusal(std::string_view hex) {
    bytes_ = from_hex(hex);
    const Result<Value> root = read_cbor(bytes_, tree_);
    return root ? "accepted" : root.error().message;
  }

  Buffer bytes_;
  ValueTree tree_;
};

// The examples of RFC 8949, appendix A.
TEST_F(CborReader, reads_integers_of_every_width) {
  EXPECT_EQ(read("00").integer(), 0);
  EXPECT_EQ(read("17").integer(), 23);
  EXPECT_EQ(read("1818").integer(), 24);
  EXPECT_EQ(read("1903e8").integer(), 1000);
  EXPECT_EQ(read("1a000f4240").integer(), 1'000'000);
  EXPECT_EQ(read("1b000000e8d4a51000").integer(), 1'000'000'000'000);
  EXPECT_EQ(read("1bffffffffffffffff").real(), 0x1p64);
  EXPECT_EQ(read("20").integer(), -1);
  EXPECT_EQ(read("3903e7").integer(), -1000);
  EXPECT_EQ(read("3b7fffffffffffffff").integer(), INT64_MIN);
  EXPECT_EQ(read("3bffffffffffffffff").real(), -0x1p64);
}

TEST_F(CborReader, reads_floats_of_every_width) {
  EXPECT_EQ(read("f90000").real(), 0.0);
  EXPECT_TRUE(std::signbit(read("f98000").real()));
  EXPECT_EQ(read("f93e00").real(), 1.5);
  EXPECT_EQ(read("f97bff").real(), 65504.0);
  EXPECT_EQ(read("f90001").real(), 5.960464477539063e-8);
  EXPECT_EQ(read("f9c400").real(), -4.0);
  EXPECT_EQ(read("f97c00").real(), INFINITY);
  EXPECT_TRUE(std::isnan(read("f97e00").real()));
  EXPECT_EQ(read("fa47c35000").real(), 100000.0);
  EXPECT_EQ(read("fb3ff199999999999a").real(), 1.1);
}

TEST_F(CborReader, reads_simple_values) {
  EXPECT_FALSE(read("f4").boolean());
  EXPECT_TRUE(read("f5").boolean());
  EXPECT_TRUE(read("f6").is(ValueKind::null));
  EXPECT_TRUE(read("f7").is(ValueKind::null));
}

TEST_F(CborReader, reads_definite_and_indefinite_strings) {
  EXPECT_EQ(read("6449455446").string(), "IETF");
  EXPECT_EQ(read("62c3bc").string(), "ü");
  EXPECT_EQ(as_text(read("4401020304").bytes()), "\x01\x02\x03\x04");
  EXPECT_EQ(as_text(read("5f42010243030405ff").bytes()), "\x01\x02\x03\x04\x05");
  EXPECT_EQ(read("7f657374726561646d696e67ff").string(), "streaming");
  EXPECT_EQ(read("7fff").string(), "");
}

TEST_F(CborReader, reads_definite_and_indefinite_containers) {
  for (const std::string_view hex : {"83010203", "9f010203ff"}) {
    const Value array = read(hex);
    ASSERT_EQ(array.items().size(), 3u);
    EXPECT_EQ(array.items()[2].integer(), 3);
  }
  for (const std::string_view hex : {"a3616101616282020361610a", "bf61610161629f0203ff61610aff"}) {
    const Value object = read(hex);
    ASSERT_EQ(object.members().size(), 2u);  // "a" is there twice
    EXPECT_EQ(object.find("a")->integer(), 10);
    EXPECT_EQ(object.find("b")->items().size(), 2u);
  }
}

TEST_F(CborReader, reads_times_tagged_or_not) {
  EXPECT_EQ(read("c11b0000018bcfe56800").epoch_millis(), 1'700'000'000'000);
  EXPECT_EQ(read("c1fb41d95450b0000000").epoch_millis(), 1'699'824'320'000);
  EXPECT_EQ(cbor_epoch_millis(read("1b0000018bcfe56800")), 1'700'000'000'000);
  EXPECT_EQ(cbor_epoch_millis(read("fb3ff8000000000000")), 1500);
  EXPECT_EQ(cbor_epoch_millis(read("fb4278bcfe56800000")), 1'700'000'000'000);
  EXPECT_EQ(cbor_epoch_millis(read("f97c00")), std::nullopt);
  for (const std::int64_t millis :
       std::initializer_list<std::int64_t>{1'700'000'000'000, 1'700'000'000'001, 1'700'000'000'123,
                                           1'700'000'000'999, 4'102'444'799'999, -1'500, 0, 1}) {
    const double seconds = static_cast<double>(millis) / 1000;
    EXPECT_EQ(cbor_epoch_millis(Value::of_real(seconds)), millis);
    EXPECT_EQ(cbor_epoch_millis(Value::of_real(seconds + 0.000'9)), millis);
    EXPECT_EQ(cbor_epoch_millis(Value::of_real(seconds + 0.000'5)), millis);
  }
  EXPECT_EQ(cbor_epoch_millis(read("6161")), std::nullopt);
  EXPECT_EQ(refusal("c16161"), "CBOR: time that is not a number at byte 3");
}

TEST_F(CborReader, reads_over_other_tags) {
  EXPECT_EQ(read("d9d9f7c25820" + std::string(64, '0')).bytes().size(), 32u);
}

TEST_F(CborReader, refuses_malformed_items) {
  for (const std::string_view hex : {"",
                                     "18",
                                     "1c",
                                     "1f",
                                     "3f",
                                     "df00",
                                     "fc",
                                     "ff",
                                     "f8ff",
                                     "61",
                                     "6261",
                                     "61ff",
                                     "5f00ff",
                                     "5f6161ff",
                                     "5f5f4101ffff",
                                     "7f61c3ff",
                                     "5f41",
                                     "82",
                                     "8201",
                                     "9f01",
                                     "a1",
                                     "a161",
                                     "a16161",
                                     "a10102",
                                     "bf6161ff",
                                     "bf616101",
                                     "0000",
                                     "9bffffffffffffffff",
                                     "bbffffffffffffffff",
                                     "5bffffffffffffffff",
                                     "c1",
                                     "a1416101"})
    EXPECT_NE(refusal(hex), "accepted") << hex;
}

TEST_F(CborReader, bounds_depth_and_number_of_values) {
  const auto nested = [](std::size_t depth) {
    std::string hex;
    for (std::size_t i = 0; i < depth; ++i) hex += "81";
    return hex + "00";
  };
  EXPECT_EQ(refusal(nested(64)), "accepted");
  EXPECT_NE(refusal(nested(65)), "accepted");
  std::string tags;
  for (int i = 0; i < 100'000; ++i) tags += "c2";
  EXPECT_NE(refusal(tags + "00"), "accepted");
  ValueTree small({.node_count_max = 4});
  EXPECT_TRUE(read_cbor(from_hex("83010203"), small).has_value());
  EXPECT_FALSE(read_cbor(from_hex("8401020304"), small).has_value());
}

TEST(CborWriter, writes_what_every_sdk_reads) {
  Buffer out;
  CborWriter cbor(out);
  cbor.begin_object();
  cbor.key("Records");
  cbor.begin_array(1);
  cbor.begin_object();
  cbor.key("Data");
  cbor.bytes(as_bytes("hi"));
  cbor.key("ApproximateArrivalTimestamp");
  cbor.timestamp(1'700'000'000'123);
  cbor.end_object();
  cbor.end_array();
  cbor.key("MillisBehindLatest");
  cbor.integer(0);
  cbor.end_object();
  EXPECT_EQ(hex_string(out),
            "a2"
            "67" +
                hex_string(as_bytes("Records")) +
                "81a2"
                "64" +
                hex_string(as_bytes("Data")) +
                "426869"
                "781b" +
                hex_string(as_bytes("ApproximateArrivalTimestamp")) +
                "c11b0000018bcfe5687b"
                "72" +
                hex_string(as_bytes("MillisBehindLatest")) + "00");
}

TEST(CborWriter, writes_what_the_reader_reads) {
  Buffer out;
  CborWriter cbor(out);
  cbor.begin_object();
  for (int i = 0; i < 300; ++i) {
    cbor.key("k" + std::to_string(i));
    cbor.integer(i % 2 == 0 ? INT64_MIN >> (i % 63) : INT64_MAX >> (i % 63));
  }
  cbor.key("real");
  cbor.real(1.1);
  cbor.key("null");
  cbor.null();
  cbor.key("true");
  cbor.boolean(true);
  cbor.key("text");
  cbor.string(std::string(70'000, 'x'));
  cbor.end_object();
  ValueTree tree;
  const Result<Value> root = read_cbor(out, tree);
  ASSERT_TRUE(root.has_value()) << root.error().message;
  EXPECT_EQ(root->members().size(), 304u);
  for (int i = 0; i < 300; ++i)
    EXPECT_EQ(root->find("k" + std::to_string(i))->integer(),
              i % 2 == 0 ? INT64_MIN >> (i % 63) : INT64_MAX >> (i % 63));
  EXPECT_EQ(root->find("real")->real(), 1.1);
  EXPECT_EQ(root->find("text")->string().size(), 70'000u);
}

}  // namespace
}  // namespace levada::wire
