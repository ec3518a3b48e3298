#include "wire/query_string.h"

#include "wire/hex.h"

namespace levada::wire {
namespace {

std::string decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high && low) {
        out += static_cast<char>(*high << 4 | *low);
        i += 2;
        continue;
      }
    }
    out += text[i] == '+' ? ' ' : text[i];
  }
  return out;
}

bool unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::vector<QueryParameter> parse_query(std::string_view raw) {
  std::vector<QueryParameter> parameters;
  while (!raw.empty()) {
    const std::string_view pair = raw.substr(0, raw.find('&'));
    raw.remove_prefix(std::min(raw.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view value = equals == pair.npos ? "" : pair.substr(equals + 1);
    parameters.push_back({decode(pair.substr(0, equals)), decode(value)});
  }
  return parameters;
}

std::string percent_encode(std::string_view text, std::string_view safe) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (unreserved(c) || safe.find(c) != safe.npos) {
      out += c;
      continue;
    }
    const auto value = static_cast<unsigned char>(c);
    out += '%';
    out += "0123456789ABCDEF"[value >> 4];
    out += "0123456789ABCDEF"[value & 15];
  }
  return out;
}

}  // namespace levada::wire
