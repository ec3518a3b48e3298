// Functions of texts. Positions count characters from 1.

#include <algorithm>
#include <numeric>

#include "timestream/sql/expression.h"

namespace levada::timestream::sql {
namespace {

using Arguments = std::span<const Value>;

constexpr std::size_t text_max = 1 << 20;  // what a function may make, in characters

std::vector<std::string_view> characters(const std::string& text) {
  std::vector<std::string_view> all;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = 1;
    while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xc0) == 0x80)
      ++size;
    all.push_back(std::string_view(text).substr(at, size));
    at += size;
  }
  return all;
}

std::int64_t length(std::string_view text) {
  return std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

Value substring(const std::string& text, std::int64_t from, std::int64_t count) {
  const auto all = characters(text);
  const auto size = static_cast<std::int64_t>(all.size());
  if (from < 0) from = size + from + 1;
  if (from < 1 || from > size || count <= 0) return Value(std::string());
  std::string part;
  for (std::int64_t i = from - 1; i < size && i - (from - 1) < count; ++i)
    part += all[static_cast<std::size_t>(i)];
  return Value(std::move(part));
}

std::string trimmed(const std::string& text, bool left, bool right) {
  std::size_t first = 0, last = text.size();
  while (left && first < last && text[first] == ' ') ++first;
  while (right && last > first && text[last - 1] == ' ') --last;
  return text.substr(first, last - first);
}

std::string replaced(const std::string& text, const std::string& what, const std::string& by) {
  if (what.empty()) return text;
  std::string all;
  std::size_t at = 0;
  for (std::size_t next; (next = text.find(what, at)) != std::string::npos;
       at = next + what.size()) {
    if (all.size() > text_bytes_max) return all;  // which the caller refuses
    all.append(text, at, next - at).append(by);
  }
  return all + text.substr(at);
}

Value padded(Runtime& runtime, Arguments a, bool left) {
  const auto size = a[1].number();
  const auto own = length(a[0].text());
  if (size < 0 || static_cast<std::size_t>(size) > text_max || a[2].text().empty())
    return runtime.fail("Invalid argument of a padding function");
  if (own >= size) return substring(a[0].text(), 1, size);
  const auto signs = characters(a[2].text());
  std::string pad;
  for (std::int64_t i = 0; i < size - own; ++i)
    pad += signs[static_cast<std::size_t>(i) % signs.size()];
  return Value(left ? pad + a[0].text() : a[0].text() + pad);
}

std::vector<std::string> parts_of(const std::string& text, const std::string& by,
                                  std::size_t most) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  while (parts.size() + 1 < most) {
    const std::size_t next = by.empty() ? std::string::npos : text.find(by, at);
    if (next == std::string::npos) break;
    parts.push_back(text.substr(at, next - at));
    at = next + by.size();
  }
  parts.push_back(text.substr(at));
  return parts;
}

Value list_of(const std::vector<std::string>& parts) {
  std::vector<Value> list;
  for (const std::string& part : parts) list.emplace_back(part);
  return Value(std::move(list));
}

Value place(const std::string& text, const std::string& part, std::int64_t instance, bool back) {
  std::size_t at = back ? text.rfind(part) : text.find(part);
  while (--instance > 0 && at != std::string::npos)
    at = back ? (at == 0 ? std::string::npos : text.rfind(part, at - 1)) : text.find(part, at + 1);
  if (at == std::string::npos) return Value(std::int64_t{0});
  return Value(length(std::string_view(text).substr(0, at)) + 1);
}

std::string case_of(const std::string& text, bool up) {
  std::string all = text;
  for (char& c : all) {
    if (up && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (!up && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return all;
}

std::int64_t levenshtein(const std::string& x, const std::string& y) {
  const auto a = characters(x), b = characters(y);
  std::vector<std::int64_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::int64_t diagonal = row[0];
    row[0] = static_cast<std::int64_t>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::int64_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1] ? 1 : 0)});
      diagonal = above;
    }
  }
  return row.back();
}

Value hamming(Runtime& runtime, Arguments arguments) {
  const auto a = characters(arguments[0].text()), b = characters(arguments[1].text());
  if (a.size() != b.size())
    return runtime.fail("The input strings to hamming_distance function must have the same length");
  std::int64_t differences = 0;
  for (std::size_t i = 0; i < a.size(); ++i) differences += a[i] != b[i] ? 1 : 0;
  return Value(differences);
}

Value chr(Runtime& runtime, Arguments a) {
  const std::int64_t c = a[0].number();
  if (c < 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
    return runtime.fail("Not a valid Unicode code point: " + std::to_string(c));
  const auto byte = [](std::int64_t n) { return static_cast<char>(n); };
  std::string text;
  if (c < 0x80) {
    text = {byte(c)};
  } else if (c < 0x800) {
    text = {byte(0xc0 | c >> 6), byte(0x80 | (c & 63))};
  } else if (c < 0x10000) {
    text = {byte(0xe0 | c >> 12), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63))};
  } else {
    text = {byte(0xf0 | c >> 18), byte(0x80 | (c >> 12 & 63)), byte(0x80 | (c >> 6 & 63)),
            byte(0x80 | (c & 63))};
  }
  return Value(std::move(text));
}

Value codepoint(Runtime& runtime, Arguments a) {
  const auto all = characters(a[0].text());
  if (all.size() != 1) return runtime.fail("codepoint needs one character");
  const auto first = static_cast<unsigned char>(all[0][0]);
  std::int64_t c = first < 0x80 ? first : first & (0xff >> (all[0].size() + 1));
  for (std::size_t i = 1; i < all[0].size(); ++i) c = c << 6 | (all[0][i] & 63);
  return Value(c);
}

Value split_part(Runtime& runtime, Arguments a) {
  if (a[2].number() < 1) return runtime.fail("Index must be greater than zero");
  const auto parts = parts_of(a[0].text(), a[1].text(), text_max);
  const auto at = static_cast<std::size_t>(a[2].number() - 1);
  return at < parts.size() ? Value(parts[at]) : Value();
}

constexpr Function text_rows[] = {
    {"chr(bigint) varchar", chr},
    {"codepoint(varchar) bigint", codepoint},
    {"concat(varchar...) varchar",
     [](Runtime&, Arguments a) {
       std::string all;
       for (const Value& each : a) all += each.text();
       return Value(std::move(all));
     }},
    {"hamming_distance(varchar, varchar) bigint", hamming},
    {"levenshtein_distance(varchar, varchar) bigint",
     [](Runtime& r, Arguments a) {
       if (a[0].text().size() > 4096 || a[1].text().size() > 4096)
         return r.fail("levenshtein_distance is for short texts");
       return Value(levenshtein(a[0].text(), a[1].text()));
     }},
    {"length(varchar) bigint", [](Runtime&, Arguments a) { return Value(length(a[0].text())); }},
    {"lower(varchar) varchar",
     [](Runtime&, Arguments a) { return Value(case_of(a[0].text(), false)); }},
    {"upper(varchar) varchar",
     [](Runtime&, Arguments a) { return Value(case_of(a[0].text(), true)); }},
    {"lpad(varchar, bigint, varchar) varchar",
     [](Runtime& r, Arguments a) { return padded(r, a, true); }},
    {"rpad(varchar, bigint, varchar) varchar",
     [](Runtime& r, Arguments a) { return padded(r, a, false); }},
    {"trim(varchar) varchar",
     [](Runtime&, Arguments a) { return Value(trimmed(a[0].text(), true, true)); }},
    {"ltrim(varchar) varchar",
     [](Runtime&, Arguments a) { return Value(trimmed(a[0].text(), true, false)); }},
    {"rtrim(varchar) varchar",
     [](Runtime&, Arguments a) { return Value(trimmed(a[0].text(), false, true)); }},
    {"replace(varchar, varchar) varchar",
     [](Runtime&, Arguments a) { return Value(replaced(a[0].text(), a[1].text(), "")); }},
    {"replace(varchar, varchar, varchar) varchar",
     [](Runtime&, Arguments a) { return Value(replaced(a[0].text(), a[1].text(), a[2].text())); }},
    {"reverse(varchar) varchar",
     [](Runtime&, Arguments a) {
       std::string all;
       for (const auto& c : characters(a[0].text())) all.insert(0, c);
       return Value(std::move(all));
     }},
    {"split(varchar, varchar) array(varchar)",
     [](Runtime&, Arguments a) { return list_of(parts_of(a[0].text(), a[1].text(), text_max)); }},
    {"split(varchar, varchar, bigint) array(varchar)",
     [](Runtime& r, Arguments a) {
       if (a[2].number() < 1) return r.fail("Limit must be positive");
       return list_of(parts_of(a[0].text(), a[1].text(), static_cast<std::size_t>(a[2].number())));
     }},
    {"split_part(varchar, varchar, bigint) varchar", split_part},
    {"strpos(varchar, varchar) bigint",
     [](Runtime&, Arguments a) { return place(a[0].text(), a[1].text(), 1, false); }},
    {"strpos(varchar, varchar, bigint) bigint",
     [](Runtime&, Arguments a) { return place(a[0].text(), a[1].text(), a[2].number(), false); }},
    {"strrpos(varchar, varchar) bigint",
     [](Runtime&, Arguments a) { return place(a[0].text(), a[1].text(), 1, true); }},
    {"strrpos(varchar, varchar, bigint) bigint",
     [](Runtime&, Arguments a) { return place(a[0].text(), a[1].text(), a[2].number(), true); }},
    {"substr(varchar, bigint) varchar",
     [](Runtime&, Arguments a) { return substring(a[0].text(), a[1].number(), text_max); }},
    {"substr(varchar, bigint, bigint) varchar",
     [](Runtime&, Arguments a) { return substring(a[0].text(), a[1].number(), a[2].number()); }},
    {"substring(varchar, bigint) varchar",
     [](Runtime&, Arguments a) { return substring(a[0].text(), a[1].number(), text_max); }},
    {"substring(varchar, bigint, bigint) varchar",
     [](Runtime&, Arguments a) { return substring(a[0].text(), a[1].number(), a[2].number()); }},
};

}  // namespace

std::span<const Function> text_functions() { return text_rows; }

}  // namespace levada::timestream::sql
