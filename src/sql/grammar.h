#pragma once
// Grammar: the parser's rules over tokens, one function a rule; internal to sql/. Rules of terms,
// queries, definitions and the other statements are in files of their own.

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <set>
#include <string_view>
#include <vector>

#include "base/attempt.h"
#include "base/result.h"
#include "sql/parser.h"
#include "sql/token.h"

namespace levada::sql {

using query::SqlError;
using query::SqlResult;

bool contains(const auto& list, std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

// Bind weaker to stronger.
enum Precedence : int {
  precedence_or = 1,
  precedence_and = 2,
  precedence_not = 3,
  precedence_is = 4,
  precedence_comparison = 5,
  precedence_like = 6,
  precedence_other = 7,
  precedence_sum = 8,
  precedence_product = 9,
  precedence_power = 10,
  precedence_at = 11,
  precedence_collate = 12,
  precedence_sign = 13,
};

class Grammar {
 public:
  Grammar(std::string_view text, std::vector<Token> tokens)
      : text_(text), tokens_(std::move(tokens)) {}

  SqlResult<std::vector<Statement>> statements();
  SqlResult<Statement> statement();

  // Terms.
  SqlResult<TermRef> term() { return term_above(0); }
  SqlResult<std::vector<TermRef>> terms();  // by commas
  SqlResult<TypeName> type_name();

  // Queries.
  SqlResult<std::shared_ptr<Query>> query();

  SqlResult<Unit> expect_end();

 private:
  // Tokens.
  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  bool is(std::string_view word, std::size_t ahead = 0) const {
    return peek(ahead).kind == TokenKind::word && peek(ahead).text == word;
  }
  bool is_sign(std::string_view sign, std::size_t ahead = 0) const {
    const TokenKind kind = peek(ahead).kind;
    return (kind == TokenKind::punctuation || kind == TokenKind::operator_) &&
           peek(ahead).text == sign;
  }
  bool are(std::initializer_list<std::string_view> words) const;
  bool take(std::string_view word);
  bool take(std::initializer_list<std::string_view> words);
  bool take_sign(std::string_view sign);
  SqlResult<Unit> expect(std::string_view word);
  SqlResult<Unit> expect(std::initializer_list<std::string_view> words);
  SqlResult<Unit> expect_sign(std::string_view sign);
  tl::unexpected<SqlError> unexpected_token() const;
  tl::unexpected<SqlError> refuse(std::string message, std::size_t byte) const;
  std::uint32_t here() const { return peek().begin; }
  std::uint32_t last_end() const { return at_ == 0 ? 0 : tokens_[at_ - 1].end; }
  std::string_view text_of(std::uint32_t begin, std::uint32_t end) const {
    return text_.substr(begin, end - begin);
  }

  // Names.
  bool at_name() const;  // an identifier that is not reserved, or a quoted one
  SqlResult<std::string> name();
  SqlResult<std::string> label();  // any word: behind AS and after a dot
  SqlResult<Name> qualified_name();
  SqlResult<Name> qualified_name_or_default();  // any words: a collation's
  SqlResult<std::vector<std::string>> names_in_parentheses(
      std::vector<std::uint32_t>* positions = nullptr);
  SqlResult<std::string> string();
  SqlResult<std::string> option_value();
  SqlResult<Options> options_in_parentheses();
  bool take_if_exists();
  bool take_if_not_exists();

  // Counts how deep rules are nested.
  struct Deeper {
    explicit Deeper(int& now) : depth(now) { ++depth; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    ~Deeper() { --depth; }
    int& depth;
  };
  static constexpr int depth_max = 300;  // of nested terms and types

  // Terms (grammar_terms.cc, grammar_calls.cc, grammar_type_names.cc).
  SqlResult<TermRef> term_above(int precedence);
  SqlResult<TermRef> prefix();
  SqlResult<TermRef> primary();
  SqlResult<TermRef> postfix(TermRef term);
  SqlResult<TermRef> infix(TermRef left, int precedence, bool& went_on);
  SqlResult<TermRef> is_test(TermRef left);
  SqlResult<TermRef> between(TermRef left, bool negated);
  SqlResult<TermRef> in(TermRef left, bool negated);
  SqlResult<TermRef> like(TermRef left, bool negated);
  bool is_quantifier() const { return (is("any") || is("some") || is("all")) && is_sign("(", 1); }
  SqlResult<TermRef> quantified(TermRef left, std::string sign, std::uint32_t position);
  SqlResult<TermRef> parenthesized();
  SqlResult<TermRef> case_term();
  SqlResult<TermRef> cast_call();
  SqlResult<TermRef> array_term();
  SqlResult<TermRef> map_term();
  SqlResult<TermRef> lambda();
  TermRef transformed(TermRef list, TermRef again, TermRef lambda) const;
  TermRef filtered(TermRef map, TermRef lambda) const;
  SqlResult<TermRef> interval_literal();
  SqlResult<TermRef> word_term();
  SqlResult<TermRef> call(Name names, std::uint32_t position, bool quoted);
  SqlResult<std::optional<TermRef>> special_call(const std::string& name, std::uint32_t position);
  SqlResult<Unit> complete_make_interval(Term& call) const;
  SqlResult<Unit> call_suffix(Term& call);
  SqlResult<WindowClause> window_clause();
  SqlResult<FrameClause> frame_clause();
  SqlResult<FrameBound> frame_bound();
  TermRef make(TermKind kind, std::uint32_t position) const;
  TermRef closed(TermRef term) const;
  bool at_query() const;
  bool at_type_literal() const;

  // Queries (grammar_queries.cc).
  SqlResult<std::shared_ptr<Query>> set_query(int precedence);
  SqlResult<std::shared_ptr<Query>> query_primary();
  SqlResult<Select> select();
  SqlResult<std::vector<SelectItem>> select_items();
  SqlResult<ValuesList> values();
  SqlResult<std::vector<OrderItem>> order_items();
  SqlResult<Unit> query_tail(Query& query);
  SqlResult<std::vector<CommonTable>> common_tables(bool& recursive);
  SqlResult<TableRefPtr> table_ref();
  SqlResult<TableRefPtr> table_primary();
  SqlResult<TableRefPtr> window_table(std::string kind);
  SqlResult<Unit> table_alias(TableRef& table);
  SqlResult<std::optional<JoinType>> join_type(bool& natural);
  SqlResult<GroupItem> group_item();

  // Statements (grammar_statements.cc, grammar_definitions.cc).
  SqlResult<Statement> statement_form();
  SqlResult<Statement> create();
  SqlResult<CreateTable> create_table(bool is_source, bool or_replace, bool temporary);
  SqlResult<Unit> table_elements(CreateTable& table);
  SqlResult<ColumnDefinition> column_definition();
  SqlResult<Unit> column_constraints(ColumnDefinition& column);
  SqlResult<CreateView> create_view(bool materialized, bool or_replace);
  SqlResult<CreateSink> create_sink(bool replace);
  SqlResult<CreateSink> create_subscription();
  SqlResult<DeclareCursor> declare();
  SqlResult<CreateIndex> create_index();
  SqlResult<CreateFunction> create_function(bool or_replace);
  SqlResult<FunctionArgument> function_argument();
  SqlResult<std::optional<std::vector<TypeName>>> function_signature();
  SqlResult<CreateSecret> create_secret(bool alters);
  bool at_secret_value() const;
  SqlResult<FormatClause> format_clause();
  SqlResult<ObjectKind> object_kind();
  SqlResult<UserOptions> user_options();
  SqlResult<Grant> grant();
  SqlResult<Drop> drop();
  SqlResult<Alter> alter();
  SqlResult<Unit> column_change(Alter& made);
  SqlResult<AlterSystem> alter_system();
  SqlResult<std::vector<Assignment>> assignments();
  SqlResult<Insert> insert();
  SqlResult<Update> update();
  SqlResult<Delete> delete_();
  SqlResult<Truncate> truncate();
  SqlResult<Show> show();
  SqlResult<Explain> explain();
  SqlResult<Statement> set();
  SqlResult<Copy> copy();
  std::optional<std::int64_t> signed_number();
  SqlResult<Fetch> fetch();
  SqlResult<Comment> comment();
  SqlResult<Command> command();
  bool take_emit_on_window_close();
  bool at_emit() const { return is("emit") && (is("on", 1) || is("immediately", 1)); }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;  // of terms
  int query_depth_ = 0;
  std::set<std::size_t> no_query_at_;  // tokens where a parenthesis turned out to hold no query
};

bool is_reserved(std::string_view word);

}  // namespace levada::sql
