#include "wire/http1_response_parser.h"

#include <algorithm>

namespace levada::wire {

namespace {

constexpr int bad_gateway = 502;

// "HTTP/1.1 200 OK"; the phrase may be empty, and some servers leave out the space before it.
bool parse_status_line(std::string_view line, ResponseHead& head) {
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || line[8] != ' ') return false;
  if (line[7] != '0' && line[7] != '1') return false;
  head.version = line[7] == '1' ? HttpVersion::http1_1 : HttpVersion::http1_0;
  int status = 0;
  for (const char c : line.substr(9, 3)) {
    if (c < '0' || c > '9') return false;
    status = status * 10 + (c - '0');
  }
  if (status < 100 || (line.size() > 12 && line[12] != ' ')) return false;
  head.status = status;
  head.reason = line.size() > 13 ? line.substr(13) : line.substr(line.size());
  return true;
}

BodyKind body_kind(const ResponseHead& head, const Http1Framing& framing, bool no_body) {
  if (no_body || head.status < 200 || head.status == 204 || head.status == 304)
    return BodyKind::none;
  if (framing.chunked) return BodyKind::chunked;
  if (!framing.has_length) return BodyKind::until_close;
  return framing.content_length != 0 ? BodyKind::length : BodyKind::none;
}

}  // namespace

Http1Outcome Http1ResponseParser::parse(ByteView input, ResponseHead& head) {
  const std::string_view text = as_text(input.first(std::min(input.size(), header_block_max)));
  const auto incomplete = [&] {
    if (text.size() == header_block_max)
      return Http1Outcome::refuse(bad_gateway, "head beyond its limit");
    seen_ = text.size();
    return Http1Outcome::more();
  };
  if (seen_ != 0 && text.size() < header_block_max && !has_head_end(text, seen_))
    return incomplete();

  head.clear();
  const std::size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) return incomplete();
  if (line_end == 0 || text[line_end - 1] != '\r')
    return Http1Outcome::refuse(bad_gateway, "bare LF");
  if (!parse_status_line(text.substr(0, line_end - 1), head))
    return Http1Outcome::refuse(bad_gateway, "malformed status line");

  Http1Framing framing;
  const Http1Outcome fields =
      parse_fields(text.data() + line_end + 1, text.data() + text.size(), head.headers, framing);
  if (fields.refused()) return Http1Outcome::refuse(bad_gateway, fields.reason);
  if (!fields.ready()) return incomplete();
  head.body = body_kind(head, framing, no_body_);
  head.content_length = head.body == BodyKind::length ? framing.content_length : 0;
  head.keep_alive = !framing.close && head.body != BodyKind::until_close &&
                    (head.version == HttpVersion::http1_1 || framing.keep_alive);
  seen_ = 0;
  return Http1Outcome::ready_after(line_end + 1 + fields.consumed);
}

}  // namespace levada::wire
