#include "wire/http1_response_parser.h"

#include <gtest/gtest.h>

#include <string>

#include "wire/http1_chunked.h"
#include "wire/http1_parser.h"
#include "wire/http1_writer.h"
#include "wire/protocol_sniff.h"

namespace levada::wire {
namespace {

ResponseHead head;

Http1Outcome parse(std::string_view text, bool no_body = false) {
  Http1ResponseParser parser;
  parser.expect_no_body(no_body);
  return parser.parse(as_bytes(text), head);
}

TEST(Http1ResponseParser, reads_what_the_writer_wrote) {
  Buffer out;
  const HeaderField headers[] = {{"x-amzn-RequestId", "1"}, {"Evil", "a\r\nb: c"}};
  write_response(out, 200, headers, as_bytes("{}"));
  EXPECT_EQ(
      as_text(out),
      "HTTP/1.1 200 OK\r\nx-amzn-RequestId: 1\r\nEvil: a  b: c\r\nContent-Length: 2\r\n\r\n{}");
  Http1ResponseParser parser;
  for (std::size_t size = 0; size + 2 < out.size(); ++size)
    ASSERT_EQ(parser.parse(ByteView(out).first(size), head).kind, Http1Outcome::Kind::need_more);
  const Http1Outcome outcome = parser.parse(out, head);
  ASSERT_TRUE(outcome.ready());
  EXPECT_EQ(outcome.consumed, out.size() - 2);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.reason, "OK");
  EXPECT_EQ(head.header("x-amzn-requestid"), "1");
  EXPECT_EQ(head.body, BodyKind::length);
  EXPECT_TRUE(head.keep_alive);
}

TEST(Http1ResponseParser, reads_a_chunked_stream_that_the_writer_wrote) {
  Buffer out;
  write_chunked_head(out, 200, {});
  write_chunk(out, as_bytes(std::string(300, 'a')));
  write_chunk(out, {});
  write_chunk(out, as_bytes("b"));
  write_last_chunk(out);
  const Http1Outcome outcome = parse(as_text(out));
  ASSERT_TRUE(outcome.ready());
  EXPECT_EQ(head.body, BodyKind::chunked);
  ChunkedDecoder decoder;
  Buffer body;
  const Http1Outcome end = decoder.decode(ByteView(out).subspan(outcome.consumed), body);
  ASSERT_TRUE(end.ready());
  EXPECT_EQ(outcome.consumed + end.consumed, out.size());
  EXPECT_EQ(as_text(body), std::string(300, 'a') + "b");
}

TEST(Http1ResponseParser, knows_which_answers_have_no_body) {
  ASSERT_TRUE(parse("HTTP/1.1 100 Continue\r\n\r\n").ready());
  EXPECT_EQ(head.body, BodyKind::none);
  ASSERT_TRUE(parse("HTTP/1.1 204 \r\nContent-Length: 5\r\n\r\n").ready());
  EXPECT_EQ(head.body, BodyKind::none);
  ASSERT_TRUE(parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true).ready());
  EXPECT_EQ(head.body, BodyKind::none);
  ASSERT_TRUE(parse("HTTP/1.0 200\r\n\r\n").ready());
  EXPECT_EQ(head.body, BodyKind::until_close);
  EXPECT_FALSE(head.keep_alive);
}

TEST(Http1ResponseParser, refuses_what_is_not_http) {
  for (const std::string_view text :
       {"HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200OK\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\n\n", "HTTP/1.1 099 OK\r\n\r\n"})
    EXPECT_TRUE(parse(text).refused()) << text;
  EXPECT_TRUE(parse(std::string(header_block_max, 'a')).refused());
}

TEST(Http1Writer, writes_requests_that_the_parser_reads) {
  Buffer out;
  const HeaderField headers[] = {{"Host", "localhost:4567"}};
  write_request(out, {"POST", "/"}, headers, as_bytes("{}"));
  EXPECT_EQ(as_text(out), "POST / HTTP/1.1\r\nHost: localhost:4567\r\nContent-Length: 2\r\n\r\n{}");
  Http1RequestParser parser;
  RequestHead request;
  ASSERT_TRUE(parser.parse(out, request).ready());
  EXPECT_EQ(request.content_length, 2u);
  out.clear();
  write_request(out, {"GET", "/metrics"}, headers, {});
  EXPECT_EQ(as_text(out), "GET /metrics HTTP/1.1\r\nHost: localhost:4567\r\n\r\n");
}

TEST(SniffProtocol, tells_the_protocol_from_the_first_bytes) {
  const auto sniff = [](std::string_view text) { return sniff_protocol(as_bytes(text)); };
  EXPECT_EQ(sniff(""), Protocol::need_more);
  EXPECT_EQ(sniff("P"), Protocol::need_more);
  EXPECT_EQ(sniff("PRI * HTTP/2.0\r\n\r\nSM\r\n\r"), Protocol::need_more);
  EXPECT_EQ(sniff("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n...."), Protocol::http2);
  EXPECT_EQ(sniff("PUT"), Protocol::http1);
  EXPECT_EQ(sniff("GET / "), Protocol::http1);
  EXPECT_EQ(sniff("\x16"), Protocol::need_more);
  EXPECT_EQ(sniff("\x16\x03\x01"), Protocol::tls);
  EXPECT_EQ(sniff("\x16\x02"), Protocol::http1);
}

}  // namespace
}  // namespace levada::wire
