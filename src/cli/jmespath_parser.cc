// A Pratt parser: each token says how strongly it binds, what it is at the beginning of an
// expression (`first`) and what it does to the expression left of it (`then`).

#include "base/ascii.h"
#include "cli/jmespath.h"
#include "cli/jmespath_lexer.h"
#include "cli/jmespath_tree.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

using Type = JmespathTokenType;
using Node = JmespathNode;

int binding_power(Type type) {
  switch (type) {
    case Type::pipe:
      return 1;
    case Type::either:
      return 2;
    case Type::both:
      return 3;
    case Type::eq:
    case Type::ne:
    case Type::lt:
    case Type::lte:
    case Type::gt:
    case Type::gte:
      return 5;
    case Type::flatten:
      return 9;
    case Type::star:
      return 20;
    case Type::filter:
      return 21;
    case Type::dot:
      return 40;
    case Type::negation:
      return 45;
    case Type::lbrace:
      return 50;
    case Type::lbracket:
      return 55;
    case Type::lparen:
      return 60;
    default:
      return 0;
  }
}
constexpr int projection_stop = 10;  // weaker tokens end a projection

Node node_of(Node::Type type, std::vector<Node> children) {
  return {.type = type, .children = std::move(children)};
}

template <class... Nodes>
std::vector<Node> list_of(Nodes... nodes) {
  std::vector<Node> list;
  list.reserve(sizeof...(nodes));
  (list.push_back(std::move(nodes)), ...);
  return list;
}

class JmespathParser {
 public:
  JmespathParser(std::string_view expression, std::vector<JmespathToken> tokens)
      : expression_(expression), tokens_(std::move(tokens)) {}

  Result<Node> parse() {
    Node root = TRY(expression(0));
    if (!is(Type::eof))
      return complain(current(), "Unexpected token: " + python_text(current().value));
    return root;
  }

 private:
  const JmespathToken& current() const { return tokens_[at_]; }
  bool is(Type type) const { return current().type == type; }
  bool next_is(Type type) const {
    return at_ + 1 < tokens_.size() && tokens_[at_ + 1].type == type;
  }
  JmespathToken take() {
    JmespathToken token = tokens_[at_];
    if (at_ + 1 < tokens_.size()) ++at_;  // the end stays
    return token;
  }

  unexpected<Error> complain(const JmespathToken& token, const std::string& what) const {
    return complain_at(token.start, token, what);
  }
  unexpected<Error> complain_at(std::size_t column, const JmespathToken& token,
                                const std::string& what) const {
    return fail(ErrorKind::invalid, what + ": Parse error at column " + std::to_string(column) +
                                        ", token \"" + python_text(token.value) + "\" (" +
                                        uppered(name(token.type)) + "), for expression:\n\"" +
                                        std::string(expression_) + "\"\n" +
                                        std::string(column + 1, ' ') + '^');
  }
  unexpected<Error> incomplete() const {
    return fail(ErrorKind::invalid, "Invalid jmespath expression: Incomplete expression:\n\"" +
                                        std::string(expression_) + "\"\n" +
                                        std::string(character_count(expression_) + 1, ' ') + '^');
  }

  Result<Unit> expect(Type type) {
    if (is(type)) {
      take();
      return Unit{};
    }
    if (is(Type::eof)) return incomplete();
    return complain(current(), "Expecting: " + std::string(name(type)) +
                                   ", got: " + std::string(name(current().type)));
  }

  Result<Node> expression(int power) {
    if (++depth_ > jmespath_depth_max)
      return fail(ErrorKind::invalid, "maximum recursion depth exceeded");
    Node left = TRY(first(take()));
    while (power < binding_power(current().type)) left = TRY(then(std::move(left)));
    --depth_;
    return left;
  }

  Result<Node> first(const JmespathToken& token) {
    switch (token.type) {
      case Type::literal:
        return Node{.type = Node::Type::literal, .literal = token.value};
      case Type::unquoted_identifier:
        return Node{.type = Node::Type::field, .text = token.value.string()};
      case Type::quoted_identifier:
        if (is(Type::lparen))
          return complain_at(0, current(), "Quoted identifier not allowed for function names.");
        return Node{.type = Node::Type::field, .text = token.value.string()};
      case Type::star: {
        Node right;
        if (!is(Type::rbracket)) right = TRY(projected(binding_power(Type::star)));
        return node_of(Node::Type::value_projection, list_of(Node{}, std::move(right)));
      }
      case Type::filter:
        return filter(Node{});
      case Type::lbrace:
        return select_object();
      case Type::lparen: {
        Node inner = TRY(expression(0));
        TRY(expect(Type::rparen));
        // A node of its own, so that `(a.b)[0]` and the like do not grow into the chain inside.
        return node_of(Node::Type::chain, list_of(std::move(inner)));
      }
      case Type::flatten:
        return flatten(Node{});
      case Type::negation:
        return node_of(Node::Type::negation,
                       list_of(TRY(expression(binding_power(Type::negation)))));
      case Type::lbracket:
        return bracket_first();
      case Type::current:
        return Node{};
      case Type::expref:
        return node_of(Node::Type::expression, list_of(TRY(expression(0))));
      case Type::eof:
        return incomplete();
      default:
        return complain(token, "invalid token");
    }
  }

  Result<Node> then(Node left) {
    const JmespathToken token = current();
    switch (token.type) {
      case Type::dot:
        take();
        return dot(std::move(left));
      case Type::pipe:
        take();
        return node_of(Node::Type::chain,
                       list_of(std::move(left), TRY(expression(binding_power(Type::pipe)))));
      case Type::either:
        take();
        return node_of(Node::Type::either,
                       list_of(std::move(left), TRY(expression(binding_power(Type::either)))));
      case Type::both:
        take();
        return node_of(Node::Type::both,
                       list_of(std::move(left), TRY(expression(binding_power(Type::both)))));
      case Type::eq:
      case Type::ne:
      case Type::lt:
      case Type::lte:
      case Type::gt:
      case Type::gte: {
        take();
        Node node = node_of(Node::Type::comparison,
                            list_of(std::move(left), TRY(expression(binding_power(token.type)))));
        node.text = name(token.type);
        return node;
      }
      case Type::flatten:
        take();
        return flatten(std::move(left));
      case Type::filter:
        take();
        return filter(std::move(left));
      case Type::lbracket:
        take();
        return bracket_then(std::move(left));
      case Type::lparen:
        take();
        return call(std::move(left));
      default:
        return complain(token, "invalid token");
    }
  }

  Result<Node> dot(Node left) {
    if (is(Type::star)) {
      take();
      return node_of(Node::Type::value_projection,
                     list_of(std::move(left), TRY(projected(binding_power(Type::dot)))));
    }
    return node_of(Node::Type::chain,
                   list_of(std::move(left), TRY(behind_dot(binding_power(Type::dot)))));
  }

  Result<Node> behind_dot(int power) {
    switch (current().type) {
      case Type::quoted_identifier:
      case Type::unquoted_identifier:
      case Type::star:
        return expression(power);
      case Type::lbracket:
        take();
        return select_list();
      case Type::lbrace:
        take();
        return select_object();
      default:
        return complain(current(),
                        "Expecting: ['quoted_identifier', 'unquoted_identifier', "
                        "'lbracket', 'lbrace'], got: " +
                            std::string(name(current().type)));
    }
  }

  Result<Node> projected(int power) {
    if (binding_power(current().type) < projection_stop) return Node{};
    if (is(Type::lbracket) || is(Type::filter)) return expression(power);
    if (is(Type::dot)) {
      take();
      return behind_dot(power);
    }
    return complain(current(), "syntax error");
  }

  Result<Node> flatten(Node left) {
    Node flat = node_of(Node::Type::flatten, list_of(std::move(left)));
    return node_of(Node::Type::projection,
                   list_of(std::move(flat), TRY(projected(binding_power(Type::flatten)))));
  }

  Result<Node> filter(Node left) {
    Node condition = TRY(expression(0));
    TRY(expect(Type::rbracket));
    Node right;
    if (!is(Type::flatten)) right = TRY(projected(binding_power(Type::filter)));
    return node_of(Node::Type::filter,
                   list_of(std::move(left), std::move(right), std::move(condition)));
  }

  Result<Node> bracket_first() {
    if (is(Type::number) || is(Type::colon)) return projected_if_slice(Node{}, TRY(index()));
    if (is(Type::star) && next_is(Type::rbracket)) {
      take();
      take();
      return node_of(Node::Type::projection,
                     list_of(Node{}, TRY(projected(binding_power(Type::star)))));
    }
    return select_list();
  }

  Result<Node> bracket_then(Node left) {
    if (is(Type::number) || is(Type::colon))
      return projected_if_slice(std::move(left), TRY(index()));
    TRY(expect(Type::star));
    TRY(expect(Type::rbracket));
    return node_of(Node::Type::projection,
                   list_of(std::move(left), TRY(projected(binding_power(Type::star)))));
  }

  Result<Node> index() {
    if (is(Type::colon) || next_is(Type::colon)) return slice();
    Node node{.type = Node::Type::index, .number = take().value.integer()};
    TRY(expect(Type::rbracket));
    return node;
  }

  Result<Node> slice() {
    Node node{.type = Node::Type::slice};
    std::size_t part = 0;
    while (!is(Type::rbracket) && part < node.slice.size()) {
      if (is(Type::colon)) {
        if (++part == node.slice.size()) return complain(current(), "syntax error");
        take();
      } else if (is(Type::number)) {
        node.slice[part] = take().value.integer();
      } else {
        return complain(current(), "syntax error");
      }
    }
    TRY(expect(Type::rbracket));
    return node;
  }

  Result<Node> projected_if_slice(Node left, Node right) {
    const bool is_slice = right.type == Node::Type::slice;
    Node chain = node_of(Node::Type::chain, list_of(std::move(left), std::move(right)));
    if (!is_slice) return chain;
    return node_of(Node::Type::projection,
                   list_of(std::move(chain), TRY(projected(binding_power(Type::star)))));
  }

  Result<Node> select_list() {
    Node node{.type = Node::Type::select_list};
    for (;;) {
      node.children.push_back(TRY(expression(0)));
      if (is(Type::rbracket)) break;
      TRY(expect(Type::comma));
    }
    take();
    return node;
  }

  Result<Node> select_object() {
    Node node{.type = Node::Type::select_object};
    for (;;) {
      if (!is(Type::quoted_identifier) && !is(Type::unquoted_identifier)) {
        if (is(Type::eof)) return incomplete();
        return complain(current(),
                        "Expecting: ['quoted_identifier', 'unquoted_identifier'], got: " +
                            std::string(name(current().type)));
      }
      const std::string key = take().value.string();
      TRY(expect(Type::colon));
      Node pair = node_of(Node::Type::pair, list_of(TRY(expression(0))));
      pair.text = key;
      node.children.push_back(std::move(pair));
      if (is(Type::comma)) {
        take();
      } else if (is(Type::rbrace)) {
        take();
        return node;
      }
    }
  }

  Result<Node> call(Node left) {
    if (left.type != Node::Type::field) {
      const JmespathToken& before = tokens_[at_ - 2];
      return complain(before, "Invalid function name '" + python_text(before.value) + "'");
    }
    Node node{.type = Node::Type::function, .text = left.text};
    while (!is(Type::rparen)) {
      node.children.push_back(TRY(expression(0)));
      if (is(Type::comma)) take();
    }
    take();
    return node;
  }

  std::string_view expression_;
  std::vector<JmespathToken> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<JmespathNode> parse_jmespath(std::string_view expression) {
  return JmespathParser(expression, TRY(tokenize_jmespath(expression))).parse();
}

}  // namespace levada::cli
