#include "wire/json_string.h"

#include <cstdint>
#include <cstring>
#include <optional>

#include "wire/character_scan.h"
#include "wire/hex.h"

namespace levada::wire {

namespace {

// The four hexadecimal digits at `at`.
std::optional<std::uint32_t> read_code_unit(const char* at, const char* end) {
  if (end - at < 4) return std::nullopt;
  std::uint32_t unit = 0;
  for (int i = 0; i < 4; ++i) {
    const auto digit = hex_digit(at[i]);
    if (!digit) return std::nullopt;
    unit = unit << 4 | *digit;
  }
  return unit;
}

char* write_utf8(std::uint32_t point, char* to) {
  const auto put = [&to](std::uint32_t byte) { *to++ = static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6);
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  }
  return to;
}

char short_escape(char c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '/':
      return '/';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

}  // namespace

char* unescape_json(std::string_view raw, char* to) {
  const char* at = raw.data();
  const char* const end = at + raw.size();
  for (;;) {
    const char* const stop = scan_until<JsonStringStop>(at, end);
    const auto plain = static_cast<std::size_t>(stop - at);
    if (plain != 0) std::memcpy(to, at, plain);
    to += plain;
    if (stop == end) return to;
    if (*stop != '\\' || end - stop < 2) return nullptr;
    at = stop + 2;
    if (const char c = short_escape(stop[1]); c != '\0') {
      *to++ = c;
      continue;
    }
    if (stop[1] != 'u') return nullptr;
    const auto unit = read_code_unit(at, end);
    if (!unit) return nullptr;
    at += 4;
    std::uint32_t point = *unit;
    if (point >= 0xdc00 && point < 0xe000) return nullptr;
    if (point >= 0xd800 && point < 0xdc00) {
      if (end - at < 2 || at[0] != '\\' || at[1] != 'u') return nullptr;
      const auto low = read_code_unit(at + 2, end);
      if (!low || *low < 0xdc00 || *low >= 0xe000) return nullptr;
      at += 6;
      point = 0x10000 + ((point - 0xd800) << 10) + (*low - 0xdc00);
    }
    to = write_utf8(point, to);
  }
}

JsonStringEnd find_json_string_end(const char* at, const char* end) {
  bool has_escapes = false;
  for (;;) {
    at = scan_until<JsonStringStop>(at, end);
    if (at == end) return {nullptr, has_escapes};
    if (*at == '"') return {at, has_escapes};
    if (*at != '\\' || end - at < 2) return {nullptr, has_escapes};
    has_escapes = true;
    at += 2;
  }
}

}  // namespace levada::wire
