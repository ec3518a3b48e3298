// The grammar of expressions, loosest first.

#include <array>
#include <charconv>

#include "timestream/sql/grammar.h"

namespace levada::timestream::sql {
namespace {

constexpr std::string_view reserved[] = {
    "select", "from", "where",   "group",   "having", "order",  "limit",   "union", "intersect",
    "except", "on",   "using",   "join",    "inner",  "left",   "right",   "full",  "cross",
    "and",    "or",   "not",     "between", "in",     "is",     "like",    "case",  "when",
    "then",   "else", "end",     "as",      "with",   "by",     "exists",  "null",  "true",
    "false",  "cast", "natural", "values",  "unnest", "escape", "distinct"};

}  // namespace

bool is_reserved(const Token& token) {
  return token.kind == TokenKind::name &&
         std::ranges::find(reserved, lower(token.text)) != std::end(reserved);
}

NodePointer node_of(NodeKind kind, Place place, std::string text) {
  auto node = std::make_unique<Node>(Node{.kind = kind, .place = place});
  node->text = std::move(text);
  return node;
}

NodePointer literal_of(Place place, Type type, Value value) {
  NodePointer node = node_of(NodeKind::literal, place);
  node->type = std::move(type);
  node->value = std::move(value);
  return node;
}

Result<std::string> Parser::name() {
  if (here().kind == TokenKind::quoted || (here().kind == TokenKind::name && !is_reserved(here())))
    return tokens_[at_++].text;
  return refuse_at(here().place, "mismatched input '" + here().text + "'. Expecting: <identifier>");
}

Result<std::string> Parser::string() {
  if (here().kind == TokenKind::string) return tokens_[at_++].text;
  return refuse_at(here().place, "mismatched input '" + here().text + "'. Expecting: <string>");
}

Result<NodePointer> Parser::expression() {
  const Deeper deeper(depth_);
  TRY(check_depth());
  if (here(1).is("->") && here().kind == TokenKind::name) return lambda();
  if (here().is("(")) {  // (a, b) -> …
    std::size_t ahead = 1;
    while (here(ahead).kind == TokenKind::name && here(ahead + 1).is(",")) ahead += 2;
    if (here(ahead).kind == TokenKind::name && here(ahead + 1).is(")") && here(ahead + 2).is("->"))
      return lambda();
  }
  NodePointer node = TRY(binary_chain({"or"}, [this] { return conjunction(); }));
  TRY(check_height(*node));
  return node;
}

Result<NodePointer> Parser::lambda() {
  NodePointer node = node_of(NodeKind::lambda, here().place);
  if (take("(")) {
    do node->names.push_back(TRY(name()));
    while (take(","));
    TRY(need(")"));
  } else {
    node->names.push_back(TRY(name()));
  }
  TRY(need("->"));
  node->children.push_back(TRY(expression()));
  return node;
}

Result<NodePointer> Parser::conjunction() {
  return binary_chain({"and"}, [this] { return negation(); });
}

Result<NodePointer> Parser::negation() {
  const Deeper deeper(depth_);
  TRY(check_depth());
  const Place place = here().place;
  if (!take("not")) return predicate();
  NodePointer node = node_of(NodeKind::unary, place, "not");
  node->children.push_back(TRY(negation()));
  return node;
}

Result<NodePointer> Parser::predicate() {
  NodePointer left = TRY(sum());
  for (;;) {
    const Place place = here().place;
    if (here().is("=") || here().is("<>") || here().is("!=") || here().is("<") || here().is("<=") ||
        here().is(">") || here().is(">=")) {
      std::string sign = here().text == "!=" ? "<>" : here().text;
      ++at_;
      NodePointer node = node_of(NodeKind::binary, place, std::move(sign));
      node->children.push_back(std::move(left));
      if ((here().is("all") || here().is("any") || here().is("some")) && here(1).is("(")) {
        node->kind = NodeKind::quantified;
        node->every = here().is("all");
        at_ += 2;
        node->query = TRY(query());
        TRY(need(")"));
      } else {
        node->children.push_back(TRY(sum()));
      }
      left = std::move(node);
      continue;
    }
    if (take("is")) {
      NodePointer node = node_of(NodeKind::is_null, place);
      node->negated = take("not");
      if (take("distinct")) {
        TRY(need("from"));
        node->kind = NodeKind::call;
        node->text = node->negated ? "$same" : "$distinct";
        node->negated = false;
        node->children.push_back(std::move(left));
        node->children.push_back(TRY(sum()));
      } else {
        TRY(need("null"));
        node->children.push_back(std::move(left));
      }
      left = std::move(node);
      continue;
    }
    const bool negated =
        here().is("not") && (here(1).is("between") || here(1).is("in") || here(1).is("like"));
    if (negated) take("not");
    if (take("between")) {
      NodePointer node = node_of(NodeKind::between, place);
      node->children.push_back(std::move(left));
      node->children.push_back(TRY(sum()));
      TRY(need("and"));
      node->children.push_back(TRY(sum()));
      left = std::move(node);
    } else if (take("like")) {
      NodePointer node = node_of(NodeKind::like, place);
      node->children.push_back(std::move(left));
      node->children.push_back(TRY(sum()));
      if (take("escape")) node->children.push_back(TRY(sum()));
      left = std::move(node);
    } else if (take("in")) {
      TRY(need("("));
      NodePointer node = node_of(NodeKind::in_list, place);
      node->children.push_back(std::move(left));
      if (here().is("select") || here().is("with") || here().is("values")) {
        node->kind = NodeKind::in_query;
        node->query = TRY(query());
      } else {
        do node->children.push_back(TRY(expression()));
        while (take(","));
      }
      TRY(need(")"));
      left = std::move(node);
    } else {
      return left;
    }
    left->negated = negated;
  }
}

Result<NodePointer> Parser::sum() {
  return binary_chain({"+", "-", "||"}, [this] { return product(); });
}

Result<NodePointer> Parser::product() {
  return binary_chain({"*", "/", "%"}, [this] { return sign(); });
}

Result<NodePointer> Parser::sign() {
  const Deeper deeper(depth_);
  TRY(check_depth());
  const Place place = here().place;
  if (take("+")) return sign();
  if (!take("-")) return postfix();
  NodePointer node = node_of(NodeKind::unary, place, "-");
  node->children.push_back(TRY(sign()));
  return node;
}

Result<NodePointer> Parser::postfix() {
  NodePointer node = TRY(primary());
  for (;;) {
    const Place place = here().place;
    if (take("[")) {
      NodePointer outer = node_of(NodeKind::subscript, place);
      outer->children.push_back(std::move(node));
      outer->children.push_back(TRY(expression()));
      TRY(need("]"));
      node = std::move(outer);
    } else if (here().is(".") && node->kind != NodeKind::literal) {
      ++at_;
      NodePointer outer = node_of(NodeKind::field, place, TRY(name()));
      outer->children.push_back(std::move(node));
      node = std::move(outer);
    } else {
      return node;
    }
  }
}

Result<NodePointer> Parser::primary() {
  const Token& token = here();
  const Place place = token.place;
  switch (token.kind) {
    case TokenKind::string:
      ++at_;
      return literal_of(place, {Kind::varchar}, Value(std::string(token.text)));
    case TokenKind::whole: {
      ++at_;
      std::int64_t number = 0;
      const auto end =
          std::from_chars(token.text.data(), token.text.data() + token.text.size(), number);
      if (end.ec != std::errc()) return refuse_at(place, "Invalid numeric literal: " + token.text);
      const bool small = number <= 2147483647;
      return literal_of(place, {small ? Kind::integer : Kind::bigint}, Value(number));
    }
    case TokenKind::fraction: {
      ++at_;
      double number = 0;
      std::from_chars(token.text.data(), token.text.data() + token.text.size(), number);
      return literal_of(place, {Kind::real}, Value(number));
    }
    case TokenKind::duration: {
      ++at_;
      const auto duration = duration_of(token.text);
      if (!duration) return refuse_at(place, "Invalid interval literal: " + token.text);
      return literal_of(place, {duration->months ? Kind::interval_month : Kind::interval_day},
                        Value(duration->size));
    }
    case TokenKind::name:
      return named();
    case TokenKind::quoted:
      return column();
    case TokenKind::sign:
      if (take("(")) return parenthesized(place);
      if (token.text == "@" && here(1).kind == TokenKind::name) {
        NodePointer node = node_of(NodeKind::parameter, place, here(1).text);
        at_ += 2;
        return node;
      }
      break;
    case TokenKind::end:
      break;
  }
  return unexpected_here();
}

Result<NodePointer> Parser::parenthesized(Place place) {
  if (here().is("select") || here().is("with")) {
    NodePointer node = node_of(NodeKind::scalar, place);
    node->query = TRY(query());
    TRY(need(")"));
    return node;
  }
  NodePointer first = TRY(expression());
  if (take(")")) return first;
  NodePointer row = node_of(NodeKind::row, place);
  row->children.push_back(std::move(first));
  while (take(",")) row->children.push_back(TRY(expression()));
  TRY(need(")"));
  return row;
}

Result<NodePointer> Parser::named() {
  const Token& token = here();
  const Place place = token.place;
  const std::string word = lower(token.text);
  if (take("null")) return literal_of(place, {Kind::unknown}, Value());
  if (take("true")) return literal_of(place, {Kind::boolean}, Value(true));
  if (take("false")) return literal_of(place, {Kind::boolean}, Value(false));
  if (word == "case") return condition();
  if ((word == "cast" || word == "try_cast") && here(1).is("(")) return cast(word);
  if (word == "exists" && here(1).is("(")) {
    at_ += 2;
    NodePointer node = node_of(NodeKind::exists, place);
    node->query = TRY(query());
    TRY(need(")"));
    return node;
  }
  if (word == "interval" && here(1).kind == TokenKind::string) return interval();
  if (here(1).kind == TokenKind::string &&
      (word == "timestamp" || word == "date" || word == "time" || word == "double")) {
    NodePointer node = node_of(NodeKind::cast, place, "literal");
    node->type = {word == "timestamp" ? Kind::timestamp
                  : word == "date"    ? Kind::date
                  : word == "time"    ? Kind::time
                                      : Kind::real};
    ++at_;
    node->children.push_back(TRY(primary()));
    return node;
  }
  if (word == "array" && here(1).is("[")) {
    at_ += 2;
    NodePointer node = node_of(NodeKind::array, place);
    if (take("]")) return node;
    do node->children.push_back(TRY(expression()));
    while (take(","));
    TRY(need("]"));
    return node;
  }
  if (word == "row" && here(1).is("(")) {
    at_ += 2;
    NodePointer node = node_of(NodeKind::row, place);
    do node->children.push_back(TRY(expression()));
    while (take(","));
    TRY(need(")"));
    return node;
  }
  if (here(1).is("(")) return call();
  for (const std::string_view bare :
       {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"})
    if (word == bare) {
      ++at_;
      return node_of(NodeKind::call, place, word);
    }
  if (is_reserved(token)) return unexpected_here();
  return column();
}

Result<NodePointer> Parser::column() {
  NodePointer node = node_of(NodeKind::column, here().place);
  node->text = TRY(name());
  if (here().is(".") && (here(1).kind == TokenKind::name || here(1).kind == TokenKind::quoted)) {
    ++at_;
    node->qualifier = std::move(node->text);
    node->text = tokens_[at_++].text;
  }
  if (lower(node->text) == "measure_value" && take("::")) {
    node->text = "measure_value::" + lower(TRY(name()));
  }
  return node;
}

Result<NodePointer> Parser::condition() {
  NodePointer node = node_of(NodeKind::condition, here().place);
  take("case");
  node->has_operand = !here().is("when");
  if (node->has_operand) node->children.push_back(TRY(expression()));
  do {
    TRY(need("when"));
    node->children.push_back(TRY(expression()));
    TRY(need("then"));
    node->children.push_back(TRY(expression()));
  } while (here().is("when"));
  node->has_else = take("else");
  if (node->has_else) node->children.push_back(TRY(expression()));
  TRY(need("end"));
  return node;
}

Result<NodePointer> Parser::cast(const std::string& word) {
  NodePointer node = node_of(NodeKind::cast, here().place, word);
  at_ += 2;
  node->children.push_back(TRY(expression()));
  TRY(need("as"));
  node->type = TRY(type());
  TRY(need(")"));
  return node;
}

Result<Type> Parser::type() {
  const Deeper deeper(depth_);
  TRY(check_depth());
  const Token token = here();
  const std::string word = lower(token.text);
  ++at_;
  struct Named {
    std::string_view name;
    Kind kind;
  };
  constexpr Named simple[] = {{"boolean", Kind::boolean}, {"integer", Kind::integer},
                              {"int", Kind::integer},     {"bigint", Kind::bigint},
                              {"double", Kind::real},     {"varchar", Kind::varchar},
                              {"date", Kind::date},       {"timestamp", Kind::timestamp},
                              {"time", Kind::time},       {"unknown", Kind::unknown}};
  for (const Named& named : simple)
    if (word == named.name) {
      if (named.kind == Kind::varchar && take("(")) {
        ++at_;
        TRY(need(")"));
      }
      return Type{named.kind};
    }
  if (word == "interval") {
    const bool months = here().is("year");
    at_ += 3;
    return Type{months ? Kind::interval_month : Kind::interval_day};
  }
  if (word == "array" || word == "timeseries") {
    const std::string_view open = here().is("<") ? "<" : "(";
    TRY(need(open));
    Type element = TRY(type());
    TRY(need(open == "<" ? ">" : ")"));
    return word == "array" ? array_of(std::move(element)) : series_of(std::move(element));
  }
  if (word == "row") {
    TRY(need("("));
    Type row{Kind::row};
    do {
      std::string member;
      if (here(1).kind == TokenKind::name) member = TRY(name());
      Type each = TRY(type());
      row.fields.push_back({std::move(member), std::move(each)});
    } while (take(","));
    TRY(need(")"));
    return row;
  }
  return refuse_at(token.place, "Unknown type: " + token.text);
}

Result<NodePointer> Parser::interval() {
  const Place place = here().place;
  ++at_;
  std::string text = TRY(string());
  const std::string unit = lower(here().text);
  ++at_;
  const bool negative = text.starts_with('-');
  if (negative) text.erase(0, 1);
  const auto duration = duration_of(text + unit);
  if (!duration) return refuse_at(place, "Invalid interval literal: " + text + " " + unit);
  return literal_of(place, {duration->months ? Kind::interval_month : Kind::interval_day},
                    Value(negative ? -duration->size : duration->size));
}

Result<NodePointer> Parser::call() {
  NodePointer node = node_of(NodeKind::call, here().place, lower(here().text));
  at_ += 2;
  if (node->text == "extract") {
    NodePointer unit = literal_of(here().place, {Kind::varchar}, Value(lower(here().text)));
    ++at_;
    TRY(need("from"));
    node->text = std::get<Text>(unit->value.is)->c_str();
    node->children.push_back(TRY(expression()));
    TRY(need(")"));
    return node;
  }
  if (node->text == "position") {
    NodePointer part = TRY(sum());
    TRY(need("in"));
    node->text = "strpos";
    node->children.push_back(TRY(expression()));
    node->children.push_back(std::move(part));
    TRY(need(")"));
    return node;
  }
  if (take("*")) {
    node->star = true;
    TRY(need(")"));
  } else if (!take(")")) {
    node->distinct = take("distinct");
    do node->children.push_back(TRY(expression()));
    while (take(","));
    if (take("order")) {
      TRY(need("by"));
      node->order = TRY(order_items());
    }
    TRY(need(")"));
  }
  if ((here().is("ignore") || here().is("respect")) && here(1).is("nulls")) {
    node->ignore_nulls = here().is("ignore");
    at_ += 2;
  }
  if (here().is("filter") && here(1).is("(")) {
    at_ += 2;
    TRY(need("where"));
    node->filter = TRY(expression());
    TRY(need(")"));
  }
  if (take("over")) node->window = TRY(window());
  return node;
}

}  // namespace levada::timestream::sql
