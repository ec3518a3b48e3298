#include "load/null_server.h"

#include <array>
#include <cstring>

#include "wire/http1_parser.h"

namespace levada::load {
namespace {

constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 110\r\n\r\n"
    R"({"SequenceNumber":"49646437577108476416916876405827138351405044649047359490",)"
    R"("ShardId":"shardId-000000000000"})";

}  // namespace

Task<io::Address> NullServer::listen(io::Address address) {
  listener_ = co_await network_.listen(std::move(address));
  co_return listener_->local();
}

void NullServer::spawn_accepting(io::Gate& gate) { gate.spawn(accept_all(gate)); }

void NullServer::close() noexcept { listener_->close(); }

Task<Unit> NullServer::accept_all(io::Gate& gate) {
  for (;;) {
    io::Accepted accepted = co_await listener_->accept();
    gate.spawn(serve(network_.adopt(std::move(accepted))));
  }
}

Task<Unit> NullServer::serve(std::unique_ptr<io::Connection> connection) {
  Buffer input(1u << 20);
  std::size_t have = 0;
  wire::Http1RequestParser parser;
  wire::RequestHead head;
  for (;;) {
    const MutableByteView room = MutableByteView(input).subspan(have);
    const std::size_t got = co_await connection->read_some(room, no_deadline);
    if (got == 0) co_return Unit{};
    have += got;
    for (;;) {
      const auto parsed = parser.parse(ByteView(input).first(have), head);
      if (parsed.refused()) co_return Unit{};
      const std::size_t size = parsed.consumed + head.content_length;
      if (!parsed.ready() || have < size) {
        if (parsed.ready())
          parser = wire::Http1RequestParser();  // the head is read again when more has come
        break;
      }
      if (answerer_ != nullptr)
        co_await answerer_->answer(head,
                                   ByteView(input).subspan(parsed.consumed, head.content_length));
      const std::array<ByteView, 1> parts = {as_bytes(answer)};
      co_await connection->write_all(parts, no_deadline);
      have -= size;
      std::memmove(input.data(), input.data() + size, have);
      parser = wire::Http1RequestParser();
    }
    if (have == input.size()) input.resize(input.size() * 2);
  }
}

}  // namespace levada::load
