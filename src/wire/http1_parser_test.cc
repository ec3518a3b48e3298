#include "wire/http1_parser.h"

#include <gtest/gtest.h>

#include <string>

#include "wire/http1_chunked.h"

namespace levada::wire {
namespace {

constexpr std::string_view put_record =
    "POST /?a=b HTTP/1.1\r\nHost: 127.0.0.1:4567\r\nAccept-Encoding: identity\r\n"
    "X-Amz-Target: Kinesis_20131202.PutRecord\r\nContent-Type:application/x-amz-json-1.1\t \r\n"
    "Content-Length: 2\r\n\r\n{}";

Http1Outcome parse(std::string_view text, RequestHead& head, Bytes body_max = body_max_default) {
  Http1RequestParser parser(body_max);
  return parser.parse(as_bytes(text), head);
}

int refusal(std::string_view text) {
  RequestHead head;
  const Http1Outcome outcome = parse(text, head);
  return outcome.refused() ? outcome.status : 0;
}

TEST(Http1RequestParser, reads_the_head_of_an_sdk_request) {
  RequestHead head;
  const Http1Outcome outcome = parse(put_record, head);
  ASSERT_TRUE(outcome.ready());
  EXPECT_EQ(outcome.consumed, put_record.size() - 2);
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/?a=b");
  EXPECT_EQ(head.path, "/");
  EXPECT_EQ(head.query, "a=b");
  EXPECT_EQ(head.authority, "127.0.0.1:4567");
  EXPECT_EQ(head.headers.size(), 5u);
  EXPECT_EQ(head.header("x-amz-target"), "Kinesis_20131202.PutRecord");
  EXPECT_EQ(head.header("content-type"), "application/x-amz-json-1.1");
  EXPECT_EQ(head.header("absent"), std::nullopt);
  EXPECT_EQ(head.body, BodyKind::length);
  EXPECT_EQ(head.content_length, 2u);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_FALSE(head.expects_continue);
}

TEST(Http1RequestParser, says_the_same_however_the_bytes_arrive) {
  Http1RequestParser parser;
  RequestHead head;
  for (std::size_t size = 0; size + 2 < put_record.size(); ++size)
    ASSERT_EQ(parser.parse(as_bytes(put_record.substr(0, size)), head).kind,
              Http1Outcome::Kind::need_more);
  const Http1Outcome outcome = parser.parse(as_bytes(put_record), head);
  ASSERT_TRUE(outcome.ready());
  EXPECT_EQ(head.headers.size(), 5u);
}

TEST(Http1RequestParser, tells_where_a_pipelined_request_begins) {
  const std::string two = std::string(put_record) + "\r\nGET /healthz HTTP/1.0\r\n\r\n";
  Http1RequestParser parser;
  RequestHead head;
  const Http1Outcome first = parser.parse(as_bytes(two), head);
  ASSERT_TRUE(first.ready());
  const ByteView rest = as_bytes(two).subspan(first.consumed + head.content_length);
  const Http1Outcome second = parser.parse(rest, head);
  ASSERT_TRUE(second.ready());
  EXPECT_EQ(second.consumed, rest.size());
  EXPECT_EQ(head.path, "/healthz");
  EXPECT_FALSE(head.keep_alive);
}

TEST(Http1RequestParser, follows_a_buffer_that_moved) {
  std::string text(put_record);
  RequestHead head;
  ASSERT_TRUE(parse(text, head).ready());
  const std::string moved = text;
  head.rebase(text.data(), moved.data());
  text.assign(text.size(), '#');
  EXPECT_EQ(head.path, "/");
  EXPECT_EQ(head.header("Content-Length"), "2");
}

TEST(Http1RequestParser, keeps_the_connection_as_the_version_and_the_field_say) {
  RequestHead head;
  ASSERT_TRUE(parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", head).ready());
  EXPECT_FALSE(head.keep_alive);
  ASSERT_TRUE(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", head).ready());
  EXPECT_TRUE(head.keep_alive);
}

TEST(Http1RequestParser, takes_the_path_out_of_an_absolute_target) {
  RequestHead head;
  ASSERT_TRUE(parse("GET http://h:1/p?q=/ HTTP/1.1\r\nHost: h:1\r\n\r\n", head).ready());
  EXPECT_EQ(head.path, "/p");
  EXPECT_EQ(head.query, "q=/");
}

TEST(Http1RequestParser, notices_who_waits_for_100_continue) {
  RequestHead head;
  ASSERT_TRUE(
      parse("PUT / HTTP/1.1\r\nHost: h\r\nexpect: 100-Continue\r\ncontent-length: 9\r\n\r\n", head)
          .ready());
  EXPECT_TRUE(head.expects_continue);
}

TEST(Http1RequestParser, refuses_whatever_could_smuggle_a_request) {
  const std::string begin = "POST / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(refusal(begin + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n"), 400);
  EXPECT_EQ(refusal(begin + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n"), 0);
  EXPECT_EQ(refusal(begin + "Content-Length: 3, 3\r\n\r\n"), 400);
  EXPECT_EQ(refusal(begin + "Content-Length: +3\r\n\r\n"), 400);
  EXPECT_EQ(refusal(begin + "Content-Length:\r\n\r\n"), 400);
  EXPECT_EQ(refusal(begin + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(refusal(begin + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
            400);
  EXPECT_EQ(refusal(begin + "Transfer-Encoding: gzip, chunked\r\n\r\n"), 501);
  EXPECT_EQ(refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(refusal(begin + "A: b\n\r\n"), 400);
  EXPECT_EQ(refusal("POST / HTTP/1.1\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal(begin + "A: b\r\n c\r\n\r\n"), 400);
  EXPECT_EQ(refusal(begin + "A : b\r\n\r\n"), 400);
  EXPECT_EQ(refusal(begin + ": b\r\n\r\n"), 400);
  EXPECT_EQ(refusal(begin + "A: b\rc\r\n\r\n"), 400);
  EXPECT_EQ(refusal(begin + "Host: i\r\n\r\n"), 400);
  EXPECT_EQ(refusal(begin + std::string("A: \0\r\n\r\n", 9)), 400);
}

TEST(Http1RequestParser, answers_each_offence_with_its_status) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/3.0\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(refusal("GET / http/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("G(T / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET  / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET /\x80 HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\nExpect: a pony\r\n\r\n"), 417);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20971521\r\n\r\n"), 413);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20971520\r\n\r\n"), 0);
  EXPECT_EQ(
      refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n"),
      413);
  EXPECT_EQ(refusal("GET /" + std::string(header_block_max, 'a')), 414);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(header_block_max, 'a')), 431);
  std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (std::size_t i = 1; i < header_count_max; ++i) many += "a: b\r\n";
  EXPECT_EQ(refusal(many + "\r\n"), 0);
  EXPECT_EQ(refusal(many + "a: b\r\n\r\n"), 431);
}

TEST(ChunkedDecoder, joins_chunks_however_they_arrive) {
  const std::string_view body = "4;x=\"y\"\r\nWiki\r\nA\r\npedia in\r\n\r\n0\r\nT: v\r\n\r\nNEXT";
  for (std::size_t step = 1; step <= body.size(); ++step) {
    ChunkedDecoder decoder;
    Buffer out;
    std::size_t at = 0;
    Http1Outcome outcome;
    while (!outcome.ready()) {
      outcome = decoder.decode(as_bytes(body.substr(at, step)), out);
      ASSERT_FALSE(outcome.refused()) << outcome.reason;
      at += outcome.consumed;
    }
    EXPECT_EQ(as_text(out), "Wikipedia in\r\n");
    EXPECT_EQ(body.substr(at), "NEXT");
  }
}

TEST(ChunkedDecoder, refuses_malformed_and_oversized_bodies) {
  const auto status = [](std::string_view body) {
    ChunkedDecoder decoder(Bytes{16});
    Buffer out;
    const Http1Outcome outcome = decoder.decode(as_bytes(body), out);
    return outcome.refused() ? outcome.status : 0;
  };
  EXPECT_EQ(status("11\r\n"), 413);
  EXPECT_EQ(status("10\r\n0123456789abcdef\r\n1\r\n"), 413);
  EXPECT_EQ(status("ffffffffffffffffffffff\r\n"), 413);
  EXPECT_EQ(status("x\r\n"), 400);
  EXPECT_EQ(status("\r\n"), 400);
  EXPECT_EQ(status("1 \r\n"), 400);
  EXPECT_EQ(status("1\n"), 400);
  EXPECT_EQ(status("1\r\nab\r\n"), 400);
  EXPECT_EQ(status("1\r\na\n"), 400);
  EXPECT_EQ(status("0\r\nA: \n"), 400);
  EXPECT_EQ(status("1;" + std::string(100'000, 'x')), 400);
}

}  // namespace
}  // namespace levada::wire
