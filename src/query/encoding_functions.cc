// Bytes as text and text as bytes: encode, decode, convert_from, convert_to.

#include <openssl/evp.h>

#include <algorithm>
#include <cstdio>

#include "base/utf8.h"
#include "query/function_table.h"
#include "query/text.h"

namespace levada::query {

std::string hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  std::string lines;  // PostgreSQL breaks after 76 characters
  for (std::size_t i = 0; i < out.size(); i += 76) {
    if (i > 0) lines += '\n';
    lines += out.substr(i, 76);
  }
  return lines;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0, padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == ' ' || c == '\t') continue;
    int digit = -1;
    if (c >= 'A' && c <= 'Z')
      digit = c - 'A';
    else if (c >= 'a' && c <= 'z')
      digit = c - 'a' + 26;
    else if (c >= '0' && c <= '9')
      digit = c - '0' + 52;
    else if (c == '+')
      digit = 62;
    else if (c == '/')
      digit = 63;
    else if (c == '=')
      ++padding;
    else
      return std::nullopt;
    if (digit >= 0 && padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(std::max(digit, 0));
    if (++count == 4) {
      for (int shift = 16; shift >= 8 * padding && shift >= 0; shift -= 8)
        out += static_cast<char>(bits >> shift & 255);
      bits = 0;
      count = 0;
      if (padding > 2) return std::nullopt;
    }
  }
  return count == 0 ? std::optional(out) : std::nullopt;
}

// There is one encoding of text here.
bool is_utf8_name(std::string_view name) {
  std::string folded;
  for (const char c : name)
    if (c != '-' && c != '_') folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return folded == "utf8" || folded == "unicode";
}
Datum unknown_encoding(Evaluation& evaluation, std::string_view name) {
  return evaluation.fail(sqlstate::invalid_parameter_value,
                         "encoding \"" + std::string(name) + "\" is not supported");
}
Datum convert_from(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (!is_utf8_name(a[1].text())) return unknown_encoding(evaluation, a[1].text());
  if (!is_valid_utf8(a[0].text()))
    return evaluation.fail("22021", "invalid byte sequence for encoding \"UTF8\"");
  return a[0];
}
Datum convert_to(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (!is_utf8_name(a[1].text())) return unknown_encoding(evaluation, a[1].text());
  return a[0];
}

Datum encode(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string_view format = a[1].text();
  if (format == "hex") return evaluation.text(hex(a[0].text()));
  if (format == "base64") return evaluation.text(base64(a[0].text()));
  if (format == "escape") {
    std::string out;
    for (const char c : a[0].text()) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte == 0 || byte >= 0x80) {
        char text[8];
        std::snprintf(text, sizeof text, "\\%03o", byte);
        out += text;
      } else if (c == '\\') {
        out += "\\\\";
      } else {
        out += c;
      }
    }
    return evaluation.text(out);
  }
  return evaluation.fail(sqlstate::invalid_parameter_value,
                         "unrecognized encoding: \"" + std::string(format) + "\"");
}

Datum decode(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string_view format = a[1].text();
  if (format == "base64") {
    const auto bytes = from_base64(a[0].text());
    if (!bytes)
      return evaluation.fail(sqlstate::invalid_parameter_value, "invalid base64 end sequence");
    return evaluation.text(*bytes);
  }
  if (format == "hex" || format == "escape") {
    const std::string text = (format == "hex" ? "\\x" : "") + std::string(a[0].text());
    auto value = from_text(bytea, text);
    if (!value) return evaluation.fail(std::move(value).error());
    return evaluation.copy(*value);
  }
  return evaluation.fail(sqlstate::invalid_parameter_value,
                         "unrecognized encoding: \"" + std::string(format) + "\"");
}

constinit const Function encoding_rows[] = {
    {"convert_from", {bytea, varchar}, varchar, convert_from},
    {"convert_to", {varchar, varchar}, bytea, convert_to},
    {"encode", {bytea, varchar}, varchar, encode},
    {"decode", {varchar, varchar}, bytea, decode},
};

}  // namespace

std::span<const Function> encoding_functions() { return encoding_rows; }

}  // namespace levada::query
