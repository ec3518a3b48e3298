#include "wire/http_message.h"

#include "base/check.h"

namespace levada::wire {

namespace {

void shift(std::string_view& view, const char* old_base, const char* new_base) {
  if (view.data() != nullptr) view = {new_base + (view.data() - old_base), view.size()};
}

}  // namespace

void HeaderList::add(HeaderField header) {
  CHECK(!full());
  headers_[size_++] = header;
}

std::optional<std::string_view> HeaderList::find(std::string_view name) const {
  for (const HeaderField& header : *this)
    if (same_header_name(header.name, name)) return header.value;
  return std::nullopt;
}

void HeaderList::rebase(const char* old_base, const char* new_base) {
  for (std::size_t i = 0; i < size_; ++i) {
    shift(headers_[i].name, old_base, new_base);
    shift(headers_[i].value, old_base, new_base);
  }
}

void RequestHead::clear() {
  method = target = path = query = authority = {};
  headers.clear();
  content_length = 0;
  version = HttpVersion::http1_1;
  body = BodyKind::none;
  keep_alive = true;
  expects_continue = false;
}

void RequestHead::rebase(const char* old_base, const char* new_base) {
  for (std::string_view* view : {&method, &target, &path, &query, &authority})
    shift(*view, old_base, new_base);
  headers.rebase(old_base, new_base);
}

void ResponseHead::clear() {
  status = 0;
  reason = {};
  headers.clear();
  content_length = 0;
  version = HttpVersion::http1_1;
  body = BodyKind::none;
  keep_alive = true;
}

void ResponseHead::rebase(const char* old_base, const char* new_base) {
  shift(reason, old_base, new_base);
  headers.rebase(old_base, new_base);
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

// The absolute form (RFC 9112, 3.2.2) names the authority first; the path of "http://h" is "/".
void split_target(std::string_view target, RequestHead& head) {
  head.target = target;
  std::string_view rest = target;
  if (!rest.empty() && rest.front() != '/') {
    if (const std::size_t scheme = rest.find("://"); scheme != std::string_view::npos) {
      const std::size_t path = rest.find_first_of("/?", scheme + 3);
      rest = path == std::string_view::npos ? rest.substr(rest.size()) : rest.substr(path);
    }
  }
  const std::size_t mark = rest.find('?');
  head.path = rest.substr(0, mark);
  head.query = mark == std::string_view::npos ? rest.substr(rest.size()) : rest.substr(mark + 1);
}

}  // namespace levada::wire
