#include "http/exchange.h"

#include <array>

#include "wire/http1_chunked.h"
#include "wire/http1_response_parser.h"

namespace levada::http {
namespace {

constexpr std::size_t exchange_size_first = 64u << 10;
constexpr std::size_t answer_size_max = 64u << 20;  // GetRecords: 10 MiB in base64 is 14 MiB

}  // namespace

Exchange::Exchange(std::unique_ptr<io::Connection> connection)
    : connection_(std::move(connection)), input_(exchange_size_first, '\0') {}

Task<Answer> Exchange::ask(std::string_view request, Deadline deadline) {
  const std::array<ByteView, 1> parts = {as_bytes(request)};
  co_return co_await outcome(ask(parts, deadline));
}

Task<Answer> Exchange::ask(std::span<const ByteView> request, Deadline deadline) {
  co_await connection_->write_all(request, deadline);

  wire::Http1ResponseParser parser;
  wire::ResponseHead head;
  wire::ChunkedDecoder chunks(Bytes{answer_size_max});
  unchunked_.clear();
  std::size_t have = 0;
  std::size_t head_size = 0;
  std::size_t unchunked_to = 0;
  for (;;) {
    if (have == input_.size()) {
      if (input_.size() >= answer_size_max)
        co_return fail(ErrorKind::too_large, "an answer is over 64 MiB");
      input_.resize(input_.size() * 2);
    }
    const MutableByteView room(reinterpret_cast<std::byte*>(input_.data()) + have,
                               input_.size() - have);
    const std::size_t got = co_await connection_->read_some(room, deadline);
    if (got == 0) co_return fail(ErrorKind::closed, "the server closed the connection");
    have += got;
    if (head_size == 0) {
      const auto parsed = parser.parse(as_bytes(std::string_view(input_).substr(0, have)), head);
      if (parsed.refused())
        co_return fail(ErrorKind::invalid, "no HTTP answer: " + std::string(parsed.reason));
      if (!parsed.ready()) continue;
      if (head.body == wire::BodyKind::until_close)
        co_return fail(ErrorKind::unsupported, "an answer without Content-Length");
      head_size = unchunked_to = parsed.consumed;
    }
    if (head.body == wire::BodyKind::chunked) {
      const auto rest = std::string_view(input_).substr(unchunked_to, have - unchunked_to);
      const auto decoded = chunks.decode(as_bytes(rest), unchunked_);
      if (decoded.refused())
        co_return fail(ErrorKind::invalid, "no HTTP answer: " + std::string(decoded.reason));
      unchunked_to += decoded.consumed;
      if (!decoded.ready()) continue;
      const auto whole = std::string_view(input_).substr(0, unchunked_to);
      co_return Answer{head.status, as_text(unchunked_), whole, !head.keep_alive};
    }
    const std::size_t size = head_size + head.content_length;
    if (have < size) continue;
    const auto text = std::string_view(input_).substr(0, size);
    co_return Answer{head.status, text.substr(head_size), text, !head.keep_alive};
  }
}

}  // namespace levada::http
