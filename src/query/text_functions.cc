// Functions on text and bytes.

#include <openssl/evp.h>
#include <wctype.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "base/utf8.h"
#include "query/function_table.h"
#include "query/text.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

constexpr std::size_t text_size_max = 256u << 20;  // what repeat and padding may make

// ---- UTF-8 by characters ----

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::int64_t length_of(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); });
}

// The code of the text's first character, and a character of that code.
std::uint32_t code_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  std::uint32_t code = lead < 0x80   ? lead
                       : lead < 0xE0 ? lead & 31u
                       : lead < 0xF0 ? lead & 15u
                                     : lead & 7u;
  for (std::size_t i = 1; i < std::min(utf8_size(text[0]), text.size()); ++i)
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 63u);
  return code;
}

void append_character(std::uint32_t code, std::string& out) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 63)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    tail(12), tail(6), tail(0);
  }
}

// The byte at which character `index` (from 0) begins; the size if there are fewer.
std::size_t offset_of(std::string_view text, std::int64_t index) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (continues(text[at])) continue;
    if (index-- == 0) return at;
  }
  return text.size();
}

std::string_view characters(std::string_view text, std::int64_t first, std::int64_t count) {
  if (count <= 0) return {};
  const std::size_t from = offset_of(text, first);
  return text.substr(from, offset_of(text.substr(from), count));
}

Datum too_long(Evaluation& evaluation) {
  return evaluation.fail(sqlstate::program_limit_exceeded, "requested length too large");
}

// ---- the functions ----

Datum length(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(length_of(a[0].text()));
}
Datum octet_length(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(std::int64_t{a[0].size});
}
Datum bit_length(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(std::int64_t{a[0].size} * 8);
}

int to_lower(int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }
int to_upper(int c) { return c >= 'a' && c <= 'z' ? c - 32 : c; }

// Letters beyond ASCII, one by one, as PostgreSQL does it in UTF-8 (upper('ß') is 'ß').
std::string mapped_letters(std::string_view text, bool lowers) {
  static const locale_t letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = 1;
    while (at + size < text.size() && continues(text[at + size])) ++size;
    const std::string_view character = text.substr(at, size);
    const wint_t code = code_of(character);
    const wint_t other = letters == locale_t{} ? code
                         : lowers              ? towlower_l(code, letters)
                                               : towupper_l(code, letters);
    if (other == code)
      out += character;
    else
      append_character(other, out);
    at += size;
  }
  return out;
}

template <int (*change)(int)>
Datum mapped(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string_view text = a[0].text();
  char* out = evaluation.allocate(text.size());
  unsigned char all = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    all |= static_cast<unsigned char>(text[i]);
    out[i] = static_cast<char>(change(text[i]));
  }
  if (all >= 0x80) return evaluation.text(mapped_letters(text, change == to_lower));
  return Datum::of(std::string_view(out, text.size()));
}

Datum initcap(Evaluation& evaluation, const CallSite&, Arguments a) {
  std::string out(a[0].text());
  bool inside = false;
  for (char& c : out) {
    c = static_cast<char>(inside ? to_lower(c) : to_upper(c));
    inside = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             static_cast<unsigned char>(c) >= 0x80;
  }
  return evaluation.text(out);
}

Datum concatenation(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::size_t size = std::size_t{a[0].size} + a[1].size;
  char* out = evaluation.allocate(size);
  if (a[0].size > 0) std::memcpy(out, a[0].bytes, a[0].size);
  if (a[1].size > 0) std::memcpy(out + a[0].size, a[1].bytes, a[1].size);
  return Datum::of(std::string_view(out, size));
}

std::string text_of(Evaluation& evaluation, const Type& type, const Datum& datum) {
  return to_text(type, datum, {evaluation.facts().time_zone});
}

Datum concat(Evaluation& evaluation, const CallSite& site, Arguments a) {
  std::string out;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!a[i].is_null()) out += text_of(evaluation, site.arguments[i], a[i]);
  return evaluation.text(out);
}

Datum concat_ws(Evaluation& evaluation, const CallSite& site, Arguments a) {
  if (a[0].is_null()) return Datum::null();
  std::string out;
  bool any = false;
  for (std::size_t i = 1; i < a.size(); ++i) {
    if (a[i].is_null()) continue;
    if (std::exchange(any, true)) out += a[0].text();
    out += text_of(evaluation, site.arguments[i], a[i]);
  }
  return evaluation.text(out);
}

Datum substr_from(Evaluation&, const CallSite&, Arguments a) {
  const std::int64_t first = std::max<std::int64_t>(a[1].integer - 1, 0);
  return Datum::of(a[0].text().substr(offset_of(a[0].text(), first)));
}

Datum substr_for(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[2].integer < 0) return evaluation.fail("22011", "negative substring length not allowed");
  const std::int64_t first = a[1].integer - 1, beyond = first + a[2].integer;
  const std::int64_t from = std::max<std::int64_t>(first, 0);
  return Datum::of(characters(a[0].text(), from, beyond - from));
}

Datum left(Evaluation&, const CallSite&, Arguments a) {
  const std::int64_t count = a[1].integer;
  return Datum::of(characters(a[0].text(), 0, count >= 0 ? count : length_of(a[0].text()) + count));
}

Datum right(Evaluation&, const CallSite&, Arguments a) {
  const std::int64_t all = length_of(a[0].text());
  const std::int64_t count =
      std::clamp<std::int64_t>(a[1].integer >= 0 ? a[1].integer : all + a[1].integer, 0, all);
  return Datum::of(characters(a[0].text(), all - count, count));
}

Datum position(Evaluation&, const CallSite&, Arguments a) {
  const std::size_t at = a[0].text().find(a[1].text());
  if (at == std::string_view::npos) return Datum::of(0);
  return Datum::of(length_of(a[0].text().substr(0, at)) + 1);
}

Datum replace(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string_view text = a[0].text(), from = a[1].text(), to = a[2].text();
  if (from.empty()) return a[0];
  std::string out;
  std::size_t at = 0;
  for (std::size_t found; (found = text.find(from, at)) != std::string_view::npos;
       at = found + from.size()) {
    out += text.substr(at, found - at);
    out += to;
    if (out.size() > text_size_max) return too_long(evaluation);
  }
  if (at == 0) return a[0];
  out += text.substr(at);
  return evaluation.text(out);
}

enum class Side : std::uint8_t { both, start, end };

template <Side side>
Datum trim(Evaluation&, const CallSite&, Arguments a) {
  std::string_view text = a[0].text();
  const std::string_view set = a.size() > 1 ? a[1].text() : std::string_view(" ");
  const auto in_set = [&](std::string_view character) {
    for (std::size_t i = 0; i < set.size(); i += utf8_size(set[i]))
      if (set.substr(i, utf8_size(set[i])) == character) return true;
    return false;
  };
  if (side != Side::end)
    while (!text.empty() && in_set(text.substr(0, utf8_size(text.front()))))
      text.remove_prefix(std::min(utf8_size(text.front()), text.size()));
  if (side != Side::start) {
    while (!text.empty()) {
      std::size_t start = text.size() - 1;
      while (start > 0 && continues(text[start])) --start;
      if (!in_set(text.substr(start))) break;
      text = text.substr(0, start);
    }
  }
  return Datum::of(text);
}

template <Side side>
Datum trim_bytes(Evaluation&, const CallSite&, Arguments a) {
  std::string_view bytes = a[0].text();
  const std::string_view set = a[1].text();
  const auto in_set = [&](char byte) { return set.find(byte) != std::string_view::npos; };
  if (side != Side::end)
    while (!bytes.empty() && in_set(bytes.front())) bytes.remove_prefix(1);
  if (side != Side::start)
    while (!bytes.empty() && in_set(bytes.back())) bytes.remove_suffix(1);
  return Datum::of(bytes);
}

template <bool at_start>
Datum pad(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string_view text = a[0].text();
  const std::string_view fill = a.size() > 2 ? a[2].text() : std::string_view(" ");
  const std::int64_t wanted = std::max<std::int64_t>(a[1].integer, 0), size = length_of(text);
  if (static_cast<std::size_t>(wanted) > text_size_max) return too_long(evaluation);
  if (wanted <= size || fill.empty()) return Datum::of(characters(text, 0, std::min(wanted, size)));
  std::string padding;
  std::int64_t missing = wanted - size;
  const std::int64_t unit = length_of(fill);
  for (; missing >= unit; missing -= unit) padding += fill;
  padding += characters(fill, 0, missing);
  return evaluation.text(at_start ? padding + std::string(text) : std::string(text) + padding);
}

Datum split_part(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string_view text = a[0].text(), between = a[1].text();
  std::int64_t wanted = a[2].integer;
  if (wanted == 0)
    return evaluation.fail(sqlstate::invalid_parameter_value, "field position must not be zero");
  if (between.empty()) return wanted == 1 || wanted == -1 ? a[0] : Datum::of("");
  if (wanted < 0) {
    std::int64_t parts = 1;
    for (std::size_t at = 0; (at = text.find(between, at)) != std::string_view::npos; ++parts)
      at += between.size();
    wanted += parts + 1;
    if (wanted <= 0) return Datum::of("");
  }
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = text.find(between, at);
    if (--wanted == 0)
      return Datum::of(text.substr(at, end == std::string_view::npos ? end : end - at));
    if (end == std::string_view::npos) return Datum::of("");
    at = end + between.size();
  }
}

Datum repeat(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto times = static_cast<std::size_t>(std::max<std::int64_t>(a[1].integer, 0));
  if (a[0].size > 0 && times > text_size_max / a[0].size) return too_long(evaluation);
  std::string out;
  out.reserve(times * a[0].size);
  for (std::size_t i = 0; i < times; ++i) out += a[0].text();
  return evaluation.text(out);
}

Datum reverse(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string_view text = a[0].text();
  std::string out;
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t start = end - 1;
    while (start > 0 && continues(text[start])) --start;
    out += text.substr(start, end - start);
    end = start;
  }
  return evaluation.text(out);
}

Datum translate(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto split = [](std::string_view text) {
    std::vector<std::string_view> parts;
    for (std::size_t i = 0; i < text.size(); i += utf8_size(text[i]))
      parts.push_back(text.substr(i, utf8_size(text[i])));
    return parts;
  };
  const auto from = split(a[1].text()), to = split(a[2].text());
  std::string out;
  for (const std::string_view character : split(a[0].text())) {
    const auto found = std::find(from.begin(), from.end(), character);
    const auto index = static_cast<std::size_t>(found - from.begin());
    if (found == from.end())
      out += character;
    else if (index < to.size())
      out += to[index];
  }
  return evaluation.text(out);
}

Datum overlay(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string_view text = a[0].text();
  const std::int64_t start = a[2].integer - 1;
  if (start < 0) return evaluation.fail("22011", "negative substring length not allowed");
  const std::int64_t count = a.size() > 3 ? a[3].integer : length_of(a[1].text());
  std::string out(text.substr(0, offset_of(text, start)));
  out += a[1].text();
  out += text.substr(offset_of(text, std::max<std::int64_t>(start + count, 0)));
  return evaluation.text(out);
}

Datum starts_with(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(a[0].text().starts_with(a[1].text()));
}

Datum ascii(Evaluation&, const CallSite&, Arguments a) {
  const std::string_view text = a[0].text();
  if (text.empty()) return Datum::of(0);
  return Datum::of(static_cast<std::int64_t>(code_of(text)));
}

Datum chr(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::int64_t code = a[0].integer;
  if (code <= 0 || code > 0x10FFFF)
    return evaluation.fail(sqlstate::program_limit_exceeded,
                           "requested character not valid for encoding");
  std::string out;
  append_character(static_cast<std::uint32_t>(code), out);
  return evaluation.text(out);
}

template <const EVP_MD* (*algorithm)()>
std::string digest(std::string_view bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  CHECK(EVP_Digest(bytes.data(), bytes.size(), out, &size, algorithm(), nullptr) == 1);
  return {reinterpret_cast<const char*>(out), size};
}

Datum md5(Evaluation& evaluation, const CallSite&, Arguments a) {
  return evaluation.text(hex(digest<EVP_md5>(a[0].text())));
}
template <const EVP_MD* (*algorithm)()>
Datum sha(Evaluation& evaluation, const CallSite&, Arguments a) {
  return evaluation.text(digest<algorithm>(a[0].text()));
}

std::string quoted_text(std::string_view text, char quote) {
  const bool plain =
      quote == '"' && !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
  if (plain) return std::string(text);
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

// %[n$][-][width]type of format(); width `*` takes an argument.
struct FormatSpecifier {
  std::size_t argument = 0;  // 0: the next one
  bool left = false, width_given = false;
  std::size_t width = 0;
  char kind = 0;  // 0: the pattern ends in it

  static FormatSpecifier read(std::string_view pattern, std::size_t& at) {
    FormatSpecifier made;
    const auto number = [&] {
      std::size_t value = 0;
      for (; at < pattern.size() && pattern[at] >= '0' && pattern[at] <= '9'; ++at)
        value = std::min<std::size_t>(value * 10 + static_cast<std::size_t>(pattern[at] - '0'),
                                      text_size_max);
      return value;
    };
    const std::size_t begin = at;
    made.argument = number();
    if (at < pattern.size() && pattern[at] == '$' && made.argument > 0) {
      ++at;
    } else {
      made.argument = 0;
      at = begin;
    }
    for (; at < pattern.size() && pattern[at] == '-'; ++at) made.left = true;
    if (at < pattern.size() && pattern[at] == '*') {
      made.width_given = true;
      ++at;
    } else {
      made.width = number();
    }
    made.kind = at < pattern.size() ? pattern[at] : '\0';
    return made;
  }
};

Datum format(Evaluation& evaluation, const CallSite& site, Arguments a) {
  if (a[0].is_null()) return Datum::null();
  std::string out;
  std::size_t next = 1;
  const std::string_view pattern = a[0].text();
  const auto too_few = [&] {
    return evaluation.fail(sqlstate::invalid_parameter_value, "too few arguments for format()");
  };
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      out += pattern[i];
      continue;
    }
    ++i;
    FormatSpecifier one = FormatSpecifier::read(pattern, i);
    if (one.kind == '%') {
      out += '%';
      continue;
    }
    if (one.kind == 0)
      return evaluation.fail(sqlstate::invalid_parameter_value,
                             "unterminated format() type specifier");
    if (one.kind != 's' && one.kind != 'I' && one.kind != 'L') {
      SqlError error;
      error.sqlstate = sqlstate::invalid_parameter_value;
      error.message = std::string("unrecognized format() type specifier \"") + one.kind + "\"";
      error.hint = "For a single \"%\" use \"%%\".";
      return evaluation.fail(std::move(error));
    }
    if (one.width_given) {
      if (next >= a.size()) return too_few();
      const std::int64_t width = a[next].is_null() ? 0 : a[next].integer;
      one.left = one.left || width < 0;
      one.width = std::min<std::size_t>(static_cast<std::size_t>(std::abs(width)), text_size_max);
      ++next;
    }
    if (one.argument > 0) next = one.argument;
    if (next >= a.size()) return too_few();
    const Datum& datum = a[next];
    std::string text = datum.is_null() ? "" : text_of(evaluation, site.arguments[next], datum);
    ++next;
    if (one.kind == 'I' && datum.is_null())
      return evaluation.fail("22004", "null values cannot be formatted as an SQL identifier");
    if (one.kind == 'I') text = quoted_text(text, '"');
    if (one.kind == 'L') text = datum.is_null() ? "NULL" : quoted_text(text, '\'');
    const auto length = static_cast<std::size_t>(length_of(text));
    const std::string blanks(one.width > length ? one.width - length : 0, ' ');
    out += one.left ? text + blanks : blanks + text;
  }
  return evaluation.text(out);
}

template <char quote>
Datum quoted(Evaluation& evaluation, const CallSite&, Arguments a) {
  return evaluation.text(quoted_text(a[0].text(), quote));
}
Datum quoted_value(Evaluation& evaluation, const CallSite& site, Arguments a) {
  return evaluation.text(quoted_text(text_of(evaluation, site.arguments[0], a[0]), '\''));
}

// \0061, \+000061, \u0061, \U00000061 as the characters that they are.
Datum unescaped(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string_view text = a[0].text();
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '\\') {
      out += text[++i];
      continue;
    }
    const char mark = i + 1 < text.size() ? text[i + 1] : '\0';
    const std::size_t digits = mark == 'U' ? 8 : mark == '+' ? 6 : 4;
    const std::size_t begin = i + 1 + (mark == 'U' || mark == '+' || mark == 'u' ? 1 : 0);
    std::uint32_t code = 0;
    const char* const end = text.data() + std::min(begin + digits, text.size());
    const auto read = std::from_chars(text.data() + std::min(begin, text.size()), end, code, 16);
    if (begin + digits > text.size() || read.ptr != end || code == 0 || code > 0x10FFFF ||
        (code >= 0xD800 && code < 0xE000))
      return evaluation.fail(sqlstate::syntax_error, "invalid Unicode escape");
    append_character(code, out);
    i = begin + digits - 1;
  }
  return evaluation.text(out);
}

Datum quote_nullable(Evaluation& evaluation, const CallSite& site, Arguments a) {
  if (a[0].is_null()) return Datum::of("NULL");
  return quoted<'\''>(evaluation, site, a);
}

constinit const Function text_rows[] = {
    {"length", {varchar}, int4, length},
    {"length", {bytea}, int4, octet_length},
    {"char_length", {varchar}, int4, length},
    {"character_length", {varchar}, int4, length},
    {"octet_length", {varchar}, int4, octet_length},
    {"octet_length", {bytea}, int4, octet_length},
    {"bit_length", {varchar}, int4, bit_length},
    {"bit_length", {bytea}, int4, bit_length},
    {"lower", {varchar}, varchar, mapped<to_lower>},
    {"upper", {varchar}, varchar, mapped<to_upper>},
    {"initcap", {varchar}, varchar, initcap},
    {"||", {varchar, varchar}, varchar, concatenation},
    {"||", {bytea, bytea}, bytea, concatenation},
    {"concat", {any}, varchar, concat, false, true},
    {"concat_ws", {varchar, any}, varchar, concat_ws, false, true},
    {"substr", {varchar, int4}, varchar, substr_from},
    {"substr", {varchar, int4, int4}, varchar, substr_for},
    {"substring", {varchar, int4}, varchar, substr_from},
    {"substring", {varchar, int4, int4}, varchar, substr_for},
    {"left", {varchar, int4}, varchar, left},
    {"right", {varchar, int4}, varchar, right},
    {"position", {varchar, varchar}, int4, position},
    {"strpos", {varchar, varchar}, int4, position},
    {"replace", {varchar, varchar, varchar}, varchar, replace},
    {"trim", {varchar}, varchar, trim<Side::both>},
    {"trim", {varchar, varchar}, varchar, trim<Side::both>},
    {"btrim", {varchar}, varchar, trim<Side::both>},
    {"btrim", {varchar, varchar}, varchar, trim<Side::both>},
    {"ltrim", {varchar}, varchar, trim<Side::start>},
    {"ltrim", {varchar, varchar}, varchar, trim<Side::start>},
    {"rtrim", {varchar}, varchar, trim<Side::end>},
    {"rtrim", {varchar, varchar}, varchar, trim<Side::end>},
    {"trim", {bytea, bytea}, bytea, trim_bytes<Side::both>},
    {"btrim", {bytea, bytea}, bytea, trim_bytes<Side::both>},
    {"ltrim", {bytea, bytea}, bytea, trim_bytes<Side::start>},
    {"rtrim", {bytea, bytea}, bytea, trim_bytes<Side::end>},
    {"lpad", {varchar, int4}, varchar, pad<true>},
    {"lpad", {varchar, int4, varchar}, varchar, pad<true>},
    {"rpad", {varchar, int4}, varchar, pad<false>},
    {"rpad", {varchar, int4, varchar}, varchar, pad<false>},
    {"split_part", {varchar, varchar, int4}, varchar, split_part},
    {"repeat", {varchar, int4}, varchar, repeat},
    {"reverse", {varchar}, varchar, reverse},
    {"translate", {varchar, varchar, varchar}, varchar, translate},
    {"overlay", {varchar, varchar, int4}, varchar, overlay},
    {"overlay", {varchar, varchar, int4, int4}, varchar, overlay},
    {"starts_with", {varchar, varchar}, boolean, starts_with},
    {"ascii", {varchar}, int4, ascii},
    {"chr", {int4}, varchar, chr},
    {"md5", {varchar}, varchar, md5},
    {"md5", {bytea}, varchar, md5},
    {"sha1", {bytea}, bytea, sha<EVP_sha1>},
    {"sha224", {bytea}, bytea, sha<EVP_sha224>},
    {"sha256", {bytea}, bytea, sha<EVP_sha256>},
    {"sha384", {bytea}, bytea, sha<EVP_sha384>},
    {"sha512", {bytea}, bytea, sha<EVP_sha512>},
    {"format", {varchar, any}, varchar, format, false, true},
    {"quote_ident", {varchar}, varchar, quoted<'"'>},
    {"quote_literal", {varchar}, varchar, quoted<'\''>},
    {"quote_literal", {any}, varchar, quoted_value},
    {"unistr", {varchar}, varchar, unescaped},
    {"^@", {varchar, varchar}, boolean, starts_with},
    {"quote_nullable", {varchar}, varchar, quote_nullable, false},
};

}  // namespace

std::span<const Function> text_functions() { return text_rows; }

}  // namespace levada::query
