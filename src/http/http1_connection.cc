#include "http/http1_connection.h"

#include <algorithm>
#include <array>

#include "wire/http1_chunked.h"
#include "wire/http1_writer.h"

namespace levada::http {
namespace {

constexpr std::uint64_t linger_bytes_max = 64u << 20;  // read and thrown away behind a refusal
constexpr Nanos linger_max = 2s;
constexpr std::size_t joined_max = 2048;  // a body copied behind its head: one piece to send

// Counts a body against what the reactor holds in all, for as long as the request lives.
class BodyShare {
 public:
  BodyShare(Bytes& in_flight, Bytes size) : in_flight_(in_flight), size_(size) {
    in_flight_ += size_;
  }
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;
  ~BodyShare() { in_flight_ -= size_; }

 private:
  Bytes& in_flight_;
  Bytes size_;
};

}  // namespace

Task<Unit> Http1Connection::run() {
  while (!shared_.stopping) {
    if (co_await read_head() == Next::end) break;
    const Bytes declared{head_.body == wire::BodyKind::chunked ? 0 : head_.content_length};
    if (shared_.bodies_in_flight + declared > shared_.limits.bodies_in_flight) {
      co_await refuse(503);
      break;
    }
    const BodyShare share(shared_.bodies_in_flight, declared);
    if (co_await read_body() == Next::end) break;
    served_.answering = true;
    const Next next = co_await answer();
    served_.answering = false;
    if (next == Next::end) break;
    input_.used(used_);
  }
  co_return Unit{};
}

Task<Http1Connection::Next> Http1Connection::read_head() {
  wire::Http1RequestParser parser(shared_.limits.body);
  Deadline head_deadline = no_deadline;
  for (;;) {
    if (input_.size() > 0) {
      const wire::Http1Outcome parsed = parser.parse(input_.filled(), head_);
      if (parsed.refused()) co_return co_await refuse(parsed.status);
      if (parsed.ready()) {
        head_size_ = used_ = parsed.consumed;
        co_return Next::request;
      }
      if (head_deadline == no_deadline) head_deadline = shared_.in(shared_.limits.head);
    } else {
      input_.shrink(count(input_size_kept));
    }
    const bool between = input_.size() == 0;
    const Deadline deadline = between ? shared_.in(shared_.limits.idle) : head_deadline;
    const std::size_t got = co_await read_more(input_.size() + count(input_size_first), deadline);
    if (got == 0) co_return Next::end;
  }
}

Task<Http1Connection::Next> Http1Connection::read_body() {
  body_ = {};
  if (head_.body == wire::BodyKind::none) co_return Next::request;
  if (head_.expects_continue) {
    output_.clear();
    wire::write_continue(output_);
    const std::array<ByteView, 1> parts = {ByteView(output_)};
    co_await write(parts);
  }
  if (head_.body == wire::BodyKind::chunked) co_return co_await read_chunked_body();
  const std::size_t whole = head_size_ + head_.content_length;
  if (input_.size() < whole) co_await read_sized_body(whole);
  body_ = input_.filled().subspan(head_size_, head_.content_length);
  used_ = whole;
  co_return Next::request;
}

Task<Unit> Http1Connection::read_sized_body(std::size_t whole) {
  const auto slowest =
      std::chrono::seconds(head_.content_length / count(shared_.limits.body_per_second));
  const Deadline last = shared_.in(shared_.limits.body_progress + slowest);
  while (input_.size() < whole) {
    const auto* old_base = reinterpret_cast<const char*>(input_.base());
    const Deadline deadline = std::min(last, shared_.in(shared_.limits.body_progress));
    input_.room(whole);
    head_.rebase(old_base, reinterpret_cast<const char*>(input_.base()));
    const std::size_t got = co_await read_more(whole, deadline);
    if (got == 0) co_return fail(ErrorKind::closed, "the client left in the middle of a body");
  }
  co_return Unit{};
}

Task<Http1Connection::Next> Http1Connection::read_chunked_body() {
  const ByteView head_bytes = input_.filled().first(head_size_);
  chunked_head_.assign(head_bytes.begin(), head_bytes.end());
  head_.rebase(reinterpret_cast<const char*>(head_bytes.data()),
               reinterpret_cast<const char*>(chunked_head_.data()));
  input_.used(head_size_);
  chunked_body_.clear();
  wire::ChunkedDecoder decoder(shared_.limits.body);
  const auto slowest =
      std::chrono::seconds(count(shared_.limits.body) / count(shared_.limits.body_per_second));
  const Deadline last = shared_.in(shared_.limits.body_progress + slowest);
  for (;;) {
    const wire::Http1Outcome decoded = decoder.decode(input_.filled(), chunked_body_);
    if (decoded.refused()) co_return co_await refuse(decoded.status);
    if (decoded.ready()) {
      input_.used(decoded.consumed);
      used_ = 0;
      body_ = chunked_body_;
      co_return Next::request;
    }
    input_.used(input_.size());
    const Deadline deadline = std::min(last, shared_.in(shared_.limits.body_progress));
    const std::size_t got = co_await read_more(count(input_size_first), deadline);
    if (got == 0) co_return fail(ErrorKind::closed, "the client left in the middle of a body");
  }
}

Task<Http1Connection::Next> Http1Connection::answer() {
  response_.clear();
  const Request request{head_, body_, served_.connection->peer()};
  co_await shared_.handler.handle(request, response_);
  shared_.metrics.requests.add();
  const bool end = response_.close || !head_.keep_alive || shared_.stopping;
  fields_.clear();
  response_.headers.for_each([&](std::string_view name, std::string_view value) {
    fields_.push_back({name, value});
  });
  if (end) fields_.push_back({"Connection", "close"});
  output_.clear();
  if (response_.source) {
    wire::write_chunked_head(output_, response_.status, fields_);
    co_await stream(*response_.source);
  } else {
    wire::write_response_head(output_, response_.status, fields_, response_.body.size());
    ByteView body = head_.method == "HEAD" ? ByteView() : ByteView(response_.body);
    if (body.size() <= joined_max) {
      output_.insert(output_.end(), body.begin(), body.end());
      body = {};
    }
    const std::array<ByteView, 2> parts = {ByteView(output_), body};
    co_await write(parts);
  }
  co_return end ? Next::end : Next::request;
}

Task<Unit> Http1Connection::stream(BodySource& source) {
  struct Streaming {
    Served& served;
    ~Streaming() { served.streaming = nullptr; }
  };
  served_.streaming = &source;
  const Streaming streaming{served_};
  if (shared_.stopping) source.client_left();
  BodyPiece piece;  // goes out from where it is: the others who send it share its memory
  for (;;) {
    const std::array<ByteView, 3> parts = {ByteView(output_), piece ? ByteView(*piece) : ByteView(),
                                           piece ? wire::chunk_end : ByteView()};
    const Result<Unit> written = co_await outcome(write(parts));
    if (!written) {
      source.client_left();
      co_return fail(written.error().kind, written.error().message);
    }
    output_.clear();
    piece.reset();
    piece = co_await source.next();
    if (!piece) break;
    CHECK(!piece->empty());  // an empty chunk would end the body
    wire::write_chunk_size(output_, piece->size());
  }
  wire::write_last_chunk(output_);
  const std::array<ByteView, 1> parts = {ByteView(output_)};
  co_await write(parts);
  co_return Unit{};
}

Task<Unit> Http1Connection::write(std::span<const ByteView> parts) {
  return shared_.write(*served_.connection, parts);
}

Task<std::size_t> Http1Connection::read_more(std::size_t whole, Deadline deadline) {
  const MutableByteView room = input_.room(whole);
  const std::size_t got = co_await served_.connection->read_some(room, deadline);
  input_.received(got);
  shared_.metrics.bytes_in.add(got);
  co_return got;
}

// Answers and ends. What the client still sends is read for a moment: closing on unread bytes would
// reset the connection and could take the answer with it.
Task<Http1Connection::Next> Http1Connection::refuse(int status) {
  output_.clear();
  const std::array<wire::HeaderField, 1> fields = {{{"Connection", "close"}}};
  wire::write_response(output_, status, fields, {});
  const std::array<ByteView, 1> parts = {ByteView(output_)};
  co_await write(parts);
  const Deadline deadline = shared_.in(linger_max);
  for (std::uint64_t thrown_away = 0; thrown_away < linger_bytes_max;) {
    input_.used(input_.size());
    const std::size_t got = co_await read_more(count(input_size_first), deadline);
    if (got == 0) break;
    thrown_away += got;
  }
  co_return Next::end;
}

}  // namespace levada::http
