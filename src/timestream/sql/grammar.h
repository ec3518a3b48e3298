#pragma once
// The grammar as methods, one a rule; only for parser.cc (statements) and expression_parser.cc.

#include <algorithm>
#include <initializer_list>

#include "timestream/sql/parser.h"

namespace levada::timestream::sql {

// Of nesting, and of what chains of operators, joins and unions grow to; keep the stack small.
inline constexpr int depth_max = 200, height_max = 300;
inline constexpr std::size_t sources_max = 100, unions_max = 100;

using BodyPointer = std::unique_ptr<QueryBody>;

bool is_reserved(const Token& token);  // cannot be an alias
NodePointer node_of(NodeKind kind, Place place, std::string text = {});
NodePointer literal_of(Place place, Type type, Value value);

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Result<Statement> statement();

 private:
  const Token& here(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  bool take(std::string_view word) {
    if (!here().is(word)) return false;
    ++at_;
    return true;
  }
  Result<Unit> need(std::string_view word) {
    if (take(word)) return Unit{};
    return refuse_at(here().place, "mismatched input '" + here().text + "'. Expecting: '" +
                                       std::string(word) + "'");
  }
  tl::unexpected<Error> unexpected_here() const {
    return refuse_at(here().place, "mismatched input '" + here().text + "'");
  }
  Result<std::string> name();
  Result<std::string> string();
  struct Deeper {
    int& depth;
    explicit Deeper(int& d) : depth(++d) {}
    ~Deeper() { --depth; }
  };
  Result<Unit> check_depth() const {
    if (depth_ <= depth_max) return Unit{};
    return refuse_at(here().place, "the query is nested too deeply");
  }

  Result<Unit> table_name(std::string& database, std::string& table);
  Result<Unit> show(Statement& statement);
  Result<std::unique_ptr<Query>> query();
  Result<std::vector<OrderItem>> order_items();
  Result<Unit> check_height(Node& node) const {
    if (height_of(node) <= height_max) return Unit{};
    return refuse_at(node.place, "the expression is nested too deeply");
  }

  template <class Operand>
  Result<BodyPointer> set_operations(std::initializer_list<std::string_view> words,
                                     const Operand& operand) {
    BodyPointer left = TRY(operand());
    for (;;) {
      const auto word =
          std::ranges::find_if(words, [&](std::string_view w) { return here().is(w); });
      if (word == words.end()) return left;
      auto both = std::make_unique<QueryBody>();
      both->place = here().place;
      both->operation = *word;
      if (++unions_ > unions_max) return refuse_at(both->place, "too many set operations");
      ++at_;
      both->all = take("all");
      if (!both->all) take("distinct");
      both->left = std::move(left);
      both->right = TRY(operand());
      left = std::move(both);
    }
  }
  Result<BodyPointer> union_body();
  Result<BodyPointer> primary_body();
  Result<std::unique_ptr<Select>> select();
  Result<SelectItem> select_item();
  Result<std::unique_ptr<Source>> sources();
  Result<std::unique_ptr<Source>> joined();
  Result<std::unique_ptr<Source>> source();
  // Expressions, loosest first.
  Result<NodePointer> expression();
  Result<NodePointer> lambda();
  template <class Operand>
  Result<NodePointer> binary_chain(std::initializer_list<std::string_view> signs,
                                   const Operand& operand) {
    NodePointer left = TRY(operand());
    for (;;) {
      const auto sign =
          std::ranges::find_if(signs, [&](std::string_view s) { return here().is(s); });
      if (sign == signs.end()) return left;
      NodePointer both = node_of(NodeKind::binary, here().place, std::string(*sign));
      ++at_;
      both->children.push_back(std::move(left));
      both->children.push_back(TRY(operand()));
      TRY(check_height(*both));
      left = std::move(both);
    }
  }

  Result<NodePointer> conjunction();
  Result<NodePointer> negation();
  Result<NodePointer> predicate();
  Result<NodePointer> sum();
  Result<NodePointer> product();
  Result<NodePointer> sign();
  Result<NodePointer> postfix();
  Result<NodePointer> primary();
  Result<NodePointer> parenthesized(Place place);
  // What begins with a word: a literal, a special form, a call or a column.
  Result<NodePointer> named();
  Result<NodePointer> column();
  Result<NodePointer> condition();
  Result<NodePointer> cast(const std::string& word);
  Result<Type> type();
  Result<NodePointer> interval();
  Result<NodePointer> call();
  Result<std::unique_ptr<Window>> window();
  Result<FrameEnd> frame_end();
  Result<Unit> group_by(Select& select);
  Result<Unit> unload(Statement& statement);
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::size_t sources_ = 0, unions_ = 0;
};

}  // namespace levada::timestream::sql
