#include "wire/json_writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <span>
#include <utility>

#include "wire/character_scan.h"

namespace levada::wire {

namespace {

constexpr std::size_t number_size_max = 32;
constexpr std::size_t escape_size_max = 6;  // \u001f
constexpr std::size_t growth_min = 512;
constexpr std::size_t growth_max = 32 << 10;  // see grow()

char* write_escape(char c, char* to) {
  constexpr std::string_view digits = "0123456789abcdef";
  *to++ = '\\';
  switch (c) {
    case '"':
    case '\\':
      *to++ = c;
      break;
    case '\b':
      *to++ = 'b';
      break;
    case '\f':
      *to++ = 'f';
      break;
    case '\n':
      *to++ = 'n';
      break;
    case '\r':
      *to++ = 'r';
      break;
    case '\t':
      *to++ = 't';
      break;
    default:
      std::memcpy(to, "u00", 3);
      to += 3;
      *to++ = digits[static_cast<unsigned char>(c) >> 4];
      *to++ = digits[static_cast<unsigned char>(c) & 15];
  }
  return to;
}

}  // namespace

JsonWriter::JsonWriter(Buffer& out) : out_(out) {
  at_ = end_ = reinterpret_cast<char*>(out.data() + out.size());
}

void JsonWriter::finish() {
  out_.resize(written());
  end_ = at_;
}

// A Buffer zeroes what it grows by. In steps that stay in the nearest cache until they are written
// over, that costs next to nothing; all of a large text at once would go through memory twice.
void JsonWriter::grow(std::size_t size) {
  const std::size_t used = written();
  const std::size_t wanted = used + std::max(size, std::clamp(used, growth_min, growth_max));
  if (wanted > out_.capacity()) out_.reserve(std::max(wanted, 2 * used));
  out_.resize(wanted);
  at_ = reinterpret_cast<char*>(out_.data()) + used;
  end_ = at_ + (wanted - used);
}

Buffer JsonWriter::raw_in_place(Buffer json) {
  comma();
  std::ranges::copy(std::span(out_).first(written()), json.begin());
  std::swap(out_, json);
  at_ = end_ = reinterpret_cast<char*>(out_.data() + out_.size());
  needs_comma_ = true;
  return json;
}

void JsonWriter::expect(std::size_t size) {
  const std::size_t used = written();
  if (used + size <= out_.capacity()) return;
  out_.resize(used);  // so that only what was written moves
  out_.reserve(used + size);
  at_ = end_ = reinterpret_cast<char*>(out_.data()) + used;
}

// Most pieces are short: two overlapping moves are faster than asking libc.
void JsonWriter::put(std::string_view text) {
  const char* const from = text.data();
  const std::size_t size = text.size();
  if (size > 16) {
    std::memcpy(at_, from, size);
  } else if (size >= 8) {
    std::memcpy(at_, from, 8);
    std::memcpy(at_ + size - 8, from + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(at_, from, 4);
    std::memcpy(at_ + size - 4, from + size - 4, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) at_[i] = from[i];
  }
  at_ += size;
}

void JsonWriter::value(std::string_view text) {
  reserve(text.size() + 1);
  comma();
  put(text);
  needs_comma_ = true;
}

void JsonWriter::quoted(std::string_view text) {
  constexpr std::size_t around = 4;  // comma, quotes, colon
  reserve(text.size() + around);
  comma();
  *at_++ = '"';
  const char* from = text.data();
  const char* const end = from + text.size();
  for (;;) {
    const char* const stop = scan_until<JsonStringStop>(from, end);
    put({from, static_cast<std::size_t>(stop - from)});
    if (stop == end) break;
    from = stop + 1;
    reserve(escape_size_max + static_cast<std::size_t>(end - from) + around);
    at_ = write_escape(*stop, at_);
  }
  *at_++ = '"';
}

void JsonWriter::integer(std::int64_t number) {
  reserve(number_size_max);
  comma();
  at_ = std::to_chars(at_, end_, number).ptr;
  needs_comma_ = true;
}

void JsonWriter::unsigned_integer(std::uint64_t number) {
  reserve(number_size_max);
  comma();
  at_ = std::to_chars(at_, end_, number).ptr;
  needs_comma_ = true;
}

void JsonWriter::real(double number) {
  if (!std::isfinite(number)) return null();
  reserve(number_size_max);
  comma();
  at_ = std::to_chars(at_, end_, number).ptr;
  needs_comma_ = true;
}

void JsonWriter::epoch_seconds(std::int64_t epoch_millis) {
  reserve(number_size_max);
  comma();
  if (epoch_millis < 0) *at_++ = '-';
  const std::uint64_t magnitude = epoch_millis < 0 ? 0 - static_cast<std::uint64_t>(epoch_millis)
                                                   : static_cast<std::uint64_t>(epoch_millis);
  at_ = std::to_chars(at_, end_, magnitude / 1000).ptr;
  if (unsigned millis = static_cast<unsigned>(magnitude % 1000); millis != 0) {
    *at_++ = '.';
    for (unsigned unit = 100; millis != 0; millis %= unit, unit /= 10)
      *at_++ = static_cast<char>('0' + millis / unit);
  }
  needs_comma_ = true;
}

char* JsonWriter::plain_string(std::size_t size) {
  reserve(size + 3);
  comma();
  *at_++ = '"';
  char* const place = at_;
  at_ += size;
  *at_++ = '"';
  needs_comma_ = true;
  return place;
}

}  // namespace levada::wire
