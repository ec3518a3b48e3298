#include "timestream/sql/lexer.h"

#include <algorithm>

#include "timestream/refusal.h"

namespace levada::timestream::sql {
namespace {

char lower_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool digit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> run() {
    std::vector<Token> all;
    for (;;) {
      TRY(skip());
      begin_ = place_;
      const std::size_t from = at_;
      Token token = TRY(next());
      token.place = begin_;
      token.offset = from;
      all.push_back(std::move(token));
      if (all.back().kind == TokenKind::end) return all;
    }
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  char take() {
    const char c = text_[at_++];
    if (c == '\n') {
      ++place_.line;
      place_.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
      ++place_.column;
    }
    return c;
  }

  Result<Unit> skip() {  // blanks and comments
    for (;;) {
      while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') take();
      if (peek() == '-' && peek(1) == '-') {
        while (at_ < text_.size() && peek() != '\n') take();
      } else if (peek() == '/' && peek(1) == '*') {
        const Place from = place_;
        while (!(peek() == '*' && peek(1) == '/')) {
          if (at_ >= text_.size()) return refuse_at(from, "unterminated comment");
          take();
        }
        take();
        take();
      } else {
        return Unit{};
      }
    }
  }

  Result<Token> next() {
    if (at_ >= text_.size()) return Token{TokenKind::end, "<EOF>", begin_};
    const char c = peek();
    if (c == '\'' || c == '"') return quoted(c);
    if (letter(c)) return Token{TokenKind::name, word(), begin_};
    if (digit(c) || (c == '.' && digit(peek(1)))) return number();
    for (const std::string_view sign : {"<>", "!=", "<=", ">=", "||", "->", "::"})
      if (text_.substr(at_).starts_with(sign)) {
        take();
        take();
        return Token{TokenKind::sign, std::string(sign), begin_};
      }
    if (std::string_view("+-*/%(),.;<>=[]@?").find(c) == std::string_view::npos)
      return refuse_at(begin_, "unexpected character '" + std::string(1, c) + "'");
    return Token{TokenKind::sign, std::string(1, take()), begin_};
  }

  std::string word() {
    std::string all;
    while (letter(peek()) || digit(peek())) all += take();
    return all;
  }

  Result<Token> quoted(char quote) {
    std::string all;
    take();
    for (;;) {
      if (at_ >= text_.size()) return refuse_at(begin_, "unterminated quoted text");
      const char c = take();
      if (c != quote) {
        all += c;
      } else if (peek() == quote) {
        all += take();
      } else {
        return Token{quote == '"' ? TokenKind::quoted : TokenKind::string, std::move(all), begin_};
      }
    }
  }

  Result<Token> number() {
    std::string all;
    TokenKind kind = TokenKind::whole;
    while (digit(peek())) all += take();
    if (peek() == '.') {
      kind = TokenKind::fraction;
      all += take();
      while (digit(peek())) all += take();
    }
    const bool sign = peek(1) == '+' || peek(1) == '-';
    if ((peek() == 'e' || peek() == 'E') && digit(peek(sign ? 2 : 1))) {
      kind = TokenKind::fraction;
      all += take();
      if (sign) all += take();
      while (digit(peek())) all += take();
    }
    if (letter(peek())) {
      if (kind != TokenKind::whole) return refuse_at(begin_, "malformed number '" + all + "'");
      kind = TokenKind::duration;
      while (letter(peek()) || digit(peek())) all += take();
    }
    return Token{kind, std::move(all), begin_};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Place place_, begin_;
};

}  // namespace

std::string lower(std::string_view text) {
  std::string all(text);
  for (char& c : all) c = lower_letter(c);
  return all;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b,
                            [](char x, char y) { return lower_letter(x) == lower_letter(y); });
}

bool Token::is(std::string_view word) const {
  if (kind == TokenKind::sign) return text == word;
  return kind == TokenKind::name && same_name(text, word);
}

tl::unexpected<Error> refuse_at(Place place, std::string_view text) {
  return refuse(Refusal::validation, "line " + std::to_string(place.line) + ":" +
                                         std::to_string(place.column) + ": " + std::string(text));
}

Result<std::vector<Token>> tokens_of(std::string_view query) { return Lexer(query).run(); }

}  // namespace levada::timestream::sql
