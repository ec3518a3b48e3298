#include "wire/http1_chunked.h"

#include <algorithm>

#include "wire/hex.h"

namespace levada::wire {

namespace {

// Chunk sizes, extensions and trailers may not outweigh the body: 64 KiB for trailers, and 16 bytes
// for each byte of body, which covers a client that sends single bytes with a small extension.
constexpr std::uint64_t overhead_max = 64 << 10;
constexpr std::uint64_t overhead_per_byte_max = 16;

}  // namespace

Http1Outcome ChunkedDecoder::decode(ByteView input, Buffer& out) {
  const std::string_view text = as_text(input);
  std::size_t at = 0;
  while (at < text.size() && state_ != State::done) {
    if (state_ == State::data) {
      const auto take =
          static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, text.size() - at));
      const ByteView piece = input.subspan(at, take);
      out.insert(out.end(), piece.begin(), piece.end());
      at += take;
      decoded_ += take;
      remaining_ -= take;
      if (remaining_ == 0) state_ = State::data_cr;
      continue;
    }
    if (++overhead_ > overhead_max + overhead_per_byte_max * decoded_)
      return Http1Outcome::refuse(400, "more chunk framing than body");
    const char c = text[at++];
    switch (state_) {
      case State::size_first:
      case State::size:
        if (const auto digit = hex_digit(c)) {
          remaining_ = remaining_ * 16 + *digit;
          if (remaining_ > count(body_max_) - decoded_)
            return Http1Outcome::refuse(413, "body beyond its limit");
          state_ = State::size;
        } else if (state_ == State::size && c == '\r') {
          state_ = State::size_lf;
        } else if (state_ == State::size && c == ';') {
          state_ = State::extension;
        } else {
          return Http1Outcome::refuse(400, "malformed chunk size");
        }
        break;
      case State::extension:
        if (c == '\r') {
          state_ = State::size_lf;
        } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) {
          return Http1Outcome::refuse(400, "control character in a chunk extension");
        }
        break;
      case State::size_lf:
        if (c != '\n') return Http1Outcome::refuse(400, "CR without LF");
        state_ = remaining_ == 0 ? State::trailer_start : State::data;
        break;
      case State::data_cr:
        if (c != '\r') return Http1Outcome::refuse(400, "chunk longer than its size");
        state_ = State::data_lf;
        break;
      case State::data_lf:
        if (c != '\n') return Http1Outcome::refuse(400, "CR without LF");
        state_ = State::size_first;
        break;
      case State::trailer_start:
        if (c == '\r') {
          state_ = State::last_lf;
          break;
        }
        state_ = State::trailer;
        [[fallthrough]];
      case State::trailer:
        if (c == '\r') {
          state_ = State::trailer_lf;
        } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) {
          return Http1Outcome::refuse(400, "control character in a trailer");
        }
        break;
      case State::trailer_lf:
        if (c != '\n') return Http1Outcome::refuse(400, "CR without LF");
        state_ = State::trailer_start;
        break;
      case State::last_lf:
        if (c != '\n') return Http1Outcome::refuse(400, "CR without LF");
        state_ = State::done;
        break;
      case State::data:
      case State::done:
        break;
    }
  }
  if (state_ == State::done) return Http1Outcome::ready_after(at);
  return {.kind = Http1Outcome::Kind::need_more, .consumed = at, .status = 0, .reason = {}};
}

}  // namespace levada::wire
