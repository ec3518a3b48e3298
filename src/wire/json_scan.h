#pragma once
// The steps of a scanner that reads JSON of one known shape in one pass (put_records_scan.h is one,
// record_scan.h of Timestream Write another): each returns whether the text is still what the
// scanner expects. What they accept means the same to read_json.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "base/utf8.h"
#include "wire/character_scan.h"
#include "wire/json_string.h"

namespace levada::wire {

class JsonScan {
 public:
  // `room` takes strings that have escapes; it is at least as large as the text.
  JsonScan(std::string_view text, MutableByteView room)
      : at_(text.data()),
        end_(at_ + text.size()),
        room_(room.data()),
        room_end_(room_ + room.size()) {
    CHECK(room.size() >= text.size());
  }

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word))
      return false;
    at_ += word.size();
    return true;
  }
  bool colon() {
    skip_space();
    if (!take(':')) return false;
    skip_space();
    return true;
  }
  bool at_end() {
    skip_space();
    return at_ == end_;
  }

  // An object of some members; `member` takes each name and its value.
  template <class TakeMember>
  bool taken_members(TakeMember member) {
    if (!take('{')) return false;
    for (;;) {
      skip_space();
      if (!member()) return false;
      skip_space();
      if (take('}')) return true;
      if (!take(',')) return false;
    }
  }

  // An object; `member` gets each name and stands before its value.
  template <class ReadMember>
  bool members(ReadMember member) {
    if (!take('{')) return false;
    skip_space();
    if (take('}')) return true;
    for (;;) {
      std::string_view name;
      if (!string(name) || !colon() || !member(name)) return false;
      skip_space();
      if (take('}')) return true;
      if (!take(',')) return false;
      skip_space();
    }
  }

  // An array; `item` stands before each.
  template <class ReadItem>
  bool items(ReadItem item) {
    if (!take('[')) return false;
    skip_space();
    if (take(']')) return true;
    for (;;) {
      if (!item()) return false;
      skip_space();
      if (take(']')) return true;
      if (!take(',')) return false;
      skip_space();
    }
  }

  // In the text, or in the room when it had escapes; valid UTF-8.
  bool string(std::string_view& out) {
    if (!take('"')) return false;
    const char* const from = at_;
    at_ = scan_until<JsonAsciiStop>(from, end_);
    if (at_ == end_) return false;
    if (*at_ != '"') return unusual_string(from, out);
    out = {from, static_cast<std::size_t>(at_ - from)};
    ++at_;
    return true;
  }

  // A whole number of at most 18 digits, not negative.
  bool whole(std::int64_t& out) {
    constexpr int digits_max = 18;
    const char* const from = at_;
    out = 0;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9' && at_ - from < digits_max)
      out = out * 10 + (*at_++ - '0');
    const auto digits = at_ - from;
    if (digits == 0 || (digits > 1 && *from == '0')) return false;
    return at_ == end_ || std::string_view("0123456789.eE").find(*at_) == std::string_view::npos;
  }

 protected:
  const char* at_;
  const char* const end_;
  std::byte* room_;  // what is not used of it
  std::byte* const room_end_;

 private:
  bool unusual_string(const char* from, std::string_view& out) {
    const auto [quote, has_escapes] = find_json_string_end(from, end_);
    if (quote == nullptr) return false;
    const std::string_view raw(from, static_cast<std::size_t>(quote - from));
    if (!is_valid_utf8(raw)) return false;
    at_ = quote + 1;
    out = raw;
    if (!has_escapes) return true;
    char* const place = reinterpret_cast<char*>(room_);
    const char* const place_end = unescape_json(raw, place);
    if (place_end == nullptr) return false;
    out = {place, static_cast<std::size_t>(place_end - place)};
    room_ += out.size();
    return true;
  }
};

}  // namespace levada::wire
