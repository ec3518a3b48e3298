#include "sql/definition_edit.h"

#include <algorithm>
#include <optional>

#include "base/attempt.h"
#include "sql/definition_text.h"
#include "sql/parser.h"
#include "sql/token.h"

namespace levada::sql {
namespace {

using query::refuse;

bool is_name(const Token& token) {
  return token.kind == TokenKind::word || token.kind == TokenKind::quoted;
}
bool is_word(const Token& token, std::string_view word) {
  return token.kind == TokenKind::word && token.text == word;
}
bool is_sign(const Token& token, std::string_view sign) {
  return token.kind == TokenKind::punctuation && token.text == sign;
}

std::vector<Token> tokens(std::string_view text) {
  auto found = tokens_of(text);  // it was parsed before
  return found ? std::move(*found) : std::vector<Token>(1);
}

// The token behind the closing one of the parenthesis that opens at `at`.
std::size_t behind(const std::vector<Token>& all, std::size_t at) {
  int depth = 0;
  for (; all[at].kind != TokenKind::end; ++at) {
    if (is_sign(all[at], "(")) ++depth;
    if (is_sign(all[at], ")") && --depth == 0) return at + 1;
  }
  return at;
}

std::size_t defined_name(const std::vector<Token>& all) {
  constexpr std::string_view kinds[] = {"table", "source", "view", "sink", "index", "subscription"};
  std::size_t at = 0;
  while (all[at].kind != TokenKind::end &&
         std::none_of(std::begin(kinds), std::end(kinds),
                      [&](std::string_view kind) { return is_word(all[at], kind); }))
    ++at;
  if (all[at].kind == TokenKind::end) return at;
  ++at;
  if (is_word(all[at], "if")) at += 3;  // IF NOT EXISTS
  return at;
}

// The elements of the column list: first and last token of each.
struct Element {
  std::size_t first, last;
};
std::vector<Element> elements(const std::vector<Token>& all) {
  std::size_t at = defined_name(all);
  while (all[at].kind != TokenKind::end && (is_name(all[at]) || is_sign(all[at], "."))) ++at;
  std::vector<Element> found;
  if (!is_sign(all[at], "(")) return found;
  const std::size_t end = behind(all, at) - 1;
  std::size_t first = ++at;
  for (; at <= end; ++at) {
    if (is_sign(all[at], "(")) {
      at = behind(all, at) - 1;
    } else if (is_word(all[at], "struct") && all[at + 1].text.starts_with('<')) {
      std::ptrdiff_t open = 0;
      do {
        ++at;
        if (all[at].kind == TokenKind::operator_)
          open += std::count(all[at].text.begin(), all[at].text.end(), '<') -
                  std::count(all[at].text.begin(), all[at].text.end(), '>');
      } while (open > 0 && at < end);
    } else if (at == end || is_sign(all[at], ",")) {
      if (at > first) found.push_back({first, at - 1});
      first = at + 1;
    }
  }
  return found;
}

}  // namespace

std::string with_names(std::string_view text, const std::vector<NameEdit>& edits) {
  const std::vector<Token> all = tokens(text);
  std::string out;
  std::uint32_t copied = 0;
  for (std::size_t at = 0; at < all.size(); ++at) {
    const auto edit = std::find_if(edits.begin(), edits.end(), [&](const NameEdit& one) {
      return one.position == all[at].begin && all[at].kind != TokenKind::end;
    });
    if (edit == edits.end()) continue;
    std::size_t last = at;
    while (is_sign(all[last + 1], ".") && is_name(all[last + 2])) last += 2;
    out += text.substr(copied, all[at].begin - copied);
    if (last > at) out += quoted_name(edit->schema) + ".";
    out += quoted_name(edit->name);
    const std::string old = all[last].text;
    copied = all[last].end;
    if (edit->keeps_alias) {
      if (is_word(all[last + 1], "for")) {  // SYSTEM_TIME AS OF PROCTIME()
        while (all[last].kind != TokenKind::end && !is_sign(all[last], "(")) ++last;
        last = behind(all, last) - 1;
        out += text.substr(copied, all[last].end - copied);
        copied = all[last].end;
      }
      out += " AS " + quoted_name(old);
    }
    at = last;
  }
  out += text.substr(copied);
  return out;
}

std::optional<std::uint32_t> defined_name_position(std::string_view text) {
  const std::vector<Token> all = tokens(text);
  const std::size_t at = defined_name(all);
  if (!is_name(all[at])) return std::nullopt;
  return all[at].begin;
}

std::optional<std::uint32_t> name_position_after(std::string_view text, std::string_view keyword) {
  const std::vector<Token> all = tokens(text);
  for (std::size_t at = defined_name(all); all[at].kind != TokenKind::end; ++at)
    if (is_word(all[at], keyword) && is_name(all[at + 1])) return all[at + 1].begin;
  return std::nullopt;
}

query::SqlResult<std::string> with_column(std::string_view create, std::string_view alter) {
  const std::vector<Token> words = tokens(alter);
  std::size_t at = 0;
  while (words[at].kind != TokenKind::end && !is_word(words[at], "add")) ++at;
  ++at;
  if (is_word(words[at], "column")) ++at;
  if (is_word(words[at], "if")) at += 3;
  std::size_t last = at;
  while (words[last].kind != TokenKind::end && !is_sign(words[last], ";")) ++last;
  const std::string_view column =
      alter.substr(words[at].begin, words[last - 1].end - words[at].begin);
  const std::vector<Token> all = tokens(create);
  const std::vector<Element> there = elements(all);
  if (there.empty())
    return refuse(query::sqlstate::feature_not_supported,
                  "columns of a table made by a query cannot be altered");
  const std::uint32_t end = all[there.back().last].end;
  return std::string(create.substr(0, end)) + ", " + std::string(column) +
         std::string(create.substr(end));
}

query::SqlResult<std::string> without_column(std::string_view create, std::string_view column) {
  const std::vector<Token> all = tokens(create);
  const std::vector<Element> there = elements(all);
  for (std::size_t i = 0; i < there.size(); ++i) {
    if (!is_name(all[there[i].first]) || all[there[i].first].text != column) continue;
    if (there.size() == 1) break;
    // With the comma before it, or behind it if it is the first.
    const std::uint32_t begin = i == 0 ? all[there[0].first].begin : all[there[i - 1].last].end;
    const std::uint32_t end = i == 0 ? all[there[1].first].begin : all[there[i].last].end;
    return std::string(create.substr(0, begin)) + std::string(create.substr(end));
  }
  return refuse(query::sqlstate::feature_not_supported,
                "the column \"" + std::string(column) + "\" cannot be dropped");
}

query::SqlResult<std::string> with_primary_key(std::string_view create,
                                               const std::vector<std::string>& names) {
  const std::vector<Token> all = tokens(create);
  const std::vector<Element> there = elements(all);
  if (there.empty())
    return refuse(query::sqlstate::feature_not_supported,
                  "a table made by a query cannot get a primary key");
  std::string key;
  for (const std::string& name : names) key += (key.empty() ? "" : ", ") + quoted_name(name);
  const std::uint32_t end = all[there.back().last].end;
  return std::string(create.substr(0, end)) + ", PRIMARY KEY (" + key + ")" +
         std::string(create.substr(end));
}

namespace {

// The term as it stands in a text that begins `offset` bytes earlier.
void shift(Term& term, std::uint32_t offset) {
  term.position += offset;
  term.end += offset;
  for (TermRef& argument : term.arguments)
    if (argument != nullptr) shift(*argument, offset);
}

}  // namespace

query::SqlResult<std::string> with_changed_column(std::string_view create, std::string_view alter) {
  std::vector<Statement> tables = ATTEMPT(parse(create));
  std::vector<Statement> changes = ATTEMPT(parse(alter));
  auto& table = std::get<CreateTable>(tables.front().form);
  auto& change = std::get<Alter>(changes.front().form);
  const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                   [&](const auto& one) { return one.name == change.text; });
  if (column == table.columns.end() || table.query != nullptr)
    return refuse(query::sqlstate::feature_not_supported,
                  "the column \"" + change.text + "\" cannot be altered");
  if (change.action == Alter::Action::rename_column) {
    const bool has_terms = !table.watermarks.empty() ||
                           std::any_of(table.columns.begin(), table.columns.end(),
                                       [](const auto& one) { return one.generated != nullptr; });
    if (has_terms)
      return refuse(query::sqlstate::feature_not_supported,
                    "columns of a table with generated columns or watermarks cannot be renamed");
    column->name = change.value;
    for (auto* names : {&table.primary_key, &table.version_columns})
      std::replace(names->begin(), names->end(), change.text, change.value);
    return definition_text(tables.front(), create, [](std::string_view) { return false; });
  }
  if (change.value.ends_with("not null")) column->not_null = change.value.starts_with("set");
  if (change.value.ends_with("default")) {
    column->default_value = std::move(change.column.default_value);
    if (column->default_value != nullptr)
      shift(*column->default_value, static_cast<std::uint32_t>(create.size() + 1));
  }
  const std::string both = std::string(create) + "\n" + std::string(alter);
  return definition_text(tables.front(), both, [](std::string_view) { return false; });
}

}  // namespace levada::sql
