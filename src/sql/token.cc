#include "sql/token.h"

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "base/attempt.h"
#include "base/result.h"

namespace levada::sql {
namespace {

using query::SqlError;
using query::SqlResult;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool begins_word(char c) {
  return is_letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool in_word(char c) { return begins_word(c) || is_digit(c) || c == '$'; }
bool in_operator(char c) {
  return std::string_view("+-*/<>=~!@#%^&|`?").find(c) != std::string_view::npos;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool append_utf8(std::uint32_t code, std::string& out) {
  if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
  return true;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  SqlResult<std::vector<Token>> run() {
    std::vector<Token> tokens;
    for (;;) {
      ATTEMPT(skip_blank());
      const std::size_t begin = at_;
      Token token;
      if (at_ < text_.size()) token = ATTEMPT(next());
      token.begin = static_cast<std::uint32_t>(begin);
      token.end = static_cast<std::uint32_t>(at_);
      tokens.push_back(std::move(token));
      if (tokens.back().kind == TokenKind::end) return tokens;
      if (tokens.size() >= tokens_max) return refuse("the statement is too long", begin);
    }
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool starts(std::string_view prefix) const { return text_.substr(at_).starts_with(prefix); }

  tl::unexpected<SqlError> refuse(std::string message, std::size_t where) const {
    SqlError error;
    error.sqlstate = query::sqlstate::syntax_error;
    error.message = std::move(message);
    error.position = character_position(text_, where);
    return tl::unexpected(std::move(error));
  }
  std::string near(std::size_t where) const {
    return " at or near \"" + std::string(text_.substr(where, 60)) + '"';
  }

  SqlResult<Unit> skip_blank() {
    for (;;) {
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
      if (starts("--")) {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (starts("/*")) {
        const std::size_t begin = at_;
        int depth = 0;
        do {
          if (starts("/*")) {
            ++depth;
            at_ += 2;
          } else if (starts("*/")) {
            --depth;
            at_ += 2;
          } else if (at_ >= text_.size()) {
            return refuse("unterminated /* comment" + near(begin), begin);
          } else {
            ++at_;
          }
        } while (depth > 0);
      } else {
        return Unit{};
      }
    }
  }

  SqlResult<Token> next() {
    const char c = peek();
    const char following = peek(1);
    if (c == '\'') return string_token(at_, false);
    if ((c == 'e' || c == 'E') && following == '\'') {
      ++at_;
      return string_token(at_ - 1, true);
    }
    if ((c == 'n' || c == 'N') && following == '\'') {
      ++at_;
      return string_token(at_ - 1, false);
    }
    if ((c == 'b' || c == 'B' || c == 'x' || c == 'X') && following == '\'') {
      const char base = c == 'b' || c == 'B' ? 'b' : 'x';
      ++at_;
      Token token = ATTEMPT(string_token(at_ - 1, false));
      token.kind = TokenKind::bit_string;
      token.text.insert(token.text.begin(), base);
      return token;
    }
    if ((c == 'u' || c == 'U') && following == '&' && (peek(2) == '\'' || peek(2) == '"'))
      return unicode_token();
    if (c == '"') return quoted_token();
    if (c == '$' && is_digit(following)) {
      ++at_;
      return Token{TokenKind::parameter, digits(), 0, 0};
    }
    if (c == '$') {
      if (auto token = ATTEMPT(dollar_token())) return *std::move(token);
      return refuse("syntax error" + near(at_), at_);
    }
    if (begins_word(c)) {
      std::string word;
      while (at_ < text_.size() && in_word(text_[at_])) {
        const char w = text_[at_++];
        word += w >= 'A' && w <= 'Z' ? static_cast<char>(w + 32) : w;
      }
      return Token{TokenKind::word, std::move(word), 0, 0};
    }
    if (is_digit(c) || (c == '.' && is_digit(following))) return number_token();
    if (starts("::") || starts(":=") || starts("=>")) {
      at_ += 2;
      return Token{TokenKind::punctuation, std::string(text_.substr(at_ - 2, 2)), 0, 0};
    }
    if (std::string_view("()[],;.:{}").find(c) != std::string_view::npos) {
      ++at_;
      return Token{TokenKind::punctuation, std::string(1, c), 0, 0};
    }
    if (in_operator(c)) return operator_token();
    return refuse("syntax error" + near(at_), at_);
  }

  std::string digits() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  SqlResult<Token> number_token() {
    const std::size_t begin = at_;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X') && hex_value(peek(2)) >= 0) {
      at_ += 2;
      while (hex_value(peek()) >= 0) ++at_;
      return Token{TokenKind::number, std::string(text_.substr(begin, at_ - begin)), 0, 0};
    }
    digits();
    // "1..2" is a slice's bounds, not a fraction.
    if (peek() == '.' && peek(1) != '.') {
      ++at_;
      digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
      if (is_digit(peek(1 + sign))) {
        at_ += 1 + sign;
        digits();
      }
    }
    if (begins_word(peek()))
      return refuse("trailing junk after numeric literal" + near(begin), begin);
    return Token{TokenKind::number, std::string(text_.substr(begin, at_ - begin)), 0, 0};
  }

  // An operator ends before a comment; + and - end it only together with another special sign.
  Token operator_token() {
    std::size_t size = 0;
    while (in_operator(peek(size)) && text_.substr(at_ + size, 2) != "--" &&
           text_.substr(at_ + size, 2) != "/*")
      ++size;
    const std::string_view sign = text_.substr(at_, size);
    const bool special = sign.find_first_of("~!@#%^&|`?") != sign.npos;
    while (size > 1 && !special && (text_[at_ + size - 1] == '+' || text_[at_ + size - 1] == '-'))
      --size;
    at_ += size;
    std::string text(text_.substr(at_ - size, size));
    if (text == "!=") text = "<>";
    return Token{TokenKind::operator_, std::move(text), 0, 0};
  }

  // At the quote. `whole`: where the token begins, for messages.
  SqlResult<Token> string_token(std::size_t whole, bool escapes) {
    std::string out;
    for (;;) {
      ++at_;  // the quote
      for (;;) {
        if (at_ >= text_.size()) return refuse("unterminated quoted string" + near(whole), whole);
        const char c = text_[at_];
        if (c == '\'') {
          if (peek(1) != '\'') break;
          out += '\'';
          at_ += 2;
        } else if (c == '\\' && escapes) {
          ATTEMPT(escape(out));
        } else {
          out += c;
          ++at_;
        }
      }
      ++at_;
      // Strings with a newline between them are one.
      std::size_t ahead = at_;
      bool newline = false;
      while (ahead < text_.size() && is_space(text_[ahead])) newline |= text_[ahead++] == '\n';
      if (!newline || ahead >= text_.size() || text_[ahead] != '\'') break;
      at_ = ahead;
    }
    return Token{TokenKind::string, std::move(out), 0, 0};
  }

  SqlResult<Unit> escape(std::string& out) {
    const std::size_t begin = at_;
    ++at_;
    const char c = peek();
    constexpr std::string_view names = "bfnrt";
    constexpr std::string_view values = "\b\f\n\r\t";
    if (const std::size_t known = names.find(c); c != '\0' && known != names.npos) {
      out += values[known];
      ++at_;
    } else if (c >= '0' && c <= '7') {
      int value = 0;
      for (int n = 0; n < 3 && peek() >= '0' && peek() <= '7'; ++n)
        value = value * 8 + (text_[at_++] - '0');
      out += static_cast<char>(value);
    } else if (c == 'x' && hex_value(peek(1)) >= 0) {
      ++at_;
      int value = 0;
      for (int n = 0; n < 2 && hex_value(peek()) >= 0; ++n)
        value = value * 16 + hex_value(text_[at_++]);
      out += static_cast<char>(value);
    } else if (c == 'u' || c == 'U') {
      ++at_;
      std::uint32_t code = ATTEMPT(hex_digits(c == 'u' ? 4 : 8, begin));
      if (code >= 0xd800 && code <= 0xdbff && peek() == '\\' && peek(1) == 'u') {
        at_ += 2;
        const std::uint32_t low = ATTEMPT(hex_digits(4, begin));
        if (low >= 0xdc00 && low <= 0xdfff)
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      }
      if (!append_utf8(code, out))
        return refuse("invalid Unicode escape value" + near(begin), begin);
    } else if (at_ < text_.size()) {
      out += c;
      ++at_;
    }
    return Unit{};
  }

  SqlResult<std::uint32_t> hex_digits(int count, std::size_t begin) {
    std::uint32_t code = 0;
    for (int n = 0; n < count; ++n) {
      const int value = hex_value(peek());
      if (value < 0) return refuse("invalid Unicode escape" + near(begin), begin);
      code = code * 16 + static_cast<std::uint32_t>(value);
      ++at_;
    }
    return code;
  }

  SqlResult<Token> quoted_token() {
    const std::size_t begin = at_++;
    std::string out;
    for (;; ++at_) {
      if (at_ >= text_.size()) return refuse("unterminated quoted identifier" + near(begin), begin);
      if (text_[at_] == '"') {
        if (peek(1) != '"') break;
        ++at_;
      }
      out += text_[at_];
    }
    ++at_;
    if (out.empty()) return refuse("zero-length delimited identifier" + near(begin), begin);
    return Token{TokenKind::quoted, std::move(out), 0, 0};
  }

  // U&'…' and U&"…": \XXXX and \+XXXXXX.
  SqlResult<Token> unicode_token() {
    const std::size_t begin = at_;
    at_ += 2;
    Token token = text_[at_] == '"' ? ATTEMPT(quoted_token()) : ATTEMPT(string_token(begin, false));
    std::string out;
    const std::string& in = token.text;
    for (std::size_t n = 0; n < in.size(); ++n) {
      if (in[n] != '\\') {
        out += in[n];
        continue;
      }
      if (n + 1 < in.size() && in[n + 1] == '\\') {
        out += in[++n];
        continue;
      }
      const bool wide = n + 1 < in.size() && in[n + 1] == '+';
      const std::size_t count = wide ? 6 : 4;
      std::size_t from = n + (wide ? 2 : 1);
      std::uint32_t code = 0;
      for (std::size_t d = 0; d < count; ++d, ++from) {
        const int value = from < in.size() ? hex_value(in[from]) : -1;
        if (value < 0) return refuse("invalid Unicode escape" + near(begin), begin);
        code = code * 16 + static_cast<std::uint32_t>(value);
      }
      if (!append_utf8(code, out))
        return refuse("invalid Unicode escape value" + near(begin), begin);
      n = from - 1;
    }
    token.text = std::move(out);
    return token;
  }

  // $$…$$ and $tag$…$tag$; nothing: no such thing begins here.
  SqlResult<std::optional<Token>> dollar_token() {
    const std::size_t begin = at_;
    std::size_t end = at_ + 1;
    while (end < text_.size() && in_word(text_[end]) && text_[end] != '$') ++end;
    if (end >= text_.size() || text_[end] != '$') return std::nullopt;
    const std::string_view tag = text_.substr(begin, end + 1 - begin);
    const std::size_t close = text_.find(tag, end + 1);
    if (close == text_.npos)
      return refuse("unterminated dollar-quoted string" + near(begin), begin);
    at_ = close + tag.size();
    return Token{TokenKind::string, std::string(text_.substr(end + 1, close - end - 1)), 0, 0};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::uint32_t character_position(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, byte);
  return 1 + static_cast<std::uint32_t>(std::count_if(before.begin(), before.end(), [](char c) {
           return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
         }));
}

SqlResult<std::vector<Token>> tokens_of(std::string_view text) { return Scanner(text).run(); }

}  // namespace levada::sql
