#include "wire/http2_session.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "wire/http2_client_session.h"

namespace levada::wire {
namespace {

Buffer buffer_of(std::string_view text) {
  const ByteView bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

struct Answer {
  int status = 0;
  std::string content_length;
  std::string body;
  bool ended = false;
  bool is_reset = false;
};

// A client and a server joined back to back; what the server's events say is kept for the test.
class Http2SessionTest : public testing::Test {
 protected:
  void make(Http2Limits limits) { server_ = std::make_unique<Http2Session>(limits); }

  Http2StreamId send(std::string_view method, std::string_view path, std::string body,
                     std::span<const HeaderField> headers = {}) {
    const auto id =
        client_.submit_request({method, "http", "h:4567", path}, headers, buffer_of(body));
    EXPECT_TRUE(id.has_value());
    return id.value_or(Http2StreamId());
  }

  bool to_server() {
    Buffer bytes;
    client_.take_output(bytes);
    if (bytes.empty()) return false;
    EXPECT_TRUE(server_->feed(bytes));
    while (auto event = server_->next_event()) events_.push_back(std::move(*event));
    return true;
  }

  bool to_client() {
    Buffer bytes;
    server_->take_output(bytes);
    while (auto event = server_->next_event()) events_.push_back(std::move(*event));
    if (bytes.empty()) return false;
    output_largest_ = std::max(output_largest_, bytes.size());
    EXPECT_TRUE(client_.feed(bytes));
    while (auto event = client_.next_event()) take(std::move(*event));
    return true;
  }

  void take(Http2ClientEvent event) {
    Answer& answer = answers_[event.stream.value()];
    switch (event.kind) {
      case Http2ClientEvent::Kind::head:
        answer.status = event.head->head.status;
        answer.content_length = event.head->head.header("content-length").value_or("");
        break;
      case Http2ClientEvent::Kind::data:
        answer.body += as_text(event.data);
        break;
      case Http2ClientEvent::Kind::end:
        answer.ended = true;
        break;
      case Http2ClientEvent::Kind::reset:
        answer.is_reset = true;
        break;
    }
  }

  void exchange() {
    for (bool more = true; more;) {
      more = to_server();
      more = to_client() || more;
    }
  }

  std::vector<Http2Event> take_events() { return std::exchange(events_, {}); }
  Answer& answer(Http2StreamId id) { return answers_[id.value()]; }

  std::unique_ptr<Http2Session> server_ = std::make_unique<Http2Session>();
  Http2ClientSession client_;
  std::vector<Http2Event> events_;
  std::map<std::int32_t, Answer> answers_;
  std::size_t output_largest_ = 0;
};

TEST_F(Http2SessionTest, hands_over_a_request_like_one_of_http1) {
  const HeaderField headers[] = {{"X-Amz-Target", "Kinesis_20131202.PutRecord"}};
  const Http2StreamId id = send("POST", "/p?q=1", "{}", headers);
  exchange();
  const auto events = take_events();
  ASSERT_EQ(events.size(), 1u);
  ASSERT_EQ(events[0].kind, Http2Event::Kind::request);
  const RequestHead& head = events[0].request->head;
  EXPECT_EQ(events[0].stream, id);
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.path, "/p");
  EXPECT_EQ(head.query, "q=1");
  EXPECT_EQ(head.authority, "h:4567");
  EXPECT_EQ(head.header("host"), "h:4567");
  EXPECT_EQ(head.header("x-amz-target"), "Kinesis_20131202.PutRecord");
  EXPECT_EQ(head.version, HttpVersion::http2);
  EXPECT_EQ(head.content_length, 2u);
  EXPECT_EQ(as_text(events[0].request->body), "{}");

  const HeaderField answer_headers[] = {{"Content-Type", "application/x-amz-json-1.1"},
                                        {"Connection", "close"}};
  server_->submit_response(id, 200, answer_headers, buffer_of("{\"a\":1}"));
  exchange();
  EXPECT_EQ(answer(id).status, 200);
  EXPECT_EQ(answer(id).body, "{\"a\":1}");
  EXPECT_EQ(answer(id).content_length, "7");
  EXPECT_TRUE(answer(id).ended);
  EXPECT_FALSE(server_->is_open(id));
  EXPECT_TRUE(take_events().empty());
}

TEST_F(Http2SessionTest, keeps_its_text_while_many_fields_come_in) {
  std::vector<std::string> names;
  std::vector<HeaderField> headers;
  for (int i = 0; i < 90; ++i) names.push_back("name-" + std::to_string(i));
  for (const std::string& name : names) headers.push_back({name, name});
  send("GET", "/", "", headers);
  exchange();
  const auto events = take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].request->head.path, "/");
  for (const std::string& name : names) EXPECT_EQ(events[0].request->head.header(name), name);
}

TEST_F(Http2SessionTest, answers_in_any_order) {
  std::vector<Http2StreamId> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(send("POST", "/", std::to_string(i)));
  exchange();
  auto events = take_events();
  ASSERT_EQ(events.size(), 100u);
  for (auto event = events.rbegin(); event != events.rend(); ++event)
    server_->submit_response(event->stream, 200, {}, event->request->body);
  exchange();
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(answer(ids[static_cast<std::size_t>(i)]).body, std::to_string(i));
}

TEST_F(Http2SessionTest, carries_large_bodies_both_ways_in_bounded_pieces) {
  const std::string large(15'000'000, 'x');
  const Http2StreamId id = send("POST", "/", large);
  exchange();
  const auto events = take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].request->body.size(), large.size());
  server_->submit_response(id, 200, {}, buffer_of(large));
  exchange();
  EXPECT_EQ(answer(id).body, large);
  EXPECT_LT(output_largest_, 300'000u);
}

TEST_F(Http2SessionTest, streams_an_answer_and_says_when_it_has_drained) {
  const Http2StreamId id = send("POST", "/", "{}");
  exchange();
  take_events();
  server_->begin_response(id, 200, {});
  server_->push(id, as_bytes("first"));
  EXPECT_EQ(server_->unsent(id), 5u);
  exchange();
  EXPECT_EQ(answer(id).body, "first");
  EXPECT_FALSE(answer(id).ended);
  EXPECT_EQ(server_->unsent(id), 0u);
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(events_[0].kind, Http2Event::Kind::drained);
  server_->push(id, as_bytes("second"));
  server_->finish(id);
  exchange();
  EXPECT_EQ(answer(id).body, "firstsecond");
  EXPECT_TRUE(answer(id).ended);
}

TEST_F(Http2SessionTest, shows_back_pressure_of_a_reader_that_stopped) {
  const Http2StreamId id = send("POST", "/", "{}");
  exchange();
  server_->begin_response(id, 200, {});
  server_->push(id, buffer_of(std::string(20 << 20, 'x')));  // the client's window is 16 MiB
  Buffer out;
  for (std::size_t before = SIZE_MAX; out.size() != before;) {
    before = out.size();
    server_->take_output(out);
  }
  EXPECT_GE(server_->unsent(id), std::size_t{4 << 20});
}

TEST_F(Http2SessionTest, tells_of_a_stream_that_the_client_cancelled) {
  const Http2StreamId id = send("POST", "/", "{}");
  exchange();
  take_events();
  server_->begin_response(id, 200, {});
  server_->push(id, as_bytes("x"));
  exchange();
  take_events();
  client_.cancel(id);
  exchange();
  const auto events = take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, Http2Event::Kind::reset);
  EXPECT_EQ(events[0].stream, id);
  server_->push(id, as_bytes("y"));  // nothing happens
  server_->finish(id);
  server_->submit_response(id, 200, {}, {});
}

TEST_F(Http2SessionTest, resets_an_answer_that_cannot_be_completed) {
  const Http2StreamId id = send("POST", "/", "{}");
  exchange();
  take_events();
  server_->reset(id);
  exchange();
  EXPECT_TRUE(answer(id).is_reset);
  EXPECT_TRUE(take_events().empty());
}

TEST_F(Http2SessionTest, refuses_a_body_beyond_its_limit_and_lives_on) {
  make({.body_max = Bytes{1000}});
  const Http2StreamId announced = send("POST", "/", std::string(1001, 'x'));
  const Http2StreamId endless = send("POST", "/", std::string(5'000'000, 'x'));
  exchange();
  for (const Http2StreamId id : {announced, endless}) {
    EXPECT_EQ(answer(id).status, 413);
    EXPECT_TRUE(answer(id).ended);
    EXPECT_FALSE(server_->is_open(id));
  }
  EXPECT_TRUE(take_events().empty());
  const Http2StreamId good = send("POST", "/", std::string(1000, 'x'));
  exchange();
  EXPECT_EQ(take_events().size(), 1u);
  EXPECT_TRUE(server_->is_open(good));
  EXPECT_FALSE(server_->is_open(announced));
}

TEST_F(Http2SessionTest, refuses_a_head_beyond_its_limit) {
  const std::string large(8000, 'x');
  const HeaderField headers[] = {
      {"a", large}, {"b", large}, {"c", large}, {"d", large}, {"e", large}};
  const Http2StreamId id = send("POST", "/", "{}", headers);
  exchange();
  EXPECT_EQ(answer(id).status, 431);
  EXPECT_TRUE(take_events().empty());
}

TEST_F(Http2SessionTest, bounds_what_all_uploads_together_hold) {
  make({.stream_window = 64_KiB, .buffered_soft = 256_KiB, .buffered_max = 2_MiB});
  std::vector<Http2StreamId> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(send("POST", "/", std::string(200'000, 'x')));
  exchange();
  EXPECT_FALSE(events_.empty());
  EXPECT_LT(events_.size(), 10u);  // the others wait until these are answered
  std::size_t answered = 0;
  while (!events_.empty()) {
    for (Http2Event& event : take_events()) {
      EXPECT_EQ(event.kind, Http2Event::Kind::request);
      server_->submit_response(event.stream, 200, {}, {});
      ++answered;
    }
    exchange();
  }
  EXPECT_EQ(answered, 10u);
  for (const Http2StreamId id : ids) EXPECT_EQ(answer(id).status, 200);
}

TEST_F(Http2SessionTest, ends_a_connection_that_lives_on_resets) {
  for (int i = 0; i < 150; ++i) {
    const Http2StreamId id = send("POST", "/", "{}");
    to_server();
    client_.cancel(id);
    to_server();
    if (server_->finished()) break;
  }
  Buffer out;
  server_->take_output(out);
  EXPECT_TRUE(server_->finished());
}

TEST_F(Http2SessionTest, never_hands_over_a_request_that_was_cancelled_first) {
  const Http2StreamId id = send("POST", "/", "{}");
  Buffer bytes;
  client_.take_output(bytes);
  client_.cancel(id);
  client_.take_output(bytes);
  ASSERT_TRUE(server_->feed(bytes));
  EXPECT_FALSE(server_->next_event().has_value());
}

TEST_F(Http2SessionTest, answers_what_is_open_before_it_shuts_down) {
  const Http2StreamId id = send("POST", "/", "{}");
  exchange();
  server_->shut_down();
  exchange();
  EXPECT_FALSE(server_->finished());
  server_->submit_response(id, 200, {}, buffer_of("late"));
  exchange();
  EXPECT_EQ(answer(id).body, "late");
  EXPECT_TRUE(server_->finished());
}

TEST_F(Http2SessionTest, says_goodbye_to_nonsense) {
  Http2Session session;
  EXPECT_FALSE(session.feed(as_bytes("GET / HTTP/1.1\r\nHost: h\r\n\r\n")));

  exchange();
  const std::string frame("\0\0\4\3\0\0\0\0\1\0\0\0\0", 13);  // RST_STREAM of an idle stream
  ASSERT_TRUE(server_->feed(as_bytes(frame)));
  Buffer out;
  server_->take_output(out);
  EXPECT_EQ(out[3], std::byte{7});  // GOAWAY
  EXPECT_TRUE(server_->finished());
}

TEST_F(Http2SessionTest, answers_a_ping) {
  exchange();
  const std::string ping("\0\0\10\6\0\0\0\0\0abcdefgh", 17);
  ASSERT_TRUE(server_->feed(as_bytes(ping)));
  Buffer out;
  server_->take_output(out);
  EXPECT_EQ(as_text(out), std::string("\0\0\10\6\1\0\0\0\0abcdefgh", 17));
}

}  // namespace
}  // namespace levada::wire
