// LIKE, SIMILAR TO and regular expressions (PCRE2 behind PostgreSQL's names).

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "base/utf8.h"
#include "query/function_table.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

constexpr std::uint32_t match_limit = 1'000'000;  // steps, so that no pattern holds up the engine

// ---- LIKE ----

bool like_matches(std::string_view text, std::string_view pattern, char escape) {
  std::size_t t = 0, p = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%' && (escape != '%')) {
      star = p++;
      mark = t;
      continue;
    }
    if (p < pattern.size()) {
      if (pattern[p] == '_' && escape != '_') {
        t += utf8_size(text[t]);
        ++p;
        continue;
      }
      const std::size_t literal =
          escape != 0 && pattern[p] == escape && p + 1 < pattern.size() ? p + 1 : p;
      if (pattern[literal] == text[t]) {
        p = literal + 1;
        ++t;
        continue;
      }
    }
    if (star == std::string_view::npos) return false;
    p = star + 1;
    mark += utf8_size(text[mark]);
    t = mark;
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

template <bool fold, bool negated>
Datum like(Evaluation& evaluation, const CallSite&, Arguments a) {
  char escape = '\\';
  if (a.size() > 2) {
    if (a[2].size > 1) return evaluation.fail("22025", "invalid escape string");
    escape = a[2].size == 1 ? a[2].bytes[0] : 0;
  }
  const bool matches = fold ? like_matches(lowered(a[0].text()), lowered(a[1].text()), escape)
                            : like_matches(a[0].text(), a[1].text(), escape);
  return Datum::of(matches != negated);
}

// ---- regular expressions ----

bool is_ascii(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::uint64_t all = 0, word = 0;
  for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
    std::memcpy(&word, text.data(), sizeof word);
    all |= word;
  }
  word = 0;
  if (!text.empty()) std::memcpy(&word, text.data(), text.size());
  return ((all | word) & high_bits) == 0;
}

class Pattern {
 public:
  static SqlResult<std::shared_ptr<Pattern>> compiled(std::string_view text,
                                                      std::uint32_t options) {
    int error = 0;
    PCRE2_SIZE at = 0;
    auto pattern = std::make_shared<Pattern>();
    pattern->text_ = text;
    pattern->options_ = options;
    pattern->code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                                   options | PCRE2_UTF | PCRE2_NO_UTF_CHECK, &error, &at, nullptr);
    if (pattern->code_ == nullptr) {
      PCRE2_UCHAR message[120];
      pcre2_get_error_message(error, message, sizeof message);
      return refuse(sqlstate::invalid_regular_expression,
                    "invalid regular expression: " + std::string(reinterpret_cast<char*>(message)));
    }
    pcre2_jit_compile(pattern->code_, PCRE2_JIT_COMPLETE);
    pattern->data_ = pcre2_match_data_create_from_pattern(pattern->code_, nullptr);
    pattern->context_ = pcre2_match_context_create(nullptr);
    pcre2_set_match_limit(pattern->context_, match_limit);
    pcre2_pattern_info(pattern->code_, PCRE2_INFO_CAPTURECOUNT, &pattern->groups_);
    return pattern;
  }
  Pattern() = default;
  Pattern(const Pattern&) = delete;
  ~Pattern() {
    pcre2_match_data_free(data_);
    pcre2_match_context_free(context_);
    pcre2_code_free(code_);
  }

  bool is(std::string_view text, std::uint32_t options) const {
    return text_ == text && options_ == options;
  }
  // Group 0 and on, from `at`; empty: no match.
  bool match(std::string_view subject, std::size_t at) const {
    // Plain ASCII is UTF-8; PCRE2 would look at it byte by byte.
    const std::uint32_t checked = is_ascii(subject) ? PCRE2_NO_UTF_CHECK : 0;
    return pcre2_match(code_, reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(), at,
                       checked, data_, context_) > 0;
  }
  std::size_t groups() const { return groups_; }
  std::size_t start(std::size_t group) const { return pcre2_get_ovector_pointer(data_)[2 * group]; }
  std::size_t end(std::size_t group) const {
    return pcre2_get_ovector_pointer(data_)[2 * group + 1];
  }
  bool has(std::size_t group) const { return start(group) != PCRE2_UNSET; }

 private:
  std::string text_;
  std::uint32_t options_ = 0;
  std::uint32_t groups_ = 0;
  pcre2_code* code_ = nullptr;
  pcre2_match_data* data_ = nullptr;
  pcre2_match_context* context_ = nullptr;
};

// The pattern of a call site is nearly always the same: kept in its memo.
const Pattern* pattern_of(Evaluation& evaluation, const CallSite& site, std::string_view text,
                          std::uint32_t options) {
  const auto* kept = static_cast<const Pattern*>(site.memo.get());
  if (kept != nullptr && kept->is(text, options)) return kept;
  auto made = Pattern::compiled(text, options);
  if (!made) {
    evaluation.fail(std::move(made).error());
    return nullptr;
  }
  site.memo = *made;
  return static_cast<const Pattern*>(site.memo.get());
}

struct Flags {
  std::uint32_t options = 0;
  bool global = false;
  bool valid = true;
};

Flags flags_of(std::string_view text) {
  Flags flags;
  for (const char c : text) {
    switch (c) {
      case 'g':
        flags.global = true;
        break;
      case 'i':
        flags.options |= PCRE2_CASELESS;
        break;
      case 'c':
        flags.options &= ~std::uint32_t{PCRE2_CASELESS};
        break;
      case 'n':
      case 'm':
        flags.options |= PCRE2_MULTILINE;
        break;
      case 's':
        flags.options |= PCRE2_DOTALL;
        break;
      case 'x':
        flags.options |= PCRE2_EXTENDED;
        break;
      default:
        flags.valid = false;
    }
  }
  return flags;
}

Datum bad_flags(Evaluation& evaluation, std::string_view text) {
  return evaluation.fail(sqlstate::invalid_parameter_value,
                         "invalid regular expression option: \"" + std::string(text) + "\"");
}

template <bool fold, bool negated>
Datum matches(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const Pattern* pattern = pattern_of(evaluation, site, a[1].text(), fold ? PCRE2_CASELESS : 0);
  if (pattern == nullptr) return Datum::null();
  return Datum::of(pattern->match(a[0].text(), 0) != negated);
}

Datum groups_of(Evaluation& evaluation, const Pattern& pattern, std::string_view text) {
  const std::size_t groups = pattern.groups(), first = groups == 0 ? 0 : 1;
  const std::size_t count = groups - first + 1;
  auto* parts = reinterpret_cast<Datum*>(evaluation.allocate(count * sizeof(Datum)));
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t group = first + i;
    new (parts + i)
        Datum(pattern.has(group) ? Datum::of(text.substr(pattern.start(group),
                                                         pattern.end(group) - pattern.start(group)))
                                 : Datum::null());
  }
  return Datum::of(std::span<const Datum>(parts, count));
}

Datum regexp_match(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const Flags flags = a.size() > 2 ? flags_of(a[2].text()) : Flags{};
  if (!flags.valid) return bad_flags(evaluation, a[2].text());
  const Pattern* pattern = pattern_of(evaluation, site, a[1].text(), flags.options);
  if (pattern == nullptr || !pattern->match(a[0].text(), 0)) return Datum::null();
  return groups_of(evaluation, *pattern, a[0].text());
}

// The byte of the next character; searches never begin inside one.
std::size_t next_character(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  return at;
}
std::size_t behind_match(const Pattern& pattern, std::string_view text) {
  const std::size_t end = pattern.end(0);
  return end > pattern.start(0) ? end : next_character(text, end);
}

// The byte of a character counted from 1; beyond the text if it has fewer. NULL: an error was told.
std::optional<std::size_t> byte_of_start(Evaluation& evaluation, std::string_view text,
                                         std::int64_t start) {
  if (start < 1) {
    evaluation.fail(sqlstate::invalid_parameter_value,
                    "invalid value for parameter \"start\": " + std::to_string(start));
    return std::nullopt;
  }
  std::size_t at = 0;
  while (--start > 0 && at <= text.size()) at = next_character(text, at);
  return at;
}

// text, pattern [, start [, flags]]
Datum regexp_count(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const Flags flags = a.size() > 3 ? flags_of(a[3].text()) : Flags{};
  if (!flags.valid || flags.global) return bad_flags(evaluation, a[3].text());
  const Pattern* pattern = pattern_of(evaluation, site, a[1].text(), flags.options);
  if (pattern == nullptr) return Datum::null();
  const std::string_view text = a[0].text();
  const auto start = byte_of_start(evaluation, text, a.size() > 2 ? a[2].integer : 1);
  if (!start) return Datum::null();
  std::int64_t count = 0;
  for (std::size_t at = *start; at <= text.size() && pattern->match(text, at); ++count)
    at = behind_match(*pattern, text);
  return Datum::of(count);
}

// The n-th match behind `start`, of what PostgreSQL's regexp_… functions count from 1; its group's
// place. nullopt: there is none, or an error was told.
struct Found {
  std::size_t begin = 0, end = 0;
};
struct RegexSearch {
  std::int64_t start = 1, number = 1, group = 0;
  std::string_view flags = {};
};
std::optional<Found> found(Evaluation& evaluation, const CallSite& site, Arguments a,
                           const RegexSearch& search) {
  const Flags flags = flags_of(search.flags);
  if (!flags.valid || flags.global) {
    bad_flags(evaluation, search.flags);
    return std::nullopt;
  }
  const Pattern* pattern = pattern_of(evaluation, site, a[1].text(), flags.options);
  if (pattern == nullptr) return std::nullopt;
  const std::string_view text = a[0].text();
  const auto start = byte_of_start(evaluation, text, search.start);
  if (!start) return std::nullopt;
  std::int64_t left = search.number;
  for (std::size_t at = *start; at <= text.size() && pattern->match(text, at);) {
    if (--left > 0) {
      at = behind_match(*pattern, text);
      continue;
    }
    const auto group = static_cast<std::size_t>(search.group);
    if (group > pattern->groups() || !pattern->has(group)) return std::nullopt;
    return Found{pattern->start(group), pattern->end(group)};
  }
  return std::nullopt;
}

// text, pattern [, flags]
Datum regexp_like(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const auto match = found(evaluation, site, a, {.flags = a.size() > 2 ? a[2].text() : ""});
  return evaluation.failed() ? Datum::null() : Datum::of(match.has_value());
}
// text, pattern [, start [, n [, flags [, group]]]]
Datum regexp_substr(Evaluation& evaluation, const CallSite& site, Arguments a) {
  RegexSearch search;
  if (a.size() > 2) search.start = a[2].integer;
  if (a.size() > 3) search.number = a[3].integer;
  if (a.size() > 4) search.flags = a[4].text();
  if (a.size() > 5) search.group = a[5].integer;
  const auto match = found(evaluation, site, a, search);
  if (!match) return Datum::null();
  return Datum::of(a[0].text().substr(match->begin, match->end - match->begin));
}
// text, pattern [, start [, n [, whether the place behind it [, flags [, group]]]]]
Datum regexp_instr(Evaluation& evaluation, const CallSite& site, Arguments a) {
  RegexSearch search;
  if (a.size() > 2) search.start = a[2].integer;
  if (a.size() > 3) search.number = a[3].integer;
  if (a.size() > 5) search.flags = a[5].text();
  if (a.size() > 6) search.group = a[6].integer;
  const auto match = found(evaluation, site, a, search);
  if (!match) return evaluation.failed() ? Datum::null() : Datum::of(0);
  const bool behind = a.size() > 4 && a[4].integer == 1;
  const std::string_view before = a[0].text().substr(0, behind ? match->end : match->begin);
  return Datum::of(std::int64_t{1} + std::count_if(before.begin(), before.end(), [](char c) {
                     return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
                   }));
}
// substring(text FROM pattern): the first group, or the whole match.
Datum substring_by(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const Pattern* pattern = pattern_of(evaluation, site, a[1].text(), Flags{}.options);
  if (pattern == nullptr || !pattern->match(a[0].text(), 0)) return Datum::null();
  const std::size_t group = pattern->groups() > 0 ? 1 : 0;
  if (!pattern->has(group)) return Datum::null();
  return Datum::of(
      a[0].text().substr(pattern->start(group), pattern->end(group) - pattern->start(group)));
}

void append_replacement(const Pattern& pattern, std::string_view text, std::string_view with,
                        std::string& out) {
  for (std::size_t i = 0; i < with.size(); ++i) {
    if (with[i] != '\\' || i + 1 == with.size()) {
      out += with[i];
      continue;
    }
    const char c = with[++i];
    const std::size_t group = c == '&' ? 0 : static_cast<std::size_t>(c - '0');
    if (c == '&' || (c >= '0' && c <= '9')) {
      if (group <= pattern.groups() && pattern.has(group))
        out += text.substr(pattern.start(group), pattern.end(group) - pattern.start(group));
    } else {
      out += c;
    }
  }
}

// text, pattern, replacement [, flags] or [, start [, n [, flags]]]; n = 0: every match.
Datum regexp_replace(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const bool counted = a.size() > 4;
  const std::size_t flags_at = counted ? 5 : 3;
  const Flags flags = a.size() > flags_at ? flags_of(a[flags_at].text()) : Flags{};
  if (!flags.valid) return bad_flags(evaluation, a[flags_at].text());
  const Pattern* pattern = pattern_of(evaluation, site, a[1].text(), flags.options);
  if (pattern == nullptr) return Datum::null();
  const std::string_view text = a[0].text();
  const auto start = byte_of_start(evaluation, text, counted ? a[3].integer : 1);
  if (!start) return Datum::null();
  const std::int64_t only = counted ? a[4].integer : flags.global ? 0 : 1;
  std::string out;
  std::size_t copied = 0;
  std::int64_t number = 0;
  for (std::size_t at = *start; at <= text.size() && pattern->match(text, at);
       at = behind_match(*pattern, text)) {
    ++number;
    if (only != 0 && number != only) continue;
    out += text.substr(copied, pattern->start(0) - copied);
    append_replacement(*pattern, text, a[2].text(), out);
    copied = pattern->end(0);
    if (number == only) break;
  }
  out += text.substr(copied);
  return evaluation.text(out);
}

// An empty match at an end of the text or right behind another match splits nothing.
Datum regexp_split(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const Pattern* pattern = pattern_of(evaluation, site, a[1].text(), 0);
  if (pattern == nullptr) return Datum::null();
  const std::string_view text = a[0].text();
  std::vector<Datum> parts;
  std::size_t from = 0;
  for (std::size_t at = 0; at <= text.size() && pattern->match(text, at);
       at = behind_match(*pattern, text)) {
    const std::size_t start = pattern->start(0);
    const std::size_t end = pattern->end(0);
    if (start == end && (start == 0 || start == text.size() || start == from)) continue;
    parts.push_back(Datum::of(text.substr(from, start - from)));
    from = end;
  }
  parts.push_back(Datum::of(text.substr(from)));
  return evaluation.list(parts);
}

Datum similar_to(Evaluation& evaluation, const CallSite& site, Arguments a) {
  std::string pattern = "^(?:";
  const std::string_view from = a[1].text();
  for (std::size_t i = 0; i < from.size(); ++i) {
    const char c = from[i];
    if (c == '\\' && i + 1 < from.size()) {
      pattern += '\\';
      pattern += from[++i];
    } else if (c == '%') {
      pattern += ".*";
    } else if (c == '_') {
      pattern += '.';
    } else if (c == '.' || c == '^' || c == '$') {
      pattern += '\\';
      pattern += c;
    } else {
      pattern += c;
    }
  }
  const Pattern* compiled = pattern_of(evaluation, site, pattern + ")$", PCRE2_DOTALL);
  if (compiled == nullptr) return Datum::null();
  return Datum::of(compiled->match(a[0].text(), 0));
}

constinit const Function pattern_rows[] = {
    {"like", {varchar, varchar}, boolean, like<false, false>},
    {"like", {varchar, varchar, varchar}, boolean, like<false, false>},
    {"not_like", {varchar, varchar}, boolean, like<false, true>},
    {"ilike", {varchar, varchar}, boolean, like<true, false>},
    {"ilike", {varchar, varchar, varchar}, boolean, like<true, false>},
    {"not_ilike", {varchar, varchar}, boolean, like<true, true>},
    {"~~", {varchar, varchar}, boolean, like<false, false>},
    {"!~~", {varchar, varchar}, boolean, like<false, true>},
    {"~~*", {varchar, varchar}, boolean, like<true, false>},
    {"!~~*", {varchar, varchar}, boolean, like<true, true>},
    {"similar_to", {varchar, varchar}, boolean, similar_to},
    {"~", {varchar, varchar}, boolean, matches<false, false>},
    {"~*", {varchar, varchar}, boolean, matches<true, false>},
    {"!~", {varchar, varchar}, boolean, matches<false, true>},
    {"!~*", {varchar, varchar}, boolean, matches<true, true>},
    {"regexp_like", {varchar, varchar}, boolean, matches<false, false>},
    {"regexp_match",
     {varchar, varchar},
     varchar,
     regexp_match,
     true,
     false,
     Volatility::pure,
     result_list},
    {"regexp_match",
     {varchar, varchar, varchar},
     varchar,
     regexp_match,
     true,
     false,
     Volatility::pure,
     result_list},
    {"regexp_count", {varchar, varchar}, int4, regexp_count},
    {"regexp_count", {varchar, varchar, int4}, int4, regexp_count},
    {"regexp_count", {varchar, varchar, int4, varchar}, int4, regexp_count},
    {"regexp_like", {varchar, varchar, varchar}, boolean, regexp_like},
    {"regexp_substr", {varchar, varchar}, varchar, regexp_substr},
    {"regexp_substr", {varchar, varchar, int4}, varchar, regexp_substr},
    {"regexp_substr", {varchar, varchar, int4, int4}, varchar, regexp_substr},
    {"regexp_substr", {varchar, varchar, int4, int4, varchar}, varchar, regexp_substr},
    {"regexp_substr", {varchar, varchar, int4, int4, varchar, int4}, varchar, regexp_substr},
    {"regexp_instr", {varchar, varchar}, int4, regexp_instr},
    {"regexp_instr", {varchar, varchar, int4}, int4, regexp_instr},
    {"regexp_instr", {varchar, varchar, int4, int4}, int4, regexp_instr},
    {"regexp_instr", {varchar, varchar, int4, int4, int4}, int4, regexp_instr},
    {"regexp_instr", {varchar, varchar, int4, int4, int4, varchar}, int4, regexp_instr},
    {"regexp_instr", {varchar, varchar, int4, int4, int4, varchar, int4}, int4, regexp_instr},
    {"substring_by", {varchar, varchar}, varchar, substring_by},
    {"regexp_replace", {varchar, varchar, varchar, int4, int4}, varchar, regexp_replace},
    {"regexp_replace", {varchar, varchar, varchar, int4, int4, varchar}, varchar, regexp_replace},
    {"regexp_replace", {varchar, varchar, varchar}, varchar, regexp_replace},
    {"regexp_replace", {varchar, varchar, varchar, varchar}, varchar, regexp_replace},
    {"regexp_split_to_array",
     {varchar, varchar},
     varchar,
     regexp_split,
     true,
     false,
     Volatility::pure,
     result_list},
};

}  // namespace

std::span<const Function> pattern_functions() { return pattern_rows; }

std::optional<bool> regexp_test(std::string_view text, std::string_view pattern,
                                std::string_view flags) {
  std::uint32_t options = 0;
  for (const char c : flags) {  // jsonpath's: q is a literal, m and s as in XQuery
    if (c == 'q') options |= PCRE2_LITERAL;
    if (c == 'i') options |= PCRE2_CASELESS;
    if (c == 'm') options |= PCRE2_MULTILINE;
    if (c == 's') options |= PCRE2_DOTALL;
    if (c == 'x') options |= PCRE2_EXTENDED;
  }
  const auto compiled = Pattern::compiled(pattern, options);
  if (!compiled) return std::nullopt;
  return (*compiled)->match(text, 0);
}

void regexp_matches(Evaluation& evaluation, const CallSite& site, std::span<const Datum> arguments,
                    std::vector<Datum>& out) {
  for (const Datum& argument : arguments)
    if (argument.is_null()) return;
  std::string flags_text(arguments.size() > 2 ? arguments[2].text() : std::string_view());
  const bool all = std::erase(flags_text, 'g') > 0;
  const Flags flags = flags_of(flags_text);
  if (!flags.valid) {
    bad_flags(evaluation, flags_text);
    return;
  }
  const Pattern* pattern = pattern_of(evaluation, site, arguments[1].text(), flags.options);
  if (pattern == nullptr) return;
  const std::string_view text = arguments[0].text();
  for (std::size_t at = 0; at <= text.size() && pattern->match(text, at);
       at = behind_match(*pattern, text)) {
    out.push_back(groups_of(evaluation, *pattern, text));
    if (!all) return;
  }
}

}  // namespace levada::query
