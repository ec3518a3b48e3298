#include "cli/jmespath_lexer.h"

#include <charconv>
#include <optional>

#include "cli/json_text.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

using Lexed = JmespathTokenType;
constexpr char32_t end_of_expression = 0xffffffff;

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool begins_identifier(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

class JmespathLexer {
 public:
  explicit JmespathLexer(std::string_view expression) : expression_(expression) {
    for (std::string_view rest = expression; !rest.empty();)
      characters_.push_back(take_character(rest));
  }

  Result<std::vector<JmespathToken>> tokenize() {
    if (characters_.empty())
      return fail(ErrorKind::invalid, "Invalid JMESPath expression: cannot be empty.");
    while (at_ < characters_.size()) TRY(token());
    add(Lexed::eof, Document::of_string(""), characters_.size());
    return std::move(tokens_);
  }

 private:
  char32_t current() const {
    return at_ < characters_.size() ? characters_[at_] : end_of_expression;
  }
  std::string text(std::size_t from, std::size_t to) const {
    std::string out;
    for (std::size_t i = from; i < to; ++i) append_utf8(out, characters_[i]);
    return out;
  }
  void add(Lexed type, Document value, std::size_t start) {
    tokens_.push_back({type, std::move(value), start});
  }

  unexpected<Error> complain(const std::string& what, std::size_t where) const {
    return fail(ErrorKind::invalid, "Bad jmespath expression: " + what + ":\n" +
                                        std::string(expression_) + '\n' + std::string(where, ' ') +
                                        '^');
  }

  Result<Unit> token() {
    constexpr std::u32string_view simple = U".*],:@(){}";
    constexpr Lexed simple_types[] = {Lexed::dot,    Lexed::star,    Lexed::rbracket, Lexed::comma,
                                      Lexed::colon,  Lexed::current, Lexed::lparen,   Lexed::rparen,
                                      Lexed::lbrace, Lexed::rbrace};
    const std::size_t start = at_;
    const char32_t c = current();
    if (const std::size_t place = simple.find(c); place != std::u32string_view::npos) {
      add(simple_types[place], Document::of_string(text(start, ++at_)), start);
    } else if (begins_identifier(c)) {
      while (begins_identifier(current()) || is_digit(current())) ++at_;
      add(Lexed::unquoted_identifier, Document::of_string(text(start, at_)), start);
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at_;
    } else if (c == '[') {
      ++at_;
      if (current() == ']') {
        ++at_;
        add(Lexed::flatten, Document::of_string("[]"), start);
      } else if (current() == '?') {
        ++at_;
        add(Lexed::filter, Document::of_string("[?"), start);
      } else {
        add(Lexed::lbracket, Document::of_string("["), start);
      }
    } else if (c == '\'') {
      const std::string raw = TRY(consume_until('\''));
      add(Lexed::literal, Document::of_string(replace_all(raw, "\\'", "'")), start);
    } else if (c == '|') {
      one_or_two('|', Lexed::either, Lexed::pipe);
    } else if (c == '&') {
      one_or_two('&', Lexed::both, Lexed::expref);
    } else if (c == '<') {
      one_or_two('=', Lexed::lte, Lexed::lt);
    } else if (c == '>') {
      one_or_two('=', Lexed::gte, Lexed::gt);
    } else if (c == '!') {
      one_or_two('=', Lexed::ne, Lexed::negation);
    } else if (c == '`') {
      TRY(literal());
    } else if (c == '"') {
      TRY(quoted_identifier());
    } else if (is_digit(c) || c == '-') {
      TRY(number());
    } else if (c == '=') {
      if (++at_ == characters_.size() || current() != '=')
        return complain("Unknown token '='", start);
      ++at_;
      add(Lexed::eq, Document::of_string("=="), start);
    } else {
      return complain("Unknown token " + text(start, start + 1), start);
    }
    return Unit{};
  }

  void one_or_two(char32_t second, Lexed two, Lexed one) {
    const std::size_t start = at_++;
    const bool is_two = current() == second;
    if (is_two) ++at_;
    add(is_two ? two : one, Document::of_string(text(start, at_)), start);
  }

  // The text between delimiters; escapes stay.
  Result<std::string> consume_until(char32_t delimiter) {
    const std::size_t start = at_++;
    const std::size_t inner = at_;
    while (current() != delimiter) {
      if (current() == '\\') ++at_;
      if (at_ >= characters_.size()) {
        std::string mark;
        append_utf8(mark, delimiter);
        return complain("Unclosed " + mark + " delimiter", start);
      }
      ++at_;
    }
    return text(inner, at_++);
  }

  Result<Unit> literal() {
    const std::size_t start = at_;
    const std::string lexeme = replace_all(TRY(consume_until('`')), "\\`", "`");
    Result<Document> value = read_json(lexeme);
    if (!value) {  // deprecated, but taken: a bare word is a string
      const std::size_t begin = lexeme.find_first_not_of(" \t\n\r\v\f");
      const std::string bare = begin == std::string::npos ? "" : lexeme.substr(begin);
      value = read_json('"' + bare + '"');
    }
    if (!value) return complain("Bad token " + lexeme, start);
    add(Lexed::literal, std::move(*value), start);
    return Unit{};
  }

  Result<Unit> quoted_identifier() {
    const std::size_t start = at_;
    const std::string lexeme = '"' + TRY(consume_until('"')) + '"';
    Result<Document> value = read_json(lexeme);
    if (!value) {
      const std::string& why = value.error().message;
      return complain(why.substr(0, why.find(':')), start);
    }
    add(Lexed::quoted_identifier, std::move(*value), start);
    return Unit{};
  }

  Result<Unit> number() {
    const std::size_t start = at_++;
    while (is_digit(current())) ++at_;
    const std::string digits = text(start, at_);
    if (digits == "-") return complain("Unknown token '-'", start);
    std::int64_t number = 0;
    const auto [_, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{})  // an index that no list has
      number = digits[0] == '-' ? INT64_MIN / 2 : INT64_MAX / 2;
    add(Lexed::number, Document::of_integer(number), start);
    return Unit{};
  }

  std::string_view expression_;
  std::u32string characters_;
  std::size_t at_ = 0;
  std::vector<JmespathToken> tokens_;
};

}  // namespace

std::string_view name(JmespathTokenType type) {
  constexpr std::string_view names[] = {"eof",
                                        "unquoted_identifier",
                                        "quoted_identifier",
                                        "literal",
                                        "number",
                                        "current",
                                        "dot",
                                        "star",
                                        "comma",
                                        "colon",
                                        "lparen",
                                        "rparen",
                                        "lbrace",
                                        "rbrace",
                                        "lbracket",
                                        "rbracket",
                                        "flatten",
                                        "filter",
                                        "pipe",
                                        "or",
                                        "and",
                                        "expref",
                                        "not",
                                        "eq",
                                        "ne",
                                        "lt",
                                        "lte",
                                        "gt",
                                        "gte"};
  return names[static_cast<std::size_t>(type)];
}

Result<std::vector<JmespathToken>> tokenize_jmespath(std::string_view expression) {
  return JmespathLexer(expression).tokenize();
}

}  // namespace levada::cli
