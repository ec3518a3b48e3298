#pragma once
// What the two sides of HTTP/2 share: keeping the text of incoming fields, and writing fields in
// the form nghttp2 takes. Internal to http2_*.cc.

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "wire/header_field.h"

namespace levada::wire {

// A name or a value as nghttp2 hands it over.
inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// Appends `piece` to `text`, of which every view of `head` is a part, and returns it there.
template <class Head>
std::string_view keep_text(std::string& text, Head& head, std::string_view piece) {
  constexpr std::size_t text_size_min = 1024;  // the fields of an SDK request
  if (text.capacity() - text.size() < piece.size() || text.capacity() < text_size_min) {
    std::string larger;
    larger.reserve(std::max({2 * text.capacity(), text.size() + piece.size(), text_size_min}));
    larger = text;
    head.rebase(text.data(), larger.data());
    text.swap(larger);
  }
  text.append(piece);
  return std::string_view(text).substr(text.size() - piece.size());
}

// Fields on their way out. nghttp2 copies them and lowers the case of names when they are
// submitted.
class OutgoingFields {
 public:
  void add(std::string_view name, std::string_view value) {
    fields_.push_back(
        {bytes_of(name), bytes_of(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  }

  // All but those that belong to one connection of HTTP/1 (RFC 9113, 8.2.2). A value that could
  // break out of its line when somebody translates it to HTTP/1 is left out whole.
  void add_all(std::span<const HeaderField> headers) {
    constexpr std::string_view forbidden("\r\n\0", 3);
    for (const auto& [name, value] : headers) {
      if (is_connection_specific(name)) continue;
      if (value.find_first_of(forbidden) != std::string_view::npos) continue;
      add(name, value);
    }
  }

  const nghttp2_nv* data() const { return fields_.data(); }
  std::size_t size() const { return fields_.size(); }

 private:
  static std::uint8_t* bytes_of(std::string_view text) {  // nghttp2 only reads
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  }
  static bool is_connection_specific(std::string_view name) {
    for (const std::string_view specific :
         {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"})
      if (same_header_name(name, specific)) return true;
    return false;
  }

  std::vector<nghttp2_nv> fields_;
};

// Bytes of a body that wait to be sent: appended at one end, taken at the other.
class OutgoingBody {
 public:
  std::size_t size() const { return bytes_.size() - sent_; }
  bool empty() const { return size() == 0; }
  void append(ByteView data) {
    drop_sent();
    bytes_.insert(bytes_.end(), data.begin(), data.end());
  }
  void assign(Buffer body) {
    bytes_ = std::move(body);
    sent_ = 0;
  }
  // The next `size` bytes, which count as sent; they stay valid until the next append.
  ByteView take(std::size_t size) {
    const ByteView piece = ByteView(bytes_).subspan(sent_, size);
    sent_ += size;
    return piece;
  }

 private:
  void drop_sent() {
    if (sent_ == bytes_.size()) {
      bytes_.clear();
      sent_ = 0;
    } else if (sent_ >= bytes_.size() / 2) {
      bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(sent_));
      sent_ = 0;
    }
  }

  Buffer bytes_;
  std::size_t sent_ = 0;
};

}  // namespace levada::wire
