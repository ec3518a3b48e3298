#include "wire/http1_writer.h"

#include <charconv>
#include <cstring>

#include "wire/character_scan.h"

namespace levada::wire {

namespace {

// Fills room that was sized beforehand.
class Pen {
 public:
  explicit Pen(std::byte* at) : at_(reinterpret_cast<char*>(at)) {}
  void text(std::string_view text) {
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void value(std::string_view value) {
    const char* const begin = at_;
    text(value);
    const auto next = [this](const char* at) { return scan_until<LineEndStop>(at, at_); };
    for (const char* c = next(begin); c != at_; c = next(c + 1)) at_[c - at_] = ' ';
  }

 private:
  char* at_;
};

class Decimal {
 public:
  explicit Decimal(std::uint64_t number, int base = 10) {
    end_ = std::to_chars(digits_, digits_ + sizeof digits_, number, base).ptr;
  }
  std::string_view text() const { return {digits_, static_cast<std::size_t>(end_ - digits_)}; }

 private:
  char digits_[20];
  char* end_;
};

// Makes room at the end of `out`, growing it at least by half so that many small writes stay cheap.
Pen extend(Buffer& out, std::size_t size) {
  const std::size_t before = out.size();
  if (out.capacity() - before < size) out.reserve(std::max(before + size, before + before / 2));
  out.resize(before + size);
  return Pen(out.data() + before);
}

std::size_t size_of(std::span<const HeaderField> headers) {
  std::size_t size = 0;
  for (const HeaderField& header : headers) size += header.name.size() + header.value.size() + 4;
  return size;
}

// start line, fields, one last field line of our own (may be empty), the empty line, the body
void write_message(Buffer& out, std::span<const std::string_view> start,
                   std::span<const HeaderField> headers, HeaderField own, ByteView body) {
  std::size_t size = size_of(headers) + 4 + body.size();
  for (const std::string_view piece : start) size += piece.size();
  if (!own.name.empty()) size += own.name.size() + own.value.size() + 4;
  Pen pen = extend(out, size);
  for (const std::string_view piece : start) pen.text(piece);
  pen.text("\r\n");
  for (const HeaderField& header : headers) {
    pen.text(header.name);
    pen.text(": ");
    pen.value(header.value);
    pen.text("\r\n");
  }
  if (!own.name.empty()) {
    pen.text(own.name);
    pen.text(": ");
    pen.text(own.value);
    pen.text("\r\n");
  }
  pen.text("\r\n");
  pen.text(as_text(body));
}

void write_head(Buffer& out, int status, std::span<const HeaderField> headers, HeaderField own,
                ByteView body) {
  const Decimal number(static_cast<std::uint64_t>(status));
  const std::string_view start[] = {"HTTP/1.1 ", number.text(), " ", reason_phrase(status)};
  write_message(out, start, headers, own, body);
}

void write_request_message(Buffer& out, RequestLine line, std::span<const HeaderField> headers,
                           std::uint64_t content_length, ByteView body) {
  const std::string_view start[] = {line.method, " ", line.target, " HTTP/1.1"};
  const bool bodyless = content_length == 0 && (line.method == "GET" || line.method == "HEAD");
  const Decimal length(content_length);
  const HeaderField own = bodyless ? HeaderField{} : HeaderField{"Content-Length", length.text()};
  write_message(out, start, headers, own, body);
}

}  // namespace

void write_response(Buffer& out, int status, std::span<const HeaderField> headers, ByteView body) {
  write_head(out, status, headers, {"Content-Length", Decimal(body.size()).text()}, body);
}

void write_response_head(Buffer& out, int status, std::span<const HeaderField> headers,
                         std::uint64_t content_length) {
  write_head(out, status, headers, {"Content-Length", Decimal(content_length).text()}, {});
}

void write_chunked_head(Buffer& out, int status, std::span<const HeaderField> headers) {
  write_head(out, status, headers, {"Transfer-Encoding", "chunked"}, {});
}

const ByteView chunk_end = as_bytes("\r\n");

void write_chunk_size(Buffer& out, std::uint64_t size) {
  const Decimal text(size, 16);
  Pen pen = extend(out, text.text().size() + 2);
  pen.text(text.text());
  pen.text("\r\n");
}

void write_chunk(Buffer& out, ByteView data) {
  if (data.empty()) return;
  const Decimal size(data.size(), 16);
  Pen pen = extend(out, size.text().size() + 4 + data.size());
  pen.text(size.text());
  pen.text("\r\n");
  pen.text(as_text(data));
  pen.text("\r\n");
}

void write_last_chunk(Buffer& out) { extend(out, 5).text("0\r\n\r\n"); }

void write_continue(Buffer& out) {
  constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
  extend(out, text.size()).text(text);
}

void write_request(Buffer& out, RequestLine line, std::span<const HeaderField> headers,
                   ByteView body) {
  write_request_message(out, line, headers, body.size(), body);
}

void write_request_head(Buffer& out, RequestLine line, std::span<const HeaderField> headers,
                        std::uint64_t content_length) {
  write_request_message(out, line, headers, content_length, {});
}

}  // namespace levada::wire
