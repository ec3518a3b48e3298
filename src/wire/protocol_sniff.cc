#include "wire/protocol_sniff.h"

namespace levada::wire {

Protocol sniff_protocol(ByteView first_bytes) {
  constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // RFC 9113, 3.4
  constexpr std::string_view handshake = "\x16\x03";  // TLS record: handshake, version 3.x
  const std::string_view text = as_text(first_bytes);
  for (const auto& [mark, protocol] :
       {std::pair{preface, Protocol::http2}, std::pair{handshake, Protocol::tls}}) {
    if (text.starts_with(mark)) return protocol;
    if (mark.starts_with(text)) return Protocol::need_more;
  }
  return Protocol::http1;
}

}  // namespace levada::wire
