#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "wire/json_reader.h"
#include "wire/json_writer.h"

namespace levada::wire {
namespace {

struct Read {
  explicit Read(std::string text, ValueLimits limits = {})
      : text(std::move(text)), tree(limits), root(read_json(this->text, tree)) {}
  std::string text;
  ValueTree tree;
  Result<Value> root;
};

bool accepts(std::string_view text) {
  ValueTree tree;
  return read_json(text, tree).has_value();
}

TEST(JsonReader, reads_every_kind_in_order) {
  const Read read(
      R"( {"b":[1, -2.50,"x\u20ac\ud83d\ude00\/",true,false,null,{}],"a":9223372036854775807} )");
  ASSERT_TRUE(read.root.has_value());
  const auto members = read.root->members();
  ASSERT_EQ(members.size(), 2u);
  EXPECT_EQ(members[0].key, "b");
  EXPECT_EQ(members[1].value.integer(), std::numeric_limits<std::int64_t>::max());
  const auto items = members[0].value.items();
  ASSERT_EQ(items.size(), 7u);
  EXPECT_EQ(items[0].integer(), 1);
  EXPECT_EQ(items[1].real(), -2.5);
  EXPECT_EQ(items[1].number_text(), "-2.50");
  EXPECT_EQ(items[2].string(), "x€😀/");
  EXPECT_TRUE(items[3].boolean());
  EXPECT_FALSE(items[4].boolean());
  EXPECT_TRUE(items[5].is(ValueKind::null));
  EXPECT_TRUE(items[6].members().empty());
}

TEST(JsonReader, keeps_numbers_beyond_64_bits_as_reals) {
  const Read read("[9223372036854775808, 100000000000000000000000, 1e400, 1e-400, 1E2, -0]");
  const auto items = read.root->items();
  EXPECT_EQ(items[0].real(), 0x1p63);
  EXPECT_EQ(items[1].real(), 1e23);
  EXPECT_EQ(items[1].number_text(), "100000000000000000000000");
  EXPECT_EQ(items[2].real(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(items[3].real(), 0.0);
  EXPECT_EQ(items[4].real(), 100.0);
  EXPECT_EQ(items[5].integer(), 0);
}

TEST(JsonReader, lets_the_last_of_repeated_keys_win) {
  const Read few(R"({"a":1,"b":2,"a":3})");
  ASSERT_EQ(few.root->members().size(), 2u);
  EXPECT_EQ(few.root->members()[0].value.integer(), 3);
  EXPECT_EQ(few.root->find("b")->integer(), 2);
  EXPECT_EQ(few.root->find("c"), nullptr);

  std::string text = "{";
  for (int i = 0; i < 100; ++i)
    text += "\"k" + std::to_string(i % 40) + "\":" + std::to_string(i) + ",";
  text += "\"\":7}";
  const Read many(text);
  ASSERT_EQ(many.root->members().size(), 41u);
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(many.root->members()[static_cast<std::size_t>(i)].key, "k" + std::to_string(i));
    EXPECT_EQ(many.root->members()[static_cast<std::size_t>(i)].value.integer(),
              i < 20 ? 80 + i : 40 + i);
  }
  EXPECT_EQ(many.root->members()[40].value.integer(), 7);
}

TEST(JsonReader, refuses_what_is_not_json) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "}",
                                      "[1,]",
                                      "[1 2]",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "01",
                                      "-",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "+1",
                                      "tru",
                                      "nul",
                                      "True",
                                      "\"",
                                      "\"\\x\"",
                                      "\"\\u12\"",
                                      "\"\\ud800\"",
                                      "\"\\udc00\"",
                                      "\"\\ud800\\u0041\"",
                                      "\"\n\"",
                                      "\"\xff\"",
                                      "\"\xc0\x80\"",
                                      "1 1",
                                      "{} x",
                                      "NaN",
                                      "[\"a\":1]",
                                      "'a'",
                                      "\"\\"})
    EXPECT_FALSE(accepts(text)) << text;
}

TEST(JsonReader, says_what_is_wrong_and_where) {
  const Read read(R"({"a":tru})");
  EXPECT_EQ(read.root.error().kind, ErrorKind::invalid);
  EXPECT_EQ(read.root.error().message, "JSON: no value at byte 5");
}

TEST(JsonReader, bounds_depth_and_number_of_values) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(accepts(nested(64)));
  EXPECT_FALSE(accepts(nested(65)));
  EXPECT_FALSE(accepts(std::string(1'000'000, '[')));
  EXPECT_TRUE(Read("[1,2,3]", {.node_count_max = 4}).root.has_value());
  EXPECT_FALSE(Read("[1,2,3,4]", {.node_count_max = 4}).root.has_value());
}

TEST(JsonReader, reuses_its_tree) {
  ValueTree tree;
  const std::string large = "[\"" + std::string(100'000, 'a') + "\\n\"]";
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(read_json(large, tree)->items()[0].string().size(), 100'001u);
    ASSERT_EQ(read_json("[\"\\n\"]", tree)->items()[0].string(), "\n");
  }
}

TEST(JsonWriter, writes_what_aws_writes) {
  Buffer out;
  {
    JsonWriter json(out);
    json.begin_object();
    json.key("Text");
    json.string("a\"\\\b\f\n\r\t\x01/ü");
    json.key("Numbers");
    json.begin_array();
    json.integer(std::numeric_limits<std::int64_t>::min());
    json.unsigned_integer(std::numeric_limits<std::uint64_t>::max());
    json.real(0.1);
    json.real(std::numeric_limits<double>::infinity());
    json.end_array();
    json.key("Times");
    json.begin_array();
    for (const std::int64_t millis : {1'700'000'000'000l, 1'700'000'000'120l, 5l, -1l, 0l})
      json.epoch_seconds(millis);
    json.end_array();
    json.key("Empty");
    json.begin_object();
    json.end_object();
    json.key("Rest");
    json.begin_array();
    json.boolean(true);
    json.null();
    json.raw("{\"x\":1}");
    std::copy_n("YQ==", 4, json.plain_string(4));
    json.end_array();
    json.end_object();
  }
  EXPECT_EQ(as_text(out),
            R"({"Text":"a\"\\\b\f\n\r\t\u0001/ü","Numbers":[-9223372036854775808,)"
            R"(18446744073709551615,0.1,null],"Times":[1700000000,1700000000.12,0.005,-0.001,0],)"
            R"("Empty":{},"Rest":[true,null,{"x":1},"YQ=="]})");
}

TEST(JsonWriter, takes_over_a_buffer_that_has_room_for_what_is_before_it) {
  for (const bool first : {true, false}) {
    Buffer out;
    JsonWriter json(out);
    json.begin_object();
    json.key("rows");
    json.begin_array();
    if (!first) json.integer(1);
    Buffer rows(json.room());
    {
      JsonWriter inner(rows);
      for (int i = 0; i < 40'000; ++i) inner.integer(i % 7);
    }
    const std::byte* const place = rows.data();
    json.raw_in_place(std::move(rows));
    EXPECT_EQ(out.data(), place);  // nothing large was copied
    json.integer(5);
    json.end_array();
    json.end_object();
    json.finish();
    const std::string text(as_text(out));
    EXPECT_TRUE(text.starts_with(first ? R"({"rows":[0,1,2,)" : R"({"rows":[1,0,1,2,)"));
    EXPECT_TRUE(text.ends_with(",1,5]}"));
    EXPECT_TRUE(accepts(text));
  }
}

TEST(JsonWriter, appends_behind_what_is_there_and_is_read_back) {
  Buffer out;
  const ByteView head = as_bytes("head");
  out.assign(head.begin(), head.end());
  std::string text;
  for (int c = 0; c < 128; ++c) text += static_cast<char>(c);
  for (int i = 0; i < 6; ++i) text += text;
  {
    JsonWriter json(out);
    json.string(text);
  }
  ASSERT_EQ(as_text(out).substr(0, 4), "head");
  ValueTree tree;
  EXPECT_EQ(read_json(as_text(out).substr(4), tree)->string(), text);
}

}  // namespace
}  // namespace levada::wire
