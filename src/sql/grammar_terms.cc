// Terms: operators by precedence (PostgreSQL 15 manual, 4.1.6), special forms, calls.

#include <algorithm>

#include "sql/grammar.h"

namespace levada::sql {
namespace {

constexpr std::size_t chain_max = 3'000;  // operators side by side: trees lean to the left

int precedence_of(std::string_view sign) {
  if (sign == "<" || sign == ">" || sign == "=" || sign == "<=" || sign == ">=" || sign == "<>")
    return precedence_comparison;
  if (sign == "+" || sign == "-") return precedence_sum;
  if (sign == "*" || sign == "/" || sign == "%") return precedence_product;
  if (sign == "^") return precedence_power;
  return precedence_other;
}

}  // namespace

TermRef Grammar::make(TermKind kind, std::uint32_t position) const {
  auto term = std::make_unique<Term>();
  term->kind = kind;
  term->position = position;
  return term;
}

TermRef Grammar::closed(TermRef term) const {
  term->end = last_end();
  return term;
}

SqlResult<std::vector<TermRef>> Grammar::terms() {
  std::vector<TermRef> all;
  do {
    all.push_back(ATTEMPT(term()));
  } while (take_sign(","));
  return all;
}

SqlResult<TermRef> Grammar::term_above(int precedence) {
  const Deeper deeper(depth_);
  if (depth_ > depth_max) {
    SqlError error;
    error.sqlstate = "54001";
    error.message = "stack depth limit exceeded";
    error.hint = "the statement is nested too deeply";
    error.position = character_position(text_, here());
    return tl::unexpected(std::move(error));
  }
  TermRef left = ATTEMPT(prefix());
  for (std::size_t chain = 0;; ++chain) {
    if (chain > chain_max) return refuse("the expression is too long", here());
    bool went_on = false;
    left = ATTEMPT(infix(std::move(left), precedence, went_on));
    if (!went_on) return closed(std::move(left));
  }
}

SqlResult<TermRef> Grammar::prefix() {
  const std::uint32_t position = here();
  if (take("not")) {
    TermRef negation = make(TermKind::negation, position);
    negation->arguments.push_back(ATTEMPT(term_above(precedence_not - 1)));
    return closed(std::move(negation));
  }
  if (peek().kind == TokenKind::operator_ && !is_sign("|") && !is_sign("*")) {
    TermRef unary = make(TermKind::unary, position);
    unary->text = tokens_[at_++].text;
    const bool sign = unary->text == "-" || unary->text == "+";
    unary->arguments.push_back(ATTEMPT(term_above(sign ? precedence_sign : precedence_other)));
    return closed(std::move(unary));
  }
  return postfix(ATTEMPT(primary()));
}

// [i], [i:j], ::type, .field, .*
SqlResult<TermRef> Grammar::postfix(TermRef term) {
  for (std::size_t chain = 0;; ++chain) {
    if (chain > chain_max) return refuse("the expression is too long", here());
    const std::uint32_t position = term->position;
    if (take_sign("::")) {
      TermRef cast = make(TermKind::cast, position);
      cast->type = ATTEMPT(type_name());
      cast->arguments.push_back(std::move(term));
      term = closed(std::move(cast));
    } else if (is_sign("[")) {
      ++at_;
      TermRef low;
      if (!is_sign(":")) low = ATTEMPT(this->term());
      const bool slice = take_sign(":");
      TermRef made = make(slice ? TermKind::slice : TermKind::element, position);
      made->arguments.push_back(std::move(term));
      made->arguments.push_back(std::move(low));
      if (slice) {
        TermRef high;
        if (!is_sign("]")) high = ATTEMPT(this->term());
        made->arguments.push_back(std::move(high));
      }
      ATTEMPT(expect_sign("]"));
      term = closed(std::move(made));
    } else if (is_sign(".") && term->kind != TermKind::star) {
      ++at_;
      TermRef made;
      if (take_sign("*")) {
        made = make(TermKind::star, position);
      } else {
        made = make(TermKind::field, position);
        made->text = ATTEMPT(label());
      }
      made->arguments.push_back(std::move(term));
      term = closed(std::move(made));
    } else {
      return term;
    }
  }
}

SqlResult<TermRef> Grammar::infix(TermRef left, int precedence, bool& went_on) {
  const std::uint32_t position = left->position;
  const auto stronger = [&](int than) { return went_on = than > precedence; };
  if (peek().kind == TokenKind::word) {
    const bool negated = is("not") && (is("between", 1) || is("in", 1) || is("like", 1) ||
                                       is("ilike", 1) || is("similar", 1));
    const std::size_t ahead = negated ? 1 : 0;
    if (is("or") || is("and")) {
      const bool both = is("and");
      const int own = both ? precedence_and : precedence_or;
      if (!stronger(own)) return left;
      ++at_;
      TermRef right = ATTEMPT(term_above(own));
      const TermKind kind = both ? TermKind::all : TermKind::any;
      if (left->kind == kind) {
        left->arguments.push_back(std::move(right));
        return closed(std::move(left));
      }
      TermRef made = make(kind, position);
      made->arguments.push_back(std::move(left));
      made->arguments.push_back(std::move(right));
      return closed(std::move(made));
    }
    if (is("is")) {
      if (!stronger(precedence_is)) return left;
      ++at_;
      return is_test(std::move(left));
    }
    if (is("isnull") || is("notnull")) {
      if (!stronger(precedence_is)) return left;
      TermRef made = make(TermKind::is, position);
      made->negated = is("notnull");
      made->text = "null";
      ++at_;
      made->arguments.push_back(std::move(left));
      return closed(std::move(made));
    }
    if (is("between", ahead) || is("in", ahead) || is("like", ahead) || is("ilike", ahead) ||
        (is("similar", ahead) && is("to", ahead + 1))) {
      if (!stronger(precedence_like)) return left;
      at_ += ahead;
      if (take("between")) return between(std::move(left), negated);
      if (take("in")) return in(std::move(left), negated);
      return like(std::move(left), negated);
    }
    if (are({"at", "time", "zone"})) {
      if (!stronger(precedence_at)) return left;
      at_ += 3;
      TermRef made = make(TermKind::at_time_zone, position);
      made->arguments.push_back(std::move(left));
      made->arguments.push_back(ATTEMPT(term_above(precedence_at)));
      return closed(std::move(made));
    }
    if (is("collate")) {
      if (!stronger(precedence_collate)) return left;
      ++at_;
      const Name collation = ATTEMPT(qualified_name_or_default());
      TermRef made = make(TermKind::collate, position);
      made->text = collation.back();
      made->arguments.push_back(std::move(left));
      return closed(std::move(made));
    }
    if (is("operator") && is_sign("(", 1)) {
      if (!stronger(precedence_other)) return left;
      at_ += 2;
      while (peek().kind != TokenKind::operator_) {
        ATTEMPT(label());
        ATTEMPT(expect_sign("."));
      }
      const std::string sign = tokens_[at_++].text;
      ATTEMPT(expect_sign(")"));
      if (is_quantifier()) return quantified(std::move(left), sign, position);
      TermRef made = make(TermKind::binary, position);
      made->text = sign;
      made->arguments.push_back(std::move(left));
      made->arguments.push_back(ATTEMPT(term_above(precedence_other)));
      return closed(std::move(made));
    }
    return left;
  }
  if (peek().kind != TokenKind::operator_) return left;
  const std::string sign = peek().text;
  const int own = precedence_of(sign);
  if (!stronger(own)) return left;
  const std::uint32_t sign_position = here();
  ++at_;
  if (is_quantifier()) return quantified(std::move(left), sign, sign_position);
  TermRef made = make(TermKind::binary, sign_position);
  made->text = sign;
  made->arguments.push_back(std::move(left));
  made->arguments.push_back(ATTEMPT(term_above(own)));
  return closed(std::move(made));
}

SqlResult<TermRef> Grammar::is_test(TermRef left) {
  const std::uint32_t position = left->position;
  const bool negated = take("not");
  if (take({"distinct", "from"})) {
    TermRef made = make(TermKind::distinct, position);
    made->negated = negated;
    made->arguments.push_back(std::move(left));
    made->arguments.push_back(ATTEMPT(term_above(precedence_is)));
    return closed(std::move(made));
  }
  TermRef made = make(TermKind::is, position);
  made->negated = negated;
  if (is("null") || is("true") || is("false") || is("unknown"))
    made->text = tokens_[at_++].text;
  else if (take("json")) {
    made->text = "json";
    for (const char* kind : {"object", "array", "scalar", "value"})
      if (take(kind)) made->text = std::string("json ") + kind;
  } else
    return unexpected_token();
  made->arguments.push_back(std::move(left));
  return closed(std::move(made));
}

SqlResult<TermRef> Grammar::between(TermRef left, bool negated) {
  TermRef made = make(TermKind::between, left->position);
  made->negated = negated;
  made->symmetric = take("symmetric");
  if (!made->symmetric) take("asymmetric");
  made->arguments.push_back(std::move(left));
  made->arguments.push_back(ATTEMPT(term_above(precedence_like)));
  ATTEMPT(expect("and"));
  made->arguments.push_back(ATTEMPT(term_above(precedence_like)));
  return closed(std::move(made));
}

SqlResult<TermRef> Grammar::in(TermRef left, bool negated) {
  const std::uint32_t position = left->position;
  if (is_sign("(") && at_query()) {
    ++at_;
    TermRef made = make(TermKind::in_query, position);
    made->negated = negated;
    made->arguments.push_back(std::move(left));
    made->query = ATTEMPT(query());
    ATTEMPT(expect_sign(")"));
    return closed(std::move(made));
  }
  ATTEMPT(expect_sign("("));
  TermRef made = make(TermKind::in_list, position);
  made->negated = negated;
  made->arguments.push_back(std::move(left));
  do {
    made->arguments.push_back(ATTEMPT(term()));
  } while (take_sign(","));
  ATTEMPT(expect_sign(")"));
  return closed(std::move(made));
}

SqlResult<TermRef> Grammar::like(TermRef left, bool negated) {
  TermRef made = make(TermKind::like, left->position);
  made->negated = negated;
  if (take({"similar", "to"})) {
    made->text = "similar";
  } else {
    made->text = tokens_[at_++].text;
    if (is_quantifier()) {
      const std::string sign =
          (negated ? "!~~" : "~~") + std::string(made->text == "ilike" ? "*" : "");
      return quantified(std::move(left), sign, made->position);
    }
  }
  made->arguments.push_back(std::move(left));
  made->arguments.push_back(ATTEMPT(term_above(precedence_like)));
  if (take("escape")) made->arguments.push_back(ATTEMPT(term_above(precedence_like)));
  return closed(std::move(made));
}

SqlResult<TermRef> Grammar::quantified(TermRef left, std::string sign, std::uint32_t position) {
  TermRef made = make(TermKind::quantified, position);
  made->text = std::move(sign);
  made->every = is("all");
  ++at_;
  made->arguments.push_back(std::move(left));
  if (is_sign("(") && at_query()) {
    ++at_;
    made->query = ATTEMPT(query());
  } else {
    ATTEMPT(expect_sign("("));
    made->arguments.push_back(ATTEMPT(term()));
  }
  ATTEMPT(expect_sign(")"));
  return closed(std::move(made));
}

// At an opening parenthesis: does a query stand in it?
bool Grammar::at_query() const {
  std::size_t ahead = 0;
  while (is_sign("(", ahead)) ++ahead;
  const bool begins = is("select", ahead) || is("with", ahead) || is("values", ahead) ||
                      (is("table", ahead) && peek(ahead + 1).kind == TokenKind::word);
  return begins && (ahead == 1 || !no_query_at_.contains(at_));
}

SqlResult<TermRef> Grammar::parenthesized() {
  const std::uint32_t position = here();
  if (at_query()) {
    const std::size_t begin = at_;
    ++at_;
    auto inside = query();
    if (inside && take_sign(")")) {
      TermRef made = make(TermKind::subquery, position);
      made->query = std::move(*inside);
      return closed(std::move(made));
    }
    // ((SELECT 1) + 1) begins like a query and is none.
    if (tokens_[begin + 1].text != "(") {
      if (!inside) return tl::unexpected(inside.error());
      return unexpected_token();
    }
    no_query_at_.insert(begin);
    at_ = begin;
  }
  ATTEMPT(expect_sign("("));
  if (is_sign(")")) {
    ++at_;
    return closed(make(TermKind::row, position));
  }
  TermRef inside = ATTEMPT(term());
  if (take_sign(")")) {
    inside->position = position;
    // (a OR b) AND c: what is closed takes nothing more in.
    if (inside->kind == TermKind::all || inside->kind == TermKind::any ||
        inside->kind == TermKind::column) {
      TermRef group = make(TermKind::group, position);
      group->arguments.push_back(std::move(inside));
      return closed(std::move(group));
    }
    return closed(std::move(inside));
  }
  TermRef row = make(TermKind::row, position);
  row->arguments.push_back(std::move(inside));
  while (take_sign(",")) row->arguments.push_back(ATTEMPT(term()));
  ATTEMPT(expect_sign(")"));
  return closed(std::move(row));
}

SqlResult<TermRef> Grammar::primary() {
  const Token& token = peek();
  switch (token.kind) {
    case TokenKind::number:
    case TokenKind::string:
    case TokenKind::bit_string:
    case TokenKind::parameter: {
      TermRef made = make(token.kind == TokenKind::number       ? TermKind::number
                          : token.kind == TokenKind::string     ? TermKind::string
                          : token.kind == TokenKind::bit_string ? TermKind::bit_string
                                                                : TermKind::parameter,
                          token.begin);
      made->text = token.text;
      ++at_;
      return closed(std::move(made));
    }
    case TokenKind::punctuation:
      if (is_sign("(")) return parenthesized();
      return unexpected_token();
    case TokenKind::operator_:
      if (is_sign("*")) {
        TermRef star = make(TermKind::star, token.begin);
        ++at_;
        return closed(std::move(star));
      }
      if (is_sign("|")) return lambda();
      return unexpected_token();
    case TokenKind::word:
    case TokenKind::quoted:
      return word_term();
    case TokenKind::end:
      break;
  }
  return unexpected_token();
}

}  // namespace levada::sql
