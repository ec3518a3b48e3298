#include "wire/event_stream.h"

#include <gtest/gtest.h>

#include <string>

#include "wire/hex.h"

namespace levada::wire {
namespace {

constexpr HeaderField initial_response[] = {{":message-type", "event"},
                                            {":event-type", "initial-response"},
                                            {":content-type", "application/json"}};

TEST(EventStream, writes_the_frame_that_aws_writes) {
  Buffer out;
  append_event(out, initial_response, as_bytes("{}"));
  EXPECT_EQ(
      hex_string(out),
      "00000068000000564e6817240d3a6d6573736167652d747970650700056576656e740b3a6576656e742d7479"
      "7065070010696e697469616c2d726573706f6e73650d3a636f6e74656e742d747970650700106170706c6963"
      "6174696f6e2f6a736f6e7b7dfe942c1d");
}

TEST(EventStream, reads_frames_back_to_back) {
  Buffer out;
  append_event(out, initial_response, as_bytes("{}"));
  append_event(out, {}, {});
  const std::size_t first_size = 104;
  for (std::size_t size = 0; size < first_size; ++size)
    ASSERT_EQ(read_event(ByteView(out).first(size)).kind, EventFrame::Kind::need_more);
  const EventFrame first = read_event(out);
  ASSERT_EQ(first.kind, EventFrame::Kind::ready);
  EXPECT_EQ(first.consumed, first_size);
  EXPECT_EQ(as_text(first.payload), "{}");
  EXPECT_EQ(first.headers.find(":event-type"), "initial-response");
  const EventFrame second = read_event(ByteView(out).subspan(first_size));
  ASSERT_EQ(second.kind, EventFrame::Kind::ready);
  EXPECT_EQ(second.consumed, 16u);
  EXPECT_EQ(second.headers.size(), 0u);
}

TEST(EventStream, detects_every_flipped_bit) {
  Buffer out;
  append_event(out, initial_response, as_bytes("{}"));
  for (std::size_t bit = 0; bit < out.size() * 8; ++bit) {
    Buffer damaged = out;
    damaged[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    EXPECT_EQ(read_event(damaged).kind, EventFrame::Kind::broken) << bit;
  }
}

}  // namespace
}  // namespace levada::wire
