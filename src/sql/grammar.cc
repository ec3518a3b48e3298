#include "sql/grammar.h"
#include "sql/parser.h"

#include <algorithm>

namespace levada::sql {
namespace {

// PostgreSQL's reserved words (manual, appendix C), those that may name functions and types only
// among them.
constexpr std::string_view reserved_words[] = {"all",
                                               "analyse",
                                               "analyze",
                                               "and",
                                               "any",
                                               "array",
                                               "as",
                                               "asc",
                                               "asymmetric",
                                               "authorization",
                                               "binary",
                                               "both",
                                               "case",
                                               "cast",
                                               "check",
                                               "collate",
                                               "collation",
                                               "column",
                                               "concurrently",
                                               "constraint",
                                               "create",
                                               "cross",
                                               "current_catalog",
                                               "current_date",
                                               "current_role",
                                               "current_schema",
                                               "current_time",
                                               "current_timestamp",
                                               "current_user",
                                               "default",
                                               "deferrable",
                                               "desc",
                                               "distinct",
                                               "do",
                                               "else",
                                               "end",
                                               "except",
                                               "false",
                                               "fetch",
                                               "for",
                                               "foreign",
                                               "freeze",
                                               "from",
                                               "full",
                                               "grant",
                                               "group",
                                               "having",
                                               "ilike",
                                               "in",
                                               "initially",
                                               "inner",
                                               "intersect",
                                               "into",
                                               "is",
                                               "isnull",
                                               "join",
                                               "lateral",
                                               "leading",
                                               "left",
                                               "like",
                                               "limit",
                                               "localtime",
                                               "localtimestamp",
                                               "natural",
                                               "not",
                                               "notnull",
                                               "null",
                                               "offset",
                                               "on",
                                               "only",
                                               "or",
                                               "order",
                                               "outer",
                                               "overlaps",
                                               "placing",
                                               "primary",
                                               "references",
                                               "returning",
                                               "right",
                                               "select",
                                               "session_user",
                                               "similar",
                                               "some",
                                               "symmetric",
                                               "table",
                                               "tablesample",
                                               "then",
                                               "to",
                                               "trailing",
                                               "true",
                                               "union",
                                               "unique",
                                               "user",
                                               "using",
                                               "variadic",
                                               "verbose",
                                               "when",
                                               "where",
                                               "window",
                                               "with"};

}  // namespace

Term::~Term() = default;

std::span<const std::string_view> reserved_word_list() { return reserved_words; }

bool is_reserved(std::string_view word) {
  return std::binary_search(std::begin(reserved_words), std::end(reserved_words), word);
}

bool Grammar::are(std::initializer_list<std::string_view> words) const {
  std::size_t ahead = 0;
  return std::all_of(words.begin(), words.end(),
                     [&](std::string_view word) { return is(word, ahead++); });
}

bool Grammar::take(std::string_view word) {
  if (!is(word)) return false;
  ++at_;
  return true;
}

bool Grammar::take(std::initializer_list<std::string_view> words) {
  if (!are(words)) return false;
  at_ += words.size();
  return true;
}

bool Grammar::take_sign(std::string_view sign) {
  if (!is_sign(sign)) return false;
  ++at_;
  return true;
}

tl::unexpected<SqlError> Grammar::refuse(std::string message, std::size_t byte) const {
  SqlError error;
  error.sqlstate = query::sqlstate::syntax_error;
  error.message = std::move(message);
  error.position = character_position(text_, byte);
  return tl::unexpected(std::move(error));
}

tl::unexpected<SqlError> Grammar::unexpected_token() const {
  const Token& token = peek();
  if (token.kind == TokenKind::end) return refuse("syntax error at end of input", token.begin);
  return refuse("syntax error at or near \"" + std::string(text_of(token.begin, token.end)) + '"',
                token.begin);
}

SqlResult<Unit> Grammar::expect(std::string_view word) {
  if (!take(word)) return unexpected_token();
  return Unit{};
}

SqlResult<Unit> Grammar::expect(std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) ATTEMPT(expect(word));
  return Unit{};
}

SqlResult<Unit> Grammar::expect_sign(std::string_view sign) {
  if (!take_sign(sign)) return unexpected_token();
  return Unit{};
}

SqlResult<Unit> Grammar::expect_end() {
  if (peek().kind != TokenKind::end) return unexpected_token();
  return Unit{};
}

bool Grammar::at_name() const {
  return peek().kind == TokenKind::quoted ||
         (peek().kind == TokenKind::word && !is_reserved(peek().text));
}

SqlResult<std::string> Grammar::name() {
  if (!at_name()) return unexpected_token();
  return tokens_[at_++].text;
}

SqlResult<std::string> Grammar::label() {
  if (peek().kind != TokenKind::quoted && peek().kind != TokenKind::word) return unexpected_token();
  return tokens_[at_++].text;
}

SqlResult<Name> Grammar::qualified_name() {
  Name names;
  names.push_back(ATTEMPT(name()));
  while (take_sign(".")) names.push_back(ATTEMPT(label()));
  return names;
}

SqlResult<std::vector<std::string>> Grammar::names_in_parentheses(
    std::vector<std::uint32_t>* positions) {
  std::vector<std::string> names;
  ATTEMPT(expect_sign("("));
  do {
    if (positions != nullptr) positions->push_back(here());
    names.push_back(ATTEMPT(label()));
  } while (take_sign(","));
  ATTEMPT(expect_sign(")"));
  return names;
}

SqlResult<std::string> Grammar::string() {
  if (peek().kind != TokenKind::string) return unexpected_token();
  return tokens_[at_++].text;
}

// 'text', 5, -5, true, a.b.c
SqlResult<std::string> Grammar::option_value() {
  const Token& token = peek();
  if (token.kind == TokenKind::string || token.kind == TokenKind::number) {
    ++at_;
    return token.text;
  }
  if (is_sign("-") && peek(1).kind == TokenKind::number) {
    at_ += 2;
    return "-" + tokens_[at_ - 1].text;
  }
  std::string value = ATTEMPT(label());
  while (take_sign(".")) value += "." + ATTEMPT(label());
  return value;
}

// (name = value, a.b.c = 'value', …)
SqlResult<Options> Grammar::options_in_parentheses() {
  Options options;
  ATTEMPT(expect_sign("("));
  if (take_sign(")")) return options;
  do {
    std::string key = peek().kind == TokenKind::string ? ATTEMPT(string()) : ATTEMPT(label());
    while (is_sign(".") || is_sign("-")) {
      const std::string between = tokens_[at_++].text;
      key += between + ATTEMPT(label());
    }
    std::string value = "true";
    if (take_sign("=")) {
      if (take("secret"))
        value = "secret " + ATTEMPT(name());
      else
        value = ATTEMPT(option_value());
    }
    options.emplace_back(std::move(key), std::move(value));
  } while (take_sign(",") && !is_sign(")"));
  ATTEMPT(expect_sign(")"));
  return options;
}

bool Grammar::take_if_exists() { return take({"if", "exists"}); }
bool Grammar::take_if_not_exists() { return take({"if", "not", "exists"}); }

SqlResult<std::vector<Statement>> Grammar::statements() {
  std::vector<Statement> all;
  for (;;) {
    while (take_sign(";")) {
    }
    if (peek().kind == TokenKind::end) return all;
    all.push_back(ATTEMPT(statement()));
    if (!is_sign(";")) ATTEMPT(expect_end());
  }
}

SqlResult<Statement> Grammar::statement() {
  const std::uint32_t begin = here();
  Statement made = ATTEMPT(statement_form());
  made.begin = begin;
  made.end = last_end();
  return made;
}

SqlResult<std::vector<Statement>> parse(std::string_view text) {
  return Grammar(text, ATTEMPT(tokens_of(text))).statements();
}

SqlResult<std::shared_ptr<Query>> parse_query(std::string_view text) {
  Grammar grammar(text, ATTEMPT(tokens_of(text)));
  auto made = ATTEMPT(grammar.query());
  ATTEMPT(grammar.expect_end());
  return made;
}

SqlResult<TermRef> parse_term(std::string_view text) {
  Grammar grammar(text, ATTEMPT(tokens_of(text)));
  auto made = ATTEMPT(grammar.term());
  ATTEMPT(grammar.expect_end());
  return made;
}

SqlResult<TypeName> parse_type(std::string_view text) {
  Grammar grammar(text, ATTEMPT(tokens_of(text)));
  auto made = ATTEMPT(grammar.type_name());
  ATTEMPT(grammar.expect_end());
  return made;
}

}  // namespace levada::sql
