#include "tls/record_layer.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <string>

#include "tls/test_ends.h"

namespace levada::tls {
namespace {

using Step = RecordLayer::Step;

struct Read {
  std::string text;
  Step step;  // the one that ended it
};

// In rooms of `room` bytes, until nothing more comes.
Read read_all(TestEnd& end, std::size_t room = 5000) {
  Read read{{}, Step::done};
  Buffer into(room);
  for (;;) {
    std::size_t got = 0;
    read.step = end.read(into, got);
    if (read.step != Step::done) return read;
    read.text += as_text(ByteView(into).first(got));
  }
}

std::string long_text(std::size_t size) {
  std::string text;
  while (text.size() < size) text += std::to_string(text.size());
  return text;
}

std::string passed(TestEnd& from, TestEnd& to, const std::string& text, std::size_t room = 5000) {
  from.write(as_bytes(text));
  from.pass_to(to);
  return read_all(to, room).text;
}

// A record that no end of ours would send, as the client's next one.
void send_record(TestEnds& ends, TrafficKey& key, RecordType type, ByteView content) {
  Buffer record(content.size() + record_overhead);
  key.begin(type, content.size(), record.data());
  key.add(content);
  key.end();
  ends.server->receive(record);
}

std::string said_by_server(TestEnds& ends) {
  ends.server->pass_to(*ends.client);
  std::size_t got = 0;
  std::byte room[10];
  (void)ends.client->read(room, got);
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "" : reason;
}

TEST(RecordLayer, talks_with_openssl_in_every_suite_of_ours) {
  for (const char* suite :
       {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}) {
    const std::string text = long_text(100'000);
    TestEnds our_server(suite);
    our_server.server->take_over();
    EXPECT_EQ(passed(*our_server.client, *our_server.server, text), text) << suite;
    EXPECT_EQ(passed(*our_server.server, *our_server.client, text), text) << suite;
    TestEnds our_client(suite);
    our_client.client->take_over();
    EXPECT_EQ(passed(*our_client.server, *our_client.client, text), text) << suite;  // a ticket too
    EXPECT_EQ(passed(*our_client.client, *our_client.server, text), text) << suite;
  }
}

TEST(RecordLayer, gives_a_record_in_rooms_of_any_size) {
  for (const std::size_t room : {1, 7, 16'383, 16'384, 16'385, 70'000}) {
    TestEnds ends;
    ends.server->take_over();
    const std::string text = long_text(50'000);
    EXPECT_EQ(passed(*ends.client, *ends.server, text, room), text) << room;
  }
}

TEST(RecordLayer, waits_for_the_rest_of_a_record) {
  TestEnds ends;
  ends.server->take_over();
  ends.client->write(as_bytes("hello"));
  const ByteView record = ends.client->ciphertext().to_send.filled();
  for (std::size_t have = 0; have < record.size(); ++have) {
    ends.server->receive(record.first(have));
    EXPECT_FALSE(ends.server->records().can_read(ends.server->ciphertext().received));
    EXPECT_EQ(read_all(*ends.server).step, Step::needs_more);
  }
  ends.server->receive(record);
  EXPECT_EQ(read_all(*ends.server).text, "hello");
}

TEST(RecordLayer, changes_keys_when_the_peer_wants_it) {
  TestEnds ends;
  ends.server->take_over();
  for (const int update : {SSL_KEY_UPDATE_NOT_REQUESTED, SSL_KEY_UPDATE_REQUESTED}) {
    for (int n = 0; n < 3; ++n) {
      ASSERT_EQ(SSL_key_update(ends.client->ssl(), update), 1);
      EXPECT_EQ(passed(*ends.client, *ends.server, "under a new key"), "under a new key");
      EXPECT_EQ(passed(*ends.server, *ends.client, "and back"), "and back");
    }
  }
}

TEST(RecordLayer, takes_padding_off) {
  TestEnds ends;
  ends.server->take_over();
  SSL_set_block_padding(ends.client->ssl(), 512);
  EXPECT_EQ(passed(*ends.client, *ends.server, "hello"), "hello");
}

TEST(RecordLayer, writes_no_longer_records_than_a_small_client_asked_for) {
  TestEnds ends("TLS_AES_128_GCM_SHA256", TLSEXT_max_fragment_length_512);
  ends.server->take_over();
  const std::string text = long_text(2000);
  EXPECT_EQ(passed(*ends.server, *ends.client, text), text);
}

TEST(RecordLayer, says_and_hears_goodbye) {
  TestEnds ends;
  ends.server->take_over();
  ends.client->write(as_bytes("the last word"));
  SSL_shutdown(ends.client->ssl());
  ends.client->pass_to(*ends.server);
  const Read read = read_all(*ends.server);
  EXPECT_EQ(read.text, "the last word");
  EXPECT_EQ(read.step, Step::ended);
  ends.server->records().seal_goodbye();
  (void)said_by_server(ends);
  EXPECT_NE(SSL_get_shutdown(ends.client->ssl()) & SSL_RECEIVED_SHUTDOWN, 0);
}

TEST(RecordLayer, refuses_a_record_that_was_changed_repeated_or_left_out) {
  for (const std::string_view what : {"changed", "repeated", "left out"}) {
    TestEnds ends;
    ends.server->take_over();
    ends.client->write(as_bytes("one"));
    const ByteView sent = ends.client->ciphertext().to_send.filled();
    Buffer bytes(sent.begin(), sent.end());
    if (what == "changed") bytes[7] ^= std::byte{1};
    if (what == "repeated") bytes.insert(bytes.end(), sent.begin(), sent.end());
    if (what == "left out") {
      ends.client->ciphertext().to_send.clear();
      ends.client->write(as_bytes("two"));
      const ByteView second = ends.client->ciphertext().to_send.filled();
      bytes.assign(second.begin(), second.end());
    }
    ends.server->receive(bytes);
    const Read read = read_all(*ends.server);
    EXPECT_EQ(read.text, what == "repeated" ? "one" : "") << what;
    EXPECT_EQ(read.step, Step::broken) << what;
    EXPECT_EQ(said_by_server(ends), "sslv3 alert bad record mac") << what;
    EXPECT_EQ(read_all(*ends.server).step, Step::broken) << what;
  }
}

TEST(RecordLayer, refuses_what_has_no_place_behind_a_handshake) {
  const auto bytes = [](std::initializer_list<int> values) {
    Buffer made;
    for (const int value : values) made.push_back(static_cast<std::byte>(value));
    return made;
  };
  const struct {
    RecordType type;
    Buffer content;
    const char* alert;
  } cases[] = {
      {RecordType::change_cipher_spec, bytes({1}), "sslv3 alert unexpected message"},
      {RecordType::none, bytes({0, 0, 0}), "sslv3 alert unexpected message"},
      {RecordType::handshake, bytes({}), "sslv3 alert unexpected message"},
      {RecordType::handshake, bytes({1, 0, 0, 0}),
       "sslv3 alert unexpected message"},  // ClientHello
      {RecordType::handshake, bytes({4, 0, 0, 1, 0}),
       "sslv3 alert unexpected message"},  // a ticket
      {RecordType::handshake, bytes({24, 255, 255, 255}), "tlsv1 alert decode error"},
      {RecordType::handshake, bytes({24, 0, 0, 2, 0, 0}), "tlsv1 alert decode error"},
      {RecordType::handshake, bytes({24, 0, 0, 1, 2}), "sslv3 alert illegal parameter"},
      {RecordType::handshake, bytes({24, 0, 0, 1, 0, 24}), "sslv3 alert unexpected message"},
      {RecordType::alert, bytes({1}), "tlsv1 alert decode error"},
  };
  for (const auto& c : cases) {
    TestEnds ends;
    TrafficKey key = ends.client->sealing_key();
    ends.server->take_over();
    send_record(ends, key, c.type, c.content);
    EXPECT_EQ(read_all(*ends.server).step, Step::broken);
    EXPECT_EQ(said_by_server(ends), c.alert);
  }
}

TEST(RecordLayer, refuses_records_in_the_clear_and_of_impossible_sizes) {
  const struct {
    std::string_view header;
    const char* alert;
  } cases[] = {
      {std::string_view("\x16\x03\x03\x00\x01\x01", 6), "sslv3 alert unexpected message"},
      {std::string_view("\x15\x03\x03\x00\x02\x01\x00", 7), "sslv3 alert unexpected message"},
      {std::string_view("\x17\x03\x03\x00\x00", 5), "sslv3 alert bad record mac"},
      {std::string_view("\x17\x03\x03\x00\x02\x01\x00", 7), "sslv3 alert bad record mac"},
      {std::string_view("\x17\x03\x03\xff\xff", 5), "tlsv1 alert record overflow"},
  };
  for (const auto& c : cases) {
    TestEnds ends;
    ends.server->take_over();
    std::string record(c.header);
    if (record[3] == '\xff') record.resize(record_header_size + record_sealed_max);
    ends.server->receive(as_bytes(record));
    EXPECT_EQ(read_all(*ends.server).step, Step::broken);
    EXPECT_EQ(said_by_server(ends), c.alert);
  }
}

TEST(RecordLayer, does_not_work_for_a_peer_that_sends_nothing) {
  TestEnds ends;
  TrafficKey key = ends.client->sealing_key();
  ends.server->take_over();
  int taken = 0;
  for (; taken < 1000; ++taken) {
    send_record(ends, key, RecordType::application_data, {});
    if (read_all(*ends.server).step == Step::broken) break;
  }
  EXPECT_EQ(taken, 32);
}

TEST(RecordLayer, joins_a_message_that_comes_in_pieces) {
  TestEnds ends;
  TrafficKey key = ends.client->sealing_key();
  ends.server->take_over();
  for (const int value : {24, 0, 0, 1, 0}) {
    send_record(ends, key, RecordType::handshake, std::array{static_cast<std::byte>(value)});
    EXPECT_EQ(read_all(*ends.server).step, Step::needs_more);
  }
  key.update();
  send_record(ends, key, RecordType::application_data, as_bytes("hello"));
  EXPECT_EQ(read_all(*ends.server).text, "hello");
}

}  // namespace
}  // namespace levada::tls
