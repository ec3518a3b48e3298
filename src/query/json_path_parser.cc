#include "query/json_path_parser.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace levada::query {

namespace {

using Node = std::shared_ptr<const PathNode>;

constexpr int path_depth_max = 200;

class PathParser {
 public:
  explicit PathParser(std::string_view text) : text_(text) {}

  SqlResult<ParsedPath> run() {
    ParsedPath path;
    if (take_word("strict"))
      path.strict = true;
    else
      take_word("lax");
    path.root = ATTEMPT(either());
    skip_blanks();
    if (at_ < text_.size()) return wrong();
    return path;
  }

 private:
  tl::unexpected<SqlError> wrong() {
    skip_blanks();
    if (at_ >= text_.size())
      return refuse(sqlstate::syntax_error, "syntax error at end of jsonpath input");
    return refuse(
        sqlstate::syntax_error,
        "syntax error at or near \"" + std::string(text_.substr(at_, 1)) + "\" of jsonpath input");
  }

  void skip_blanks() {
    while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) <= ' ') ++at_;
  }
  bool take(std::string_view sign) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(sign)) return false;
    at_ += sign.size();
    return true;
  }
  static bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  }
  std::string_view word_ahead() {
    skip_blanks();
    std::size_t end = at_;
    while (end < text_.size() && is_word_character(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  bool take_word(std::string_view wanted) {
    if (word_ahead() != wanted) return false;
    at_ += wanted.size();
    return true;
  }
  SqlResult<Unit> expect(std::string_view sign) {
    if (!take(sign)) return wrong();
    return Unit{};
  }

  static std::shared_ptr<PathNode> make(PathKind kind, std::string text = {}) {
    auto node = std::make_shared<PathNode>();
    node->kind = kind;
    node->text = std::move(text);
    return node;
  }
  static Node pair(PathKind kind, Node left, Node right, std::string text = {}) {
    auto node = make(kind, std::move(text));
    node->parts = {std::move(left), std::move(right)};
    return node;
  }

  SqlResult<Node> either() {
    if (++depth_ > path_depth_max)
      return refuse(sqlstate::program_limit_exceeded, "jsonpath is nested too deeply");
    Node left = ATTEMPT(both());
    while (take("||")) {
      Node right = ATTEMPT(both());
      left = pair(PathKind::either, std::move(left), std::move(right));
    }
    --depth_;
    return left;
  }
  SqlResult<Node> both() {
    Node left = ATTEMPT(negation());
    while (take("&&")) {
      Node right = ATTEMPT(negation());
      left = pair(PathKind::both, std::move(left), std::move(right));
    }
    return left;
  }
  SqlResult<Node> negation() {
    skip_blanks();
    if (text_.substr(at_).starts_with("!") && !text_.substr(at_).starts_with("!=")) {
      ++at_;
      auto node = make(PathKind::negation);
      node->parts.push_back(ATTEMPT(negation()));
      return Node(node);
    }
    return predicate();
  }
  SqlResult<Node> predicate() {
    Node left = ATTEMPT(sum());
    for (const char* sign : {"==", "!=", "<>", "<=", ">=", "<", ">", "="}) {
      if (!take(sign)) continue;
      const std::string_view written = sign;
      const std::string name = written == "=" ? "==" : written == "<>" ? "!=" : sign;
      Node right = ATTEMPT(sum());
      return pair(PathKind::comparison, std::move(left), std::move(right), name);
    }
    if (take_word("like_regex")) {
      auto node = make(PathKind::like_regex, ATTEMPT(string()));
      if (take_word("flag")) node->flags = ATTEMPT(string());
      node->parts.push_back(std::move(left));
      return Node(node);
    }
    if (take_word("starts")) {
      if (!take_word("with")) return wrong();
      Node right = ATTEMPT(primary());
      return pair(PathKind::starts_with, std::move(left), std::move(right));
    }
    return left;
  }
  SqlResult<Node> sum() {
    Node left = ATTEMPT(product());
    for (;;) {
      const char* sign = take("+") ? "+" : take("-") ? "-" : nullptr;
      if (sign == nullptr) return left;
      Node right = ATTEMPT(product());
      left = pair(PathKind::arithmetic, std::move(left), std::move(right), sign);
    }
  }
  SqlResult<Node> product() {
    Node left = ATTEMPT(sign());
    for (;;) {
      const char* sign_text = take("*") ? "*" : take("/") ? "/" : take("%") ? "%" : nullptr;
      if (sign_text == nullptr) return left;
      Node right = ATTEMPT(sign());
      left = pair(PathKind::arithmetic, std::move(left), std::move(right), sign_text);
    }
  }
  SqlResult<Node> sign() {
    const char* written = take("+") ? "+" : take("-") ? "-" : nullptr;
    if (written == nullptr) return accessors();
    if (++depth_ > path_depth_max)
      return refuse(sqlstate::program_limit_exceeded, "jsonpath is nested too deeply");
    auto node = make(PathKind::arithmetic, written);
    node->parts.push_back(ATTEMPT(sign()));
    --depth_;
    return Node(node);
  }

  SqlResult<Node> accessors() {
    Node node = ATTEMPT(primary());
    for (;;) {
      skip_blanks();
      if (take("[")) {
        node = ATTEMPT(element(std::move(node)));
      } else if (take("?")) {
        auto made = make(PathKind::filter);
        made->input = std::move(node);
        ATTEMPT(expect("("));
        made->parts.push_back(ATTEMPT(either()));
        ATTEMPT(expect(")"));
        node = std::move(made);
      } else if (take(".")) {
        node = ATTEMPT(behind_point(std::move(node)));
      } else {
        return node;
      }
    }
  }
  SqlResult<Node> element(Node input) {
    if (take("*")) {
      ATTEMPT(expect("]"));
      auto node = make(PathKind::any_element);
      node->input = std::move(input);
      return Node(node);
    }
    auto node = make(PathKind::subscripts);
    node->input = std::move(input);
    do {
      node->parts.push_back(ATTEMPT(sum()));
      node->parts.push_back(take_word("to") ? ATTEMPT(sum()) : nullptr);
    } while (take(","));
    ATTEMPT(expect("]"));
    return Node(node);
  }
  SqlResult<Node> behind_point(Node input) {
    std::shared_ptr<PathNode> node;
    if (take("**")) {
      node = make(PathKind::any_level);
      if (take("{")) {
        node->low = ATTEMPT(level());
        node->high = take_word("to") ? ATTEMPT(level()) : node->low;
        ATTEMPT(expect("}"));
      }
    } else if (take("*")) {
      node = make(PathKind::any_member);
    } else {
      skip_blanks();
      const bool quoted = at_ < text_.size() && text_[at_] == '"';
      std::string name(quoted ? ATTEMPT(string()) : std::string(word_ahead()));
      if (!quoted) {
        if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return wrong();
        at_ += name.size();
      }
      if (!quoted && take("(")) {
        ATTEMPT(expect(")"));
        constexpr std::string_view known[] = {"type",  "size", "double",  "ceiling",
                                              "floor", "abs",  "keyvalue"};
        if (std::find(std::begin(known), std::end(known), name) == std::end(known))
          return refuse(sqlstate::syntax_error,
                        "syntax error at or near \"" + name + "\" of jsonpath input");
        node = make(PathKind::method, name);
      } else {
        node = make(PathKind::member, name);
      }
    }
    node->input = std::move(input);
    return Node(node);
  }
  SqlResult<std::int64_t> level() {
    const std::string_view word = word_ahead();
    std::int64_t value = -1;
    if (word != "last") {
      const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
      if (read.ec != std::errc() || word.empty()) return wrong();
    }
    at_ += word.size();
    return value;
  }

  SqlResult<Node> primary() {
    skip_blanks();
    if (at_ >= text_.size()) return wrong();
    const char c = text_[at_];
    if (take("$")) {
      if (at_ < text_.size() && text_[at_] == '"')
        return Node(make(PathKind::variable, ATTEMPT(string())));
      std::size_t end = at_;
      while (end < text_.size() && is_word_character(text_[end])) ++end;
      if (end == at_) return Node(make(PathKind::root));
      const std::size_t begin = std::exchange(at_, end);
      return Node(make(PathKind::variable, std::string(text_.substr(begin, end - begin))));
    }
    if (take("@")) return Node(make(PathKind::current));
    if (take("(")) {
      Node inner = ATTEMPT(either());
      ATTEMPT(expect(")"));
      if (!take_word("is")) return inner;
      if (!take_word("unknown")) return wrong();
      auto node = make(PathKind::is_unknown);
      node->parts.push_back(std::move(inner));
      return Node(node);
    }
    if (c == '"') return literal(Json::of_text(ATTEMPT(string())));
    if ((c >= '0' && c <= '9') || c == '.') return number();
    if (take_word("true")) return literal(Json::of_boolean(true));
    if (take_word("false")) return literal(Json::of_boolean(false));
    if (take_word("null")) return literal(Json{});
    if (take_word("last")) return Node(make(PathKind::last));
    if (take_word("exists")) {
      auto node = make(PathKind::exists);
      ATTEMPT(expect("("));
      node->parts.push_back(ATTEMPT(either()));
      ATTEMPT(expect(")"));
      return Node(node);
    }
    return wrong();
  }
  static SqlResult<Node> literal(Json value) {
    auto node = make(PathKind::literal);
    node->value = std::move(value);
    return Node(node);
  }
  SqlResult<Node> number() {
    std::size_t end = at_;
    const auto digits = [&] {
      while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9') ++end;
    };
    digits();
    if (end + 1 < text_.size() && text_[end] == '.' && text_[end + 1] >= '0' &&
        text_[end + 1] <= '9') {
      ++end;
      digits();
    }
    if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
      std::size_t exponent = end + 1;
      if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
      if (exponent < text_.size() && text_[exponent] >= '0' && text_[exponent] <= '9') {
        end = exponent;
        digits();
      }
    }
    const std::string written(text_.substr(at_, end - at_));
    if (written.empty() || !Decimal::parse(written)) return wrong();
    if (end < text_.size() && is_word_character(text_[end]))
      return refuse(sqlstate::syntax_error, "trailing junk after numeric literal at or near \"" +
                                                written + text_[end] + "\" of jsonpath input");
    at_ = end;
    return literal(Json::of_number(written));
  }
  SqlResult<std::string> string() {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != '"') return wrong();
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size())
      return refuse(sqlstate::syntax_error, "unterminated quoted string at or near \"" +
                                                std::string(text_.substr(at_)) +
                                                "\" of jsonpath input");
    const auto value = Json::parse(text_.substr(at_, end + 1 - at_));
    if (!value) return wrong();
    at_ = end + 1;
    return value->text;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

SqlResult<ParsedPath> parse_path(std::string_view text) { return PathParser(text).run(); }

}  // namespace levada::query
