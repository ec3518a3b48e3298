#include "wire/http1_fields.h"

#include <array>
#include <cstring>

#include "wire/character_scan.h"

namespace levada::wire {

namespace {

constexpr std::array<bool, 256> token_characters = [] {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    table[static_cast<std::size_t>(c)] = true;
  return table;
}();

bool is_token_character(char c) { return token_characters[static_cast<unsigned char>(c)]; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

const char* read_content_length(std::string_view value, Http1Framing& framing, int& status) {
  status = 400;
  if (value.empty()) return "empty Content-Length";
  std::uint64_t length = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return "Content-Length is not a number";
    if (length > (UINT64_MAX - 9) / 10) {
      status = 413;
      return "Content-Length beyond all bounds";
    }
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (framing.has_length && framing.content_length != length)
    return "several Content-Length that differ";
  framing.has_length = true;
  framing.content_length = length;
  return nullptr;
}

void read_connection(std::string_view value, Http1Framing& framing) {
  while (!value.empty()) {
    const std::size_t comma = value.find(',');
    const std::string_view option = trim(value.substr(0, comma));
    if (same_header_name(option, "close")) framing.close = true;
    if (same_header_name(option, "keep-alive")) framing.keep_alive = true;
    value = comma == std::string_view::npos ? std::string_view{} : value.substr(comma + 1);
  }
}

// The fields that frame the message; the length of the name alone sorts out nearly all others.
const char* read_framing(const HeaderField& header, Http1Framing& framing, int& status) {
  status = 400;
  const auto& [name, value] = header;
  switch (name.size()) {
    case 4:
      if (!same_header_name(name, "host")) return nullptr;
      if (framing.has_host) return "several Host fields";
      framing.has_host = true;
      framing.host = value;
      return nullptr;
    case 6:
      if (!same_header_name(name, "expect")) return nullptr;
      if (!same_header_name(value, "100-continue")) {
        status = 417;
        return "unknown expectation";
      }
      framing.expects_continue = true;
      return nullptr;
    case 10:
      if (same_header_name(name, "connection")) read_connection(value, framing);
      return nullptr;
    case 14:
      if (!same_header_name(name, "content-length")) return nullptr;
      return read_content_length(value, framing, status);
    case 17:
      if (!same_header_name(name, "transfer-encoding")) return nullptr;
      if (framing.chunked) return "several Transfer-Encoding fields";
      if (!same_header_name(value, "chunked")) {
        status = 501;
        return "transfer coding other than chunked";
      }
      framing.chunked = true;
      return nullptr;
    default:
      return nullptr;
  }
}

}  // namespace

bool is_token(std::string_view text) {
  for (const char c : text)
    if (!is_token_character(c)) return false;
  return !text.empty();
}

bool has_head_end(std::string_view input, std::size_t seen) {
  constexpr std::string_view mark = "\n\r\n";
  const char* at = input.data() + (seen < mark.size() ? 0 : seen - (mark.size() - 1));
  const char* const end = input.data() + input.size();
  while (end - at >= static_cast<std::ptrdiff_t>(mark.size())) {
    at = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at) - 2));
    if (at == nullptr) return false;
    if (at[1] == '\r' && at[2] == '\n') return true;
    ++at;
  }
  return false;
}

Http1Outcome parse_fields(const char* const begin, const char* const end, HeaderList& headers,
                          Http1Framing& framing) {
  const char* at = begin;
  for (;;) {
    if (at == end) return Http1Outcome::more();
    if (*at == '\r') {
      if (end - at < 2) return Http1Outcome::more();
      if (at[1] != '\n') return Http1Outcome::refuse(400, "CR without LF");
      break;
    }
    const char* const name = at;
    while (at != end && is_token_character(*at)) ++at;
    if (at == end) return Http1Outcome::more();
    if (at == name || *at != ':') {
      if (*at == '\n') return Http1Outcome::refuse(400, "bare LF");
      if (at == name && (*at == ' ' || *at == '\t'))
        return Http1Outcome::refuse(400, "folded field line");
      return Http1Outcome::refuse(400, "malformed field name");
    }
    const std::string_view name_text(name, static_cast<std::size_t>(at - name));
    const char* const value = ++at;
    at = scan_until<FieldValueStop>(at, end);
    if (end - at < 2) {
      if (at != end && *at != '\r')
        return Http1Outcome::refuse(400, "control character in a field");
      return Http1Outcome::more();
    }
    if (*at != '\r') {
      return Http1Outcome::refuse(400, *at == '\n' ? "bare LF" : "control character in a field");
    }
    if (at[1] != '\n') return Http1Outcome::refuse(400, "CR without LF");
    if (headers.full()) return Http1Outcome::refuse(431, "too many fields");
    const HeaderField header{name_text, trim({value, static_cast<std::size_t>(at - value)})};
    int status = 400;
    if (const char* wrong = read_framing(header, framing, status); wrong != nullptr)
      return Http1Outcome::refuse(status, wrong);
    headers.add(header);
    at += 2;
  }
  if (framing.chunked && framing.has_length)
    return Http1Outcome::refuse(400, "Content-Length beside Transfer-Encoding");
  return Http1Outcome::ready_after(static_cast<std::size_t>(at + 2 - begin));
}

}  // namespace levada::wire
