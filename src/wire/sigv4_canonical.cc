#include "wire/sigv4_canonical.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "wire/character_scan.h"
#include "wire/hex.h"

namespace levada::wire {
namespace {

// Gathers small pieces, so that the hash sees few and large ones.
class HashSink {
 public:
  explicit HashSink(const Sha256& begun = {}) : hash_(begun) {}

  void append(std::string_view text) {
    if (text.size() > buffer_.size() - used_) {
      flush();
      if (text.size() > buffer_.size()) return hash_.update(text);
    }
    std::memcpy(buffer_.data() + used_, text.data(), text.size());
    used_ += text.size();
  }
  Sha256& hash() {
    flush();
    return hash_;
  }

 private:
  void flush() {
    hash_.update(std::string_view(buffer_.data(), used_));
    used_ = 0;
  }

  Sha256 hash_;
  std::size_t used_ = 0;
  std::array<char, 1024> buffer_;
};

struct TextSink {
  std::string text;
  void append(std::string_view piece) { text += piece; }
};

// Words, with one blank between two.
template <class Sink>
void write_value(Sink& sink, std::string_view value) {
  const char* const end = value.data() + value.size();
  bool first = true;
  for (const char* at = value.data(); at != end;) {
    const char* const word_end = scan_until<BlankStop>(at, end);
    if (word_end == at) {
      ++at;
      continue;
    }
    if (!first) sink.append(" ");
    first = false;
    sink.append({at, word_end});
    at = word_end;
  }
}

template <class Sink>
void write_lower_case(Sink& sink, std::string_view name) {
  std::array<char, 64> lower;
  while (!name.empty()) {
    const std::string_view piece = name.substr(0, lower.size());
    std::transform(piece.begin(), piece.end(), lower.begin(), lower_case);
    sink.append({lower.data(), piece.size()});
    name.remove_prefix(piece.size());
  }
}

// All fields of one name, joined by commas; on HTTP/2 the host is called :authority.
template <class Sink>
void write_header(Sink& sink, std::span<const HeaderField> headers, std::string_view name) {
  const auto write_fields_named = [&](std::string_view wanted) {
    bool found = false;
    for (const HeaderField& field : headers) {
      if (!same_header_name(field.name, wanted)) continue;
      if (found) sink.append(",");
      found = true;
      write_value(sink, field.value);
    }
    return found;
  };
  write_lower_case(sink, name);
  sink.append(":");
  if (!write_fields_named(name) && same_header_name(name, "host")) write_fields_named(":authority");
  sink.append("\n");
}

template <class Sink>
void write_query(Sink& sink, std::span<const QueryParameter> query) {
  std::vector<QueryParameter> sorted;
  for (const QueryParameter& parameter : query)
    if (parameter.name != "X-Amz-Signature")
      sorted.push_back({percent_encode(parameter.name), percent_encode(parameter.value)});
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0) sink.append("&");
    sink.append(sorted[i].name);
    sink.append("=");
    sink.append(sorted[i].value);
  }
}

template <class Sink>
void write(Sink& sink, const CanonicalRequest& request) {
  sink.append(request.method);
  sink.append("\n");
  if (request.path.empty() || request.path == "/")
    sink.append("/");
  else
    sink.append(canonical_path(request.path));
  sink.append("\n");
  if (!request.query.empty()) write_query(sink, request.query);
  sink.append("\n");
  for_each_signed_header(request.signed_headers,
                         [&](std::string_view name) { write_header(sink, request.headers, name); });
  sink.append("\n");
  sink.append(request.signed_headers);
  sink.append("\n");
  sink.append(request.payload_hash);
}

}  // namespace

std::string canonical_request_text(const CanonicalRequest& request) {
  TextSink sink;
  write(sink, request);
  return std::move(sink.text);
}

Sha256Digest canonical_request_digest(const CanonicalRequest& request) {
  HashSink sink;
  write(sink, request);
  return sink.hash().finish();
}

std::string canonical_path(std::string_view path) {
  std::vector<std::string_view> segments;
  for (std::string_view rest = path; !rest.empty();) {
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), segment.size() + 1));
    if (segment.empty() || segment == ".") continue;
    if (segment != "..")
      segments.push_back(segment);
    else if (!segments.empty())
      segments.pop_back();
  }
  std::string resolved;
  for (const std::string_view segment : segments) resolved.append("/").append(segment);
  if (segments.empty() || path.ends_with('/')) resolved += '/';
  return percent_encode(resolved, "/");
}

SignatureText sign_digest(const Sha256Digest& canonical_request, std::string_view date,
                          const SigningScope& scope, const HmacSha256& key) {
  HashSink sink(key.begin());
  sink.append(sigv4_algorithm);
  sink.append("\n");
  sink.append(date);
  sink.append("\n");
  for (const std::string_view part : {scope.date, scope.region, scope.service}) {
    sink.append(part);
    sink.append("/");
  }
  sink.append(sigv4_terminator);
  sink.append("\n");
  const auto digest_text = to_hex(canonical_request);
  sink.append({digest_text.data(), digest_text.size()});
  return to_hex(key.finish(sink.hash()));
}

}  // namespace levada::wire
