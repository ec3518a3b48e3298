#include "http/server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "http/acceptor.h"
#include "http/exchange.h"
#include "io/real/reactors.h"
#include "wire/http2_client_session.h"

namespace levada::http {
namespace {

using namespace std::chrono_literals;

// Answers with what it was asked, or with a stream of three pieces, or late.
class Echo final : public Handler {
 public:
  explicit Echo(io::Reactor& reactor) : reactor_(reactor) {}

  Task<Unit> handle(const Request& request, Response& response) override {
    if (request.head.path == "/late") co_await io::sleep_for(reactor_, 150ms);
    if (request.head.path == "/stream") {
      response.source = std::make_unique<ThreePieces>();
      co_return Unit{};
    }
    if (request.head.path == "/endless") {
      response.source = std::make_unique<Endless>(reactor_);
      co_return Unit{};
    }
    if (request.head.path == "/broken") co_return fail(ErrorKind::io, "no answer");
    response.headers.add("X-Path", request.head.path);
    response.body.assign(request.body.begin(), request.body.end());
    co_return Unit{};
  }

 private:
  class ThreePieces final : public BodySource {
   public:
    Task<BodyPiece> next() override {
      if (++given_ > 3) co_return BodyPiece();
      co_return BodyPiece(std::make_shared<const Buffer>(2, static_cast<std::byte>('0' + given_)));
    }

   private:
    int given_ = 0;
  };

  // Has one piece, and nothing to say behind it until nobody listens.
  class Endless final : public BodySource {
   public:
    explicit Endless(io::Reactor& reactor) : reactor_(reactor) {}
    Task<BodyPiece> next() override {
      if (!std::exchange(begun_, true))
        co_return BodyPiece(std::make_shared<const Buffer>(2, std::byte{'1'}));
      while (!left_) co_await io::sleep_for(reactor_, 5ms);
      co_return BodyPiece();
    }
    void client_left() noexcept override { left_ = true; }

   private:
    io::Reactor& reactor_;
    bool begun_ = false, left_ = false;
  };

  io::Reactor& reactor_;
};

class HttpServer : public testing::Test {
 protected:
  explicit HttpServer(Limits limits = quick()) : limits_(limits) {}

  static Limits quick() {
    Limits limits;
    limits.connections = 3;
    limits.body = 1_MiB;
    limits.bodies_in_flight = 2_MiB;
    limits.idle = 2s;
    limits.head = 400ms;
    limits.body_progress = 400ms;
    limits.drain = 1s;
    return limits;
  }

  void SetUp() override {
    auto started = io::Reactors::start({.count = 1, .pin = false});
    ASSERT_TRUE(started) << started.error().message;
    reactors_ = std::move(*started);
    run([this]() -> Task<Unit> { return open(); });
  }
  void TearDown() override {
    if (acceptor_) run([this]() -> Task<Unit> { return close(); });
  }

  template <class Make>
  void run(Make make) {
    const auto result = reactors_->run(only_, make);
    ASSERT_TRUE(result) << result.error().message;
  }

  Task<Unit> open() {
    io::Reactor& reactor = reactors_->at(only_);
    io::Network& network = reactors_->network(only_);
    echo_ = std::make_unique<Echo>(reactor);
    server_ = std::make_unique<Server>(reactor, *echo_, limits_, metrics_, "test");
    std::vector<Acceptor::Target> targets;
    targets.push_back({reactor, network, *server_});
    acceptor_ = std::make_unique<Acceptor>(reactor, network, std::move(targets));
    const io::Address any{"127.0.0.1", 0};
    address_ = co_await acceptor_->listen(any);
    acceptor_->start();
    co_return Unit{};
  }
  Task<Unit> close() {
    co_await acceptor_->stop();
    co_await server_->stop();
    acceptor_.reset();
    co_return Unit{};
  }

  // Sends the pieces with a pause between them and reads until the server closes or goes quiet.
  std::string talk(std::vector<std::string> pieces, Nanos pause = 0ns, Nanos quiet = 500ms) {
    const auto said = reactors_->run(only_, [&] { return talk_task(pieces, pause, quiet); });
    return said ? *said : "error: " + said.error().message;
  }
  Task<std::string> talk_task(std::vector<std::string> pieces, Nanos pause, Nanos quiet) {
    io::Reactor& reactor = reactors_->at(only_);
    const Deadline soon = reactor.clock().monotonic() + 5s;
    auto connection = co_await reactors_->network(only_).connect(address_, soon);
    for (const std::string& piece : pieces) {
      const std::array<ByteView, 1> parts = {as_bytes(piece)};
      const Result<Unit> written = co_await outcome(connection->write_all(parts, soon));
      if (!written) break;
      if (pause > 0ns) co_await io::sleep_for(reactor, pause);
    }
    std::string heard;
    Buffer room(1 << 16);
    for (;;) {
      const Deadline deadline = reactor.clock().monotonic() + quiet;
      const Result<std::size_t> got = co_await outcome(connection->read_some(room, deadline));
      if (!got || *got == 0) break;
      heard += as_text(ByteView(room).first(*got));
    }
    connection->shutdown();
    co_return heard;
  }

  // Asks for an answer that takes a while, stops the server meanwhile, and tells what was heard.
  std::string ask_and_stop(std::string request) {
    const auto heard = reactors_->run(only_, [&] { return ask_and_stop_task(request); });
    return heard ? *heard : "error: " + heard.error().message;
  }
  Task<std::string> ask_and_stop_task(std::string request) {
    io::Reactor& reactor = reactors_->at(only_);
    const Deadline soon = reactor.clock().monotonic() + 5s;
    auto connection = co_await reactors_->network(only_).connect(address_, soon);
    const std::array<ByteView, 1> parts = {as_bytes(request)};
    co_await connection->write_all(parts, soon);
    co_await io::sleep_for(reactor, 50ms);
    co_await close();
    std::string heard;
    Buffer room(4096);
    for (;;) {
      const std::size_t got = co_await connection->read_some(room, soon);
      if (got == 0) co_return heard;
      heard += as_text(ByteView(room).first(got));
    }
  }

  // Asks over HTTP/2 for every path at once; the bodies of the answers, in the order they ended.
  std::vector<std::string> ask_http2(std::vector<std::string> paths, std::string body = {}) {
    const auto heard = reactors_->run(only_, [&] { return ask_http2_task(paths, body); });
    EXPECT_TRUE(heard) << heard.error().message;
    return heard ? *heard : std::vector<std::string>{};
  }
  Task<std::vector<std::string>> ask_http2_task(std::vector<std::string> paths, std::string body) {
    const Deadline soon = reactors_->at(only_).clock().monotonic() + 5s;
    auto connection = co_await reactors_->network(only_).connect(address_, soon);
    wire::Http2ClientSession session;
    std::map<wire::Http2StreamId, std::string> open;
    for (const std::string& path : paths) {
      const ByteView bytes = as_bytes(body);
      const auto stream = session.submit_request({"POST", "http", "x", path}, {},
                                                 Buffer(bytes.begin(), bytes.end()));
      open[*stream] = "";
    }
    std::vector<std::string> ended;
    Buffer room(1 << 16);
    while (ended.size() < paths.size()) {
      Buffer output;
      session.take_output(output);
      if (!output.empty()) {
        const std::array<ByteView, 1> parts = {ByteView(output)};
        co_await connection->write_all(parts, soon);
        continue;
      }
      const std::size_t got = co_await connection->read_some(room, soon);
      if (got == 0) co_return fail(ErrorKind::closed, "the server closed");
      if (!session.feed(ByteView(room).first(got))) co_return fail(ErrorKind::invalid, "no HTTP/2");
      while (auto event = session.next_event()) {
        if (event->kind == wire::Http2ClientEvent::Kind::data)
          open[event->stream] += as_text(event->data);
        if (event->kind == wire::Http2ClientEvent::Kind::end) ended.push_back(open[event->stream]);
        if (event->kind == wire::Http2ClientEvent::Kind::reset) ended.push_back("reset");
      }
    }
    connection->shutdown();
    co_return ended;
  }

  static std::size_t count_of(std::string_view text, std::string_view what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++n;
    return n;
  }

  io::ReactorIndex only_{0};
  Limits limits_;
  MetricsRegistry metrics_;
  std::unique_ptr<io::Reactors> reactors_;
  std::unique_ptr<Echo> echo_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Acceptor> acceptor_;
  io::Address address_;
};

TEST_F(HttpServer, answers_requests_that_came_in_one_piece_in_their_order) {
  const std::string heard =
      talk({"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
            "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ntwo"
            "POST /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"});
  EXPECT_EQ(count_of(heard, "HTTP/1.1 200 OK\r\n"), 3u) << heard;
  EXPECT_LT(heard.find("one"), heard.find("two"));
  EXPECT_LT(heard.find("/b"), heard.find("/c"));
}

TEST_F(HttpServer, answers_a_request_that_drips_in_byte_by_byte) {
  std::vector<std::string> drops;
  for (const char c : std::string("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                                  "Connection: close\r\n\r\nhi"))
    drops.emplace_back(1, c);
  EXPECT_NE(talk(drops).find("\r\n\r\nhi"), std::string::npos);
}

TEST_F(HttpServer, reads_a_body_larger_than_its_first_buffer) {
  const std::string body(700'000, 'x');
  const std::string heard = talk(
      {"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 700000\r\nConnection: close\r\n\r\n", body});
  EXPECT_EQ(count_of(heard, "HTTP/1.1 200 OK"), 1u);
  EXPECT_NE(heard.find(body), std::string::npos);
  EXPECT_NE(heard.find("X-Path: /a"), std::string::npos);
}

TEST_F(HttpServer, reads_chunked_bodies_and_the_request_behind_them) {
  const std::string heard =
      talk({"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
            "2\r\nde\r\n0\r\n\r\nPOST /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"},
           5ms);
  EXPECT_NE(heard.find("abcde"), std::string::npos) << heard;
  EXPECT_NE(heard.find("X-Path: /a"), std::string::npos);
  EXPECT_NE(heard.find("X-Path: /b"), std::string::npos);
}

TEST_F(HttpServer, tells_a_client_that_waits_to_continue) {
  const std::string heard =
      talk({"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
            "Connection: close\r\n\r\n",
            "hi"},
           30ms);
  EXPECT_EQ(heard.find("HTTP/1.1 100 Continue\r\n\r\n"), 0u) << heard;
  EXPECT_NE(heard.find("200 OK"), std::string::npos);
}

TEST_F(HttpServer, streams_a_body_in_chunks) {
  const std::string heard = talk({"POST /stream HTTP/1.1\r\nHost: x\r\n\r\n"});
  EXPECT_NE(heard.find("2\r\n11\r\n2\r\n22\r\n2\r\n33\r\n0\r\n\r\n"), std::string::npos) << heard;
}

TEST_F(HttpServer, refuses_a_body_over_its_limit_before_it_comes) {
  const std::string heard =
      talk({"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n"});
  EXPECT_EQ(heard.find("HTTP/1.1 413 "), 0u) << heard;
}

TEST_F(HttpServer, refuses_nonsense_and_closes) {
  EXPECT_EQ(talk({"GARBAGE\r\n\r\n"}).find("HTTP/1.1 400 "), 0u);
  EXPECT_EQ(talk({"POST / HTTP/1.1\r\nHost: x\r\nX: " + std::string(40'000, 'y') + "\r\n\r\n"})
                .find("HTTP/1.1 431 "),
            0u);
}

TEST_F(HttpServer, gives_up_on_heads_and_bodies_that_do_not_come) {
  EXPECT_EQ(talk({"POST / HTTP/1.1\r\nHo"}, 0ns, 3s), "");
  EXPECT_EQ(talk({"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"}, 0ns, 3s), "");
}

TEST_F(HttpServer, closes_the_connection_of_a_request_that_has_no_answer) {
  EXPECT_EQ(talk({"POST /broken HTTP/1.1\r\nHost: x\r\n\r\n"}), "");
  EXPECT_NE(talk({"POST /a HTTP/1.1\r\nHost: x\r\n\r\n"}).find("200 OK"), std::string::npos);
}

TEST_F(HttpServer, finishes_at_a_stop_what_it_is_answering) {
  const std::string heard =
      ask_and_stop("POST /late HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(heard.find("HTTP/1.1 200 OK"), 0u) << heard;
  EXPECT_NE(heard.find("\r\n\r\nhi"), std::string::npos);
}

TEST_F(HttpServer, ends_at_a_stop_an_answer_that_would_go_on_for_ever) {
  const auto begun = std::chrono::steady_clock::now();
  const std::string heard = ask_and_stop("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(heard.ends_with("2\r\n11\r\n0\r\n\r\n")) << heard;
  EXPECT_LT(std::chrono::steady_clock::now() - begun, quick().drain);
}

TEST_F(HttpServer, answers_http2_streams_when_they_are_ready_not_in_order) {
  const std::vector<std::string> heard = ask_http2({"/late", "/stream", "/broken"}, "hi");
  ASSERT_EQ(heard.size(), 3u);
  EXPECT_EQ(heard.back(), "hi");  // the late one
  EXPECT_EQ(std::count(heard.begin(), heard.end(), "112233"), 1);
  EXPECT_EQ(std::count(heard.begin(), heard.end(), "reset"), 1);
}

TEST_F(HttpServer, takes_http2_bodies_larger_than_a_window) {
  const std::string body(900'000, 'b');
  EXPECT_EQ(ask_http2({"/a", "/b"}, body), (std::vector<std::string>{body, body}));
}

}  // namespace
}  // namespace levada::http
