// Any bytes behind the preface: answers whatever requests come out, in pieces or whole, and reads
// all output. Nothing may crash, and the connection must not stay silent and open after an error.

#include <string_view>

#include "base/check.h"
#include "wire/http2_session.h"

using namespace levada;
using namespace levada::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  Http2Session session({.streams_max = 8,
                        .body_max = 4_KiB,
                        .stream_window = 1_KiB,
                        .connection_window = 64_KiB,
                        .buffered_soft = 2_KiB,
                        .buffered_max = 8_KiB});
  CHECK(session.feed(as_bytes(preface)));
  Buffer out;
  const ByteView input(reinterpret_cast<const std::byte*>(data), size);
  constexpr HeaderField headers[] = {{"Content-Type", "text/plain"}};
  for (std::size_t at = 0; at < size;) {
    const std::size_t step =
        std::min<std::size_t>(size - at, 1 + static_cast<unsigned>(data[at]) % 64);
    if (!session.feed(input.subspan(at, step))) return 0;
    at += step;
    while (const auto event = session.next_event()) {
      if (event->kind != Http2Event::Kind::request) continue;
      CHECK(event->request->body.size() <= 4096);
      for (const HeaderField& header : event->request->head.headers)
        out.push_back(header.name.empty() ? std::byte{} : static_cast<std::byte>(header.name[0]));
      if (event->stream.value() % 4 == 1) {
        session.submit_response(event->stream, 200, headers, Buffer(100));
      } else {
        session.begin_response(event->stream, 200, headers);
        session.push(event->stream, Buffer(100));
        if (event->stream.value() % 8 == 3) session.finish(event->stream);
      }
    }
    session.take_output(out);
    if (session.finished()) return 0;
  }
  session.shut_down();
  session.take_output(out);
  return 0;
}
