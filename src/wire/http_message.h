#pragma once
// What an HTTP message says, whatever version carried it: the types that the layers above work
// with. All views look into bytes that somebody else keeps (the connection's input buffer, or the
// Http2Request).

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "wire/header_field.h"

namespace levada::wire {

// SDKs send 8 to 20 fields; the largest seen behind proxies is about 40.
inline constexpr std::size_t header_count_max = 100;
// Session tokens of STS reach 4 KiB and trace headers add some; nginx and h2o take 32 KiB at most.
inline constexpr std::size_t header_block_max = 32 << 10;
// spec kinesis 4.1: 10 MiB of records is 14 MiB in base64, plus keys and escapes.
inline constexpr Bytes body_max_default = 20_MiB;

// The fields in the order they came, in place: reading a message allocates nothing.
class HeaderList {
 public:
  const HeaderField* begin() const { return headers_.data(); }
  const HeaderField* end() const { return headers_.data() + size_; }
  std::size_t size() const { return size_; }
  bool full() const { return size_ == header_count_max; }
  void clear() { size_ = 0; }
  void add(HeaderField header);  // not when full()

  // The first field of that name, in any case; nothing when absent.
  std::optional<std::string_view> find(std::string_view name) const;

  // The bytes that the views look into have moved as a whole, from `old_base` to `new_base`.
  void rebase(const char* old_base, const char* new_base);

 private:
  std::array<HeaderField, header_count_max> headers_;
  std::size_t size_ = 0;
};

enum class HttpVersion : std::uint8_t { http1_0, http1_1, http2 };

enum class BodyKind : std::uint8_t {
  none,
  length,       // content_length bytes follow
  chunked,      // see ChunkedDecoder
  until_close,  // responses of HTTP/1.0 servers only
};

// Made once per connection and filled again for each request.
struct RequestHead {
  std::string_view method;
  std::string_view target;     // as sent
  std::string_view path;       // the target up to '?', undecoded
  std::string_view query;      // behind '?', undecoded; empty when absent
  std::string_view authority;  // Host, or :authority of HTTP/2 (then also found as header "host")
  HeaderList headers;
  std::uint64_t content_length = 0;
  HttpVersion version = HttpVersion::http1_1;
  BodyKind body = BodyKind::none;
  bool keep_alive = true;
  bool expects_continue = false;  // the client waits for "100 Continue" before it sends the body

  std::optional<std::string_view> header(std::string_view name) const { return headers.find(name); }
  void clear();
  // A growing input buffer moved while the body came in: shift every view to the new place.
  void rebase(const char* old_base, const char* new_base);
};

struct ResponseHead {
  int status = 0;
  std::string_view reason;
  HeaderList headers;
  std::uint64_t content_length = 0;
  HttpVersion version = HttpVersion::http1_1;
  BodyKind body = BodyKind::none;
  bool keep_alive = true;

  std::optional<std::string_view> header(std::string_view name) const { return headers.find(name); }
  void clear();
  void rebase(const char* old_base, const char* new_base);
};

// "OK" for 200; "Status" for a number that has no phrase here.
std::string_view reason_phrase(int status);

// Divides a request target into path and query.
void split_target(std::string_view target, RequestHead& head);

}  // namespace levada::wire
