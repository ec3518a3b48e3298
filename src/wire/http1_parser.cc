#include "wire/http1_parser.h"

#include <algorithm>
#include <cstring>

namespace levada::wire {

namespace {

// Empty lines before a request are skipped (RFC 9112, 2.2: some clients send CRLF behind a body).
std::size_t leading_empty_lines(std::string_view text) {
  std::size_t at = 0;
  while (text.substr(at, 2) == "\r\n") at += 2;
  return at;
}

// Reads "METHOD target HTTP/1.x" from a line without its CRLF.
Http1Outcome parse_request_line(std::string_view line, RequestHead& head) {
  const std::size_t first = line.find(' ');
  if (first == std::string_view::npos || !is_token(line.substr(0, first)))
    return Http1Outcome::refuse(400, "malformed method");
  const std::size_t last = line.find(' ', first + 1);
  if (last == std::string_view::npos) return Http1Outcome::refuse(400, "malformed request line");
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (version == "HTTP/1.1") {
    head.version = HttpVersion::http1_1;
  } else if (version == "HTTP/1.0") {
    head.version = HttpVersion::http1_0;
  } else if (version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.') {
    return Http1Outcome::refuse(505, "version other than HTTP/1");
  } else {
    return Http1Outcome::refuse(400, "malformed version");
  }
  if (target.empty()) return Http1Outcome::refuse(400, "empty target");
  for (const char c : target)
    if (c <= 0x20 || c == 0x7f) return Http1Outcome::refuse(400, "malformed target");
  head.method = line.substr(0, first);
  split_target(target, head);
  return Http1Outcome::ready_after(line.size() + 2);
}

}  // namespace

Http1Outcome Http1RequestParser::parse(ByteView input, RequestHead& head) {
  const std::string_view text = as_text(input.first(std::min(input.size(), header_block_max)));
  const auto incomplete = [&](std::string_view line_so_far) {
    if (text.size() < header_block_max) {
      seen_ = text.size();
      return Http1Outcome::more();
    }
    if (line_so_far.empty()) return Http1Outcome::refuse(431, "head beyond its limit");
    return Http1Outcome::refuse(414, "request line beyond the limit of the head");
  };
  if (seen_ != 0 && text.size() < header_block_max && !has_head_end(text, seen_)) {
    seen_ = text.size();
    return Http1Outcome::more();
  }

  head.clear();
  const std::size_t begin = leading_empty_lines(text);
  const std::size_t line_end = text.find('\n', begin);
  if (line_end == std::string_view::npos) {
    if (text.substr(begin).starts_with("PRI * HTTP/2"))
      return Http1Outcome::refuse(505, "HTTP/2 where HTTP/1 was begun");
    return incomplete(text.substr(begin));
  }
  if (line_end == begin || text[line_end - 1] != '\r') return Http1Outcome::refuse(400, "bare LF");
  const std::string_view line = text.substr(begin, line_end - 1 - begin);
  if (const Http1Outcome outcome = parse_request_line(line, head); outcome.refused())
    return outcome;

  Http1Framing framing;
  const Http1Outcome fields =
      parse_fields(text.data() + line_end + 1, text.data() + text.size(), head.headers, framing);
  if (fields.refused()) return fields;
  if (!fields.ready()) return incomplete({});

  if (head.version == HttpVersion::http1_1 && !framing.has_host)
    return Http1Outcome::refuse(400, "no Host field");
  if (framing.chunked && head.version == HttpVersion::http1_0)
    return Http1Outcome::refuse(400, "Transfer-Encoding in HTTP/1.0");
  if (framing.content_length > count(body_max_))
    return Http1Outcome::refuse(413, "body beyond its limit");
  head.authority = framing.host;
  head.content_length = framing.content_length;
  head.expects_continue = framing.expects_continue && head.version == HttpVersion::http1_1;
  head.keep_alive = !framing.close && (head.version == HttpVersion::http1_1 || framing.keep_alive);
  if (framing.chunked) {
    head.body = BodyKind::chunked;
  } else {
    head.body = framing.content_length != 0 ? BodyKind::length : BodyKind::none;
  }
  seen_ = 0;
  return Http1Outcome::ready_after(line_end + 1 + fields.consumed);
}

}  // namespace levada::wire
