// Functions of regular expressions, by PCRE2 (ADR 19), whose syntax is Java's but for rarities.

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <map>
#include <memory>

#include "timestream/sql/expression.h"

namespace levada::timestream::sql {
namespace {

using Arguments = std::span<const Value>;

constexpr std::uint32_t steps_max = 1'000'000;  // of backtracking; then the query fails
constexpr std::size_t patterns_max = 64;        // kept compiled, by thread

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatch {
  void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
};
struct FreeContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

PCRE2_SPTR bytes(const std::string& text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

// Whether the pattern has a group written (?P…), as RE2 and PCRE2 read it and Java refuses it.
bool has_foreign_group(const pcre2_code* code, const std::string& pattern) {
  std::uint32_t names = 0;
  pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &names);
  return names > 0 && pattern.find("(?P") != std::string::npos;
}

// The compiled pattern, or null after the run has failed.
pcre2_code* compiled(Runtime& runtime, const std::string& pattern) {
  thread_local std::map<std::string, std::unique_ptr<pcre2_code, FreeCode>> cache;
  if (const auto known = cache.find(pattern); known != cache.end()) return known->second.get();
  int error = 0;
  PCRE2_SIZE at = 0;
  std::unique_ptr<pcre2_code, FreeCode> code(
      pcre2_compile(bytes(pattern), pattern.size(), PCRE2_UTF, &error, &at, nullptr));
  if (code == nullptr || has_foreign_group(code.get(), pattern)) {
    runtime.fail(refuse(Refusal::validation, "Invalid regular expression: " + pattern).value());
    return nullptr;
  }
  if (cache.size() >= patterns_max) cache.clear();
  return cache.emplace(pattern, std::move(code)).first->second.get();
}

struct Group {
  std::size_t begin, end;
  bool there;
};

// Calls `found` with the groups of each match until it says no; false when the run has failed.
template <class Found>
bool each_match(Runtime& runtime, const std::string& text, const std::string& pattern,
                const Found& found) {
  pcre2_code* code = compiled(runtime, pattern);
  if (code == nullptr) return false;
  const std::unique_ptr<pcre2_match_data, FreeMatch> match(
      pcre2_match_data_create_from_pattern(code, nullptr));
  const std::unique_ptr<pcre2_match_context, FreeContext> context(
      pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(context.get(), steps_max);
  for (std::size_t from = 0; from <= text.size();) {
    const int count =
        pcre2_match(code, bytes(text), text.size(), from, 0, match.get(), context.get());
    if (count == PCRE2_ERROR_NOMATCH) return true;
    if (count < 0) {
      runtime.fail("The regular expression takes too long: " + pattern);
      return false;
    }
    const PCRE2_SIZE* places = pcre2_get_ovector_pointer(match.get());
    std::vector<Group> groups;
    for (std::uint32_t i = 0; i < pcre2_get_ovector_count(match.get()); ++i)
      groups.push_back({places[2 * i], places[2 * i + 1],
                        static_cast<int>(i) < count && places[2 * i] != PCRE2_UNSET});
    if (!found(groups)) return true;
    from = groups[0].end;
    if (groups[0].end > groups[0].begin) continue;
    ++from;  // an empty match: on to the next character
    while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xc0) == 0x80) ++from;
  }
  return true;
}

Value part(const std::string& text, const Group& group) {
  return group.there ? Value(text.substr(group.begin, group.end - group.begin)) : Value();
}

Value regexp_like(Runtime& runtime, Arguments a) {
  bool any = false;
  each_match(runtime, a[0].text(), a[1].text(), [&](const auto&) {
    any = true;
    return false;
  });
  return Value(any);
}

Value extract(Runtime& runtime, Arguments a) {
  const std::int64_t group = a.size() > 2 ? a[2].number() : 0;
  Value found;
  each_match(runtime, a[0].text(), a[1].text(), [&](const std::vector<Group>& groups) {
    if (group < 0 || static_cast<std::size_t>(group) >= groups.size())
      runtime.fail("Pattern has no group " + std::to_string(group));
    else
      found = part(a[0].text(), groups[static_cast<std::size_t>(group)]);
    return false;
  });
  return found;
}

Value extract_all(Runtime& runtime, Arguments a) {
  const std::int64_t group = a.size() > 2 ? a[2].number() : 0;
  std::vector<Value> all;
  each_match(runtime, a[0].text(), a[1].text(), [&](const std::vector<Group>& groups) {
    if (group < 0 || static_cast<std::size_t>(group) >= groups.size()) {
      runtime.fail("Pattern has no group " + std::to_string(group));
      return false;
    }
    all.push_back(part(a[0].text(), groups[static_cast<std::size_t>(group)]));
    return true;
  });
  return Value(std::move(all));
}

// `by` with $1 and \$ as Java reads them.
std::string filled(const std::string& by, const std::string& text,
                   const std::vector<Group>& groups) {
  std::string all;
  for (std::size_t i = 0; i < by.size(); ++i) {
    if (by[i] == '\\' && i + 1 < by.size()) {
      all += by[++i];
    } else if (by[i] == '$' && i + 1 < by.size() && by[i + 1] >= '0' && by[i + 1] <= '9') {
      const auto group = static_cast<std::size_t>(by[++i] - '0');
      if (group < groups.size() && groups[group].there)
        all += text.substr(groups[group].begin, groups[group].end - groups[group].begin);
    } else {
      all += by[i];
    }
  }
  return all;
}

Value replace(Runtime& runtime, Arguments a) {
  const std::string& text = a[0].text();
  std::string all;
  std::size_t at = 0;
  each_match(runtime, text, a[1].text(), [&](const std::vector<Group>& groups) {
    if (all.size() > text_bytes_max) return false;  // which the caller refuses
    all += text.substr(at, groups[0].begin - at);
    if (a.size() > 2) all += filled(a[2].text(), text, groups);
    at = groups[0].end;
    return true;
  });
  return Value(all + text.substr(at));
}

Value split(Runtime& runtime, Arguments a) {
  const std::string& text = a[0].text();
  std::vector<Value> parts;
  std::size_t at = 0;
  each_match(runtime, text, a[1].text(), [&](const std::vector<Group>& groups) {
    parts.emplace_back(text.substr(at, groups[0].begin - at));
    at = groups[0].end;
    return true;
  });
  parts.emplace_back(text.substr(at));
  return Value(std::move(parts));
}

constexpr Function regex_rows[] = {
    {"regexp_like(varchar, varchar) boolean", regexp_like},
    {"regexp_extract(varchar, varchar) varchar", extract},
    {"regexp_extract(varchar, varchar, bigint) varchar", extract},
    {"regexp_extract_all(varchar, varchar) array(varchar)", extract_all},
    {"regexp_extract_all(varchar, varchar, bigint) array(varchar)", extract_all},
    {"regexp_replace(varchar, varchar) varchar", replace},
    {"regexp_replace(varchar, varchar, varchar) varchar", replace},
    {"regexp_split(varchar, varchar) array(varchar)", split},
};

}  // namespace

Value replace_matches(Runtime& runtime, const std::string& text, const std::string& pattern,
                      const std::function<Value(const Value& groups)>& by) {
  std::string all;
  std::size_t at = 0;
  bool null = false;
  each_match(runtime, text, pattern, [&](const std::vector<Group>& groups) {
    std::vector<Value> captured;
    for (std::size_t i = 1; i < groups.size(); ++i) captured.push_back(part(text, groups[i]));
    const Value piece = by(Value(std::move(captured)));
    null = piece.null();
    if (null) return false;
    all += text.substr(at, groups[0].begin - at) + piece.text();
    at = groups[0].end;
    return true;
  });
  return null ? Value() : Value(all + text.substr(at));
}

std::span<const Function> regex_functions() { return regex_rows; }

}  // namespace levada::timestream::sql
