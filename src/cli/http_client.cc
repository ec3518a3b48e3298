#include "cli/http_client.h"

#include <charconv>
#include <cstdio>

#include "cli/proxy.h"
#include "cli/socket.h"
#include "wire/http1_chunked.h"
#include "wire/http1_response_parser.h"
#include "wire/http1_writer.h"

namespace levada::cli {

namespace {

// Most answers are short, and fresh memory costs a page fault for each page.
constexpr std::size_t first_read_size = 4 << 10;
constexpr std::size_t read_size = 64 << 10;
// A smaller body goes out in one piece with its head; a larger one is not copied for that.
constexpr std::size_t joined_body_max = 16 << 10;
// A page of records is at most 10 MiB, 14 in base64; JSON around it adds little.
constexpr std::uint64_t answer_max = 256ULL << 20;

unexpected<Error> closed_early(const Endpoint& endpoint) {
  return fail(ErrorKind::closed,
              "Connection was closed before we received a valid response from endpoint URL: \"" +
                  endpoint.url + "\".");
}

// The AWS CLI's own words, for each request.
void warn_of_no_verification(const Endpoint& endpoint) {
  std::fprintf(stderr,
               "/usr/lib/python3/dist-packages/urllib3/connectionpool.py:1065: "
               "InsecureRequestWarning: Unverified HTTPS request is being made to host '%s'. "
               "Adding certificate verification is strongly advised. See: "
               "https://urllib3.readthedocs.io/en/1.26.x/advanced-usage.html#ssl-warnings\n"
               "  warnings.warn(\n",
               endpoint.host.c_str());
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

Result<Unit> HttpConnection::find_way() {
  if (!options_.uses_proxies || proxy_ != nullptr) return Unit{};
  std::optional<Proxy> proxy = TRY(find_proxy(endpoint_));
  if (proxy) proxy_ = std::make_unique<Proxy>(std::move(*proxy));
  return Unit{};
}

Result<Unit> HttpConnection::connect() {
  socket_ = TRY(Socket::connect(endpoint_, proxy_.get(), options_));
  return Unit{};
}

Result<HttpResponse> HttpConnection::send(const HttpRequest& request) {
  TRY(begin(request));
  return finish();
}

Result<HttpResponse> HttpConnection::send(const HttpRequest& request, const BodySink& sink) {
  TRY(begin(request));
  return finish(sink);
}

Result<Unit> HttpConnection::begin(const HttpRequest& request) {
  TRY(find_way());
  if (endpoint_.tls && !options_.verify) warn_of_no_verification(endpoint_);
  std::vector<wire::HeaderField> fields;
  for (const HttpHeader& header : request.headers) fields.push_back({header.name, header.value});
  std::string target = endpoint_.path;
  if (!endpoint_.query.empty()) target += '?' + endpoint_.query;
  if (proxy_ != nullptr && !endpoint_.tls) {  // a tunnel's far end wants the path alone
    target.insert(0, "http://" + endpoint_.authority);
    if (!proxy_->authorization.empty())
      fields.push_back({"Proxy-Authorization", proxy_->authorization});
  }
  head_.clear();
  wire::write_request_head(head_, {request.method, target}, fields, request.body.size());
  body_ = request.body;
  if (body_.size() <= joined_body_max) {
    const ByteView body = as_bytes(std::exchange(body_, {}));
    head_.insert(head_.end(), body.begin(), body.end());
  }

  was_kept_ = socket_ != nullptr;
  if (!was_kept_) TRY(connect());
  Result<Unit> written = write();
  if (!written && was_kept_ && written.error().kind == ErrorKind::closed) {
    was_kept_ = false;
    TRY(connect());
    written = write();
  }
  if (!written) socket_.reset();
  return written;
}

Result<HttpResponse> HttpConnection::finish() {
  std::string body;
  HttpResponse response = TRY(finish([&body](std::string_view piece) {
    body += piece;
    return body.size() <= answer_max;
  }));
  if (response.status == 200) response.body = std::move(body);
  return response;
}

Result<HttpResponse> HttpConnection::finish(const BodySink& sink) {
  bool began = false;  // a byte of the answer came
  Result<HttpResponse> response = read(sink, began);
  if (!response && was_kept_ && !began && response.error().kind == ErrorKind::closed) {
    TRY(connect());
    TRY(write());
    response = read(sink, began);
  }
  if (!response) socket_.reset();
  return response;
}

Result<Unit> HttpConnection::write() {
  TRY(socket_->write(as_text(head_)));
  return socket_->write(body_);
}

Result<HttpResponse> HttpConnection::read(const BodySink& sink, bool& began) {
  Buffer input;
  std::size_t size = 0;  // of what came
  // False at the end of the connection.
  const auto read_more = [&]() -> Result<bool> {
    const std::size_t room = size == 0 ? first_read_size : read_size;
    if (input.size() - size < room) input.resize(size + room);
    const std::size_t got = TRY(socket_->read(std::span(input).subspan(size, room)));
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
