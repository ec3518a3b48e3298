#include "cli/http_client.h"

#include <charconv>

#include "cli/socket.h"
#include "wire/http1_chunked.h"
#include "wire/http1_response_parser.h"
#include "wire/http1_writer.h"

namespace levada::cli {

namespace {

constexpr std::size_t read_size = 64 << 10;
// A page of records is at most 10 MiB, 14 in base64; JSON around it adds little.
constexpr std::uint64_t answer_max = 256ULL << 20;

unexpected<Error> closed_early(const Endpoint& endpoint) {
  return fail(ErrorKind::closed,
              "Connection was closed before we received a valid response from endpoint URL: \"" +
                  endpoint.url + "\".");
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view url) {
  const auto refuse = [&] {
    return fail(ErrorKind::invalid, "Invalid endpoint: " + std::string(url));
  };
  Endpoint endpoint;
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == url.npos) return refuse();
  const std::string_view scheme = url.substr(0, scheme_end);
  if (scheme != "http" && scheme != "https")
    return fail(ErrorKind::invalid,
                "An HTTP Client raised an unhandled exception: Not supported URL scheme " +
                    std::string(scheme));
  endpoint.tls = scheme == "https";
  std::string_view rest = url.substr(scheme_end + 3);
  const std::size_t path_begin = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, path_begin);
  rest = path_begin == rest.npos ? std::string_view() : rest.substr(path_begin);
  if (const std::size_t at = authority.rfind('@'); at != authority.npos)
    authority.remove_prefix(at + 1);
  const std::size_t query_begin = rest.find('?');
  endpoint.path = rest.substr(0, query_begin);
  if (endpoint.path.empty()) endpoint.path = "/";
  if (query_begin != rest.npos) endpoint.query = rest.substr(query_begin + 1);

  std::string_view host = authority;
  std::string_view port;
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon != authority.npos && (bracket == authority.npos || colon > bracket)) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
  }
  endpoint.port = endpoint.tls ? 443 : 80;
  if (!port.empty()) {
    const auto [end, error] =
        std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (error == std::errc::result_out_of_range)
      return fail(ErrorKind::invalid, "Port out of range 0-65535");
    if (error != std::errc{} || end != port.data() + port.size()) return refuse();
  }
  if (host.starts_with('[') != host.ends_with(']'))
    return fail(ErrorKind::invalid, "Invalid IPv6 URL");
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return refuse();
  endpoint.host = host;
  const bool is_usual_port = endpoint.port == (endpoint.tls ? 443 : 80);
  const std::string bracketed =
      endpoint.host.find(':') == std::string::npos ? endpoint.host : '[' + endpoint.host + ']';
  endpoint.authority = is_usual_port ? bracketed : bracketed + ':' + std::to_string(endpoint.port);
  endpoint.url = std::string(scheme) + "://" + std::string(authority) + endpoint.path +
                 (endpoint.query.empty() ? "" : '?' + endpoint.query);
  return endpoint;
}

std::string_view HttpResponse::header(std::string_view name) const {
  for (const HttpHeader& header : headers)
    if (wire::same_header_name(header.name, name)) return header.value;
  return {};
}

HttpConnection::HttpConnection(Endpoint endpoint, HttpOptions options)
    : endpoint_(std::move(endpoint)), options_(std::move(options)) {}
HttpConnection::HttpConnection(HttpConnection&&) noexcept = default;
HttpConnection& HttpConnection::operator=(HttpConnection&&) noexcept = default;
HttpConnection::~HttpConnection() = default;

Result<Unit> HttpConnection::connect() {
  socket_ = TRY(Socket::connect(endpoint_, options_));
  return Unit{};
}

Result<HttpResponse> HttpConnection::send(const HttpRequest& request) {
  std::string body;
  HttpResponse response = TRY(send(request, [&body](std::string_view piece) {
    body += piece;
    return body.size() <= answer_max;
  }));
  if (response.status == 200) response.body = std::move(body);
  return response;
}

Result<HttpResponse> HttpConnection::send(const HttpRequest& request, const BodySink& sink) {
  const bool was_kept = socket_ != nullptr;
  if (!was_kept) TRY(connect());
  bool began = false;  // a byte of the answer came
  Result<HttpResponse> response = exchange(request, sink, began);
  if (!response && was_kept && !began && response.error().kind == ErrorKind::closed) {
    TRY(connect());
    response = exchange(request, sink, began);
  }
  if (!response) socket_.reset();
  return response;
}

Result<HttpResponse> HttpConnection::exchange(const HttpRequest& request, const BodySink& sink,
                                              bool& began) {
  std::vector<wire::HeaderField> fields;
  for (const HttpHeader& header : request.headers) fields.push_back({header.name, header.value});
  const std::string target =
      endpoint_.query.empty() ? endpoint_.path : endpoint_.path + '?' + endpoint_.query;
  Buffer out;
  wire::write_request(out, {request.method, target}, fields, as_bytes(request.body));
  TRY(socket_->write(as_text(out)));

  Buffer input;
  std::size_t size = 0;  // of what came
  // False at the end of the connection.
  const auto read_more = [&]() -> Result<bool> {
    if (input.size() - size < read_size) input.resize(size + read_size);
    const std::size_t got = TRY(socket_->read(std::span(input).subspan(size, read_size)));
    size += got;
    began = began || got > 0;
    return got > 0;
  };

  wire::Http1ResponseParser parser;
  wire::ResponseHead head;
  HttpResponse response;
  std::size_t at = 0;  // of the body
  for (;;) {
    const wire::Http1Outcome outcome = parser.parse(ByteView(input).first(size), head);
    if (outcome.refused()) return closed_early(endpoint_);
    if (outcome.ready()) {
      if (head.status >= 200) {
        at = outcome.consumed;
        break;
      }
      input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(outcome.consumed));
      size -= outcome.consumed;
      parser = {};
      continue;
    }
    if (!TRY(read_more())) return closed_early(endpoint_);
  }
  response.status = head.status;
  for (const wire::HeaderField& field : head.headers)
    response.headers.push_back({std::string(field.name), std::string(field.value)});
  const wire::BodyKind kind = head.body;
  const bool keep_alive = head.keep_alive;
  std::uint64_t remaining = head.content_length;

  const auto deliver = [&](std::string_view piece) {
    if (response.status == 200) return sink(piece);
    response.body += piece;
    return response.body.size() <= answer_max;
  };
  wire::ChunkedDecoder chunks{Bytes{UINT64_MAX}};
  bool wanted = true;
  while (wanted) {
    const ByteView came = ByteView(input).subspan(at, size - at);
    if (kind == wire::BodyKind::chunked) {
      Buffer decoded;
      const wire::Http1Outcome outcome = chunks.decode(came, decoded);
      if (outcome.refused()) return closed_early(endpoint_);
      wanted = decoded.empty() || deliver(as_text(decoded));
      if (outcome.ready()) break;
    } else if (kind == wire::BodyKind::length) {
      const auto piece = came.first(std::min<std::size_t>(came.size(), remaining));
      remaining -= piece.size();
      wanted = piece.empty() || deliver(as_text(piece));
      if (remaining == 0) break;
    } else if (kind == wire::BodyKind::none) {
      break;
    } else {
      wanted = came.empty() || deliver(as_text(came));
    }
    size = at = 0;
    if (!wanted) break;
    if (!TRY(read_more())) {
      if (kind == wire::BodyKind::until_close) break;
      return closed_early(endpoint_);
    }
  }
  if (!keep_alive || !wanted || kind == wire::BodyKind::until_close) socket_.reset();
  return response;
}

}  // namespace levada::cli
