// Terms: operators by precedence (PostgreSQL 15 manual, 4.1.6), special forms, calls.

#include <algorithm>

#include "sql/grammar.h"

namespace levada::sql {
namespace {

// Bind weaker to stronger.
enum : int {
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

constexpr int depth_max = 300;            // of nested terms and queries
constexpr std::size_t chain_max = 3'000;  // operators side by side: trees lean to the left

int precedence_of(std::string_view sign) {
  if (sign == "<" || sign == ">" || sign == "=" || sign == "<=" || sign == ">=" || sign == "<>")
    return precedence_comparison;
  if (sign == "+" || sign == "-") return precedence_sum;
  if (sign == "*" || sign == "/" || sign == "%") return precedence_product;
  if (sign == "^") return precedence_power;
  return precedence_other;
}

// Functions that are called without parentheses.
constexpr std::string_view bare_functions[] = {
    "current_catalog", "current_date",      "current_role", "current_schema",
    "current_time",    "current_timestamp", "current_user", "localtime",
    "localtimestamp",  "session_user",      "user"};

constexpr std::string_view interval_units[] = {"year",    "month",   "day",    "hour", "minute",
                                               "second",  "years",   "months", "days", "hours",
                                               "minutes", "seconds", "week",   "weeks"};

bool contains(auto& list, std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

}  // namespace

// Counts how deep rules are nested.
struct Grammar::Deeper {
  explicit Deeper(int& depth) : depth(depth) { ++depth; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;
  ~Deeper() { --depth; }
  int& depth;
};

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
  if ((is("any") || is("some") || is("all")) && is_sign("(", 1))
    return quantified(std::move(left), sign, sign_position);
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
    if ((is("any") || is("some") || is("all")) && is_sign("(", 1)) {
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

// |a, b| term
SqlResult<TermRef> Grammar::lambda() {
  TermRef made = make(TermKind::lambda, here());
  ++at_;
  do {
    made->names.push_back(ATTEMPT(name()));
  } while (take_sign(","));
  ATTEMPT(expect_sign("|"));
  made->arguments.push_back(ATTEMPT(term()));
  return closed(std::move(made));
}

SqlResult<TermRef> Grammar::word_term() {
  const Token& token = peek();
  const std::uint32_t position = token.begin;
  const bool quoted = token.kind == TokenKind::quoted;
  if (!quoted) {
    const std::string& word = token.text;
    if (word == "null" || word == "true" || word == "false") {
      TermRef made = make(word == "null" ? TermKind::null : TermKind::boolean, position);
      made->text = word;
      ++at_;
      return closed(std::move(made));
    }
    if (word == "case") return case_term();
    if ((word == "cast" || word == "try_cast") && is_sign("(", 1)) return cast_call();
    if (word == "array" && (is_sign("[", 1) || is_sign("(", 1))) return array_term();
    if (word == "map" && is_sign("{", 1)) return map_term();
    if (word == "interval" && (peek(1).kind == TokenKind::string || is_sign("(", 1)))
      return interval_literal();
    if (word == "exists" && is_sign("(", 1)) {
      TermRef made = make(TermKind::exists, position);
      at_ += 2;
      made->query = ATTEMPT(query());
      ATTEMPT(expect_sign(")"));
      return closed(std::move(made));
    }
    if (word == "row" && is_sign("(", 1)) {
      TermRef made = make(TermKind::row, position);
      at_ += 2;
      if (!is_sign(")")) made->arguments = ATTEMPT(terms());
      ATTEMPT(expect_sign(")"));
      return closed(std::move(made));
    }
    if (contains(bare_functions, word) && !is_sign("(", 1)) {
      TermRef made = make(TermKind::call, position);
      made->names = {word};
      made->call = std::make_unique<CallParts>();
      ++at_;
      return closed(std::move(made));
    }
    if (at_type_literal()) {
      TermRef made = make(TermKind::cast, position);
      made->type = ATTEMPT(type_name());
      TermRef text = make(TermKind::string, here());
      text->text = ATTEMPT(string());
      made->arguments.push_back(closed(std::move(text)));
      return closed(std::move(made));
    }
    if (is_reserved(word) && !is_sign("(", 1)) return unexpected_token();
    // Words that only begin clauses are no functions either.
    if (is_reserved(word) && word != "left" && word != "right" && !contains(bare_functions, word) &&
        word != "any" && word != "overlaps" && word != "concurrently" && word != "like" &&
        word != "ilike")
      return unexpected_token();
  }
  Name names;
  names.push_back(tokens_[at_++].text);
  while (is_sign(".")) {
    ++at_;
    if (take_sign("*")) {
      TermRef star = make(TermKind::star, position);
      star->names = std::move(names);
      return closed(std::move(star));
    }
    names.push_back(ATTEMPT(label()));
  }
  if (is_sign("(")) return call(std::move(names), position, quoted);
  TermRef column = make(TermKind::column, position);
  column->names = std::move(names);
  return closed(std::move(column));
}

// A type's name with a string behind it: DATE '…', TIMESTAMP WITH TIME ZONE '…', int '…'.
bool Grammar::at_type_literal() const {
  const std::string& word = peek().text;
  if (is_reserved(word)) return false;
  if (peek(1).kind == TokenKind::string) return word != "secret" && word != "escape";
  if ((word == "timestamp" || word == "time") && (is("with", 1) || is("without", 1)) &&
      is("time", 2) && is("zone", 3))
    return peek(4).kind == TokenKind::string;
  if (word == "double" && is("precision", 1)) return peek(2).kind == TokenKind::string;
  if (word == "character" && is("varying", 1)) return peek(2).kind == TokenKind::string;
  return false;
}

SqlResult<TermRef> Grammar::interval_literal() {
  TermRef made = make(TermKind::cast, here());
  ++at_;
  made->type.name = "interval";
  if (take_sign("(")) {  // a precision
    while (!is_sign(")") && peek().kind != TokenKind::end) ++at_;
    ATTEMPT(expect_sign(")"));
  }
  TermRef text = make(TermKind::string, here());
  text->text = ATTEMPT(string());
  if (peek().kind == TokenKind::word && contains(interval_units, peek().text)) {
    const std::string unit = tokens_[at_++].text;
    const bool bare =
        !text->text.empty() && text->text.find_first_not_of("0123456789.+- ") == std::string::npos;
    if (bare) text->text += " " + unit;
    if (take("to")) ++at_;
  }
  made->arguments.push_back(closed(std::move(text)));
  return closed(std::move(made));
}

SqlResult<TermRef> Grammar::case_term() {
  TermRef made = make(TermKind::choose, here());
  ++at_;
  if (!is("when")) {
    made->has_operand = true;
    made->arguments.push_back(ATTEMPT(term()));
  }
  if (!is("when")) return unexpected_token();
  while (take("when")) {
    made->arguments.push_back(ATTEMPT(term()));
    ATTEMPT(expect("then"));
    made->arguments.push_back(ATTEMPT(term()));
  }
  if (take("else")) {
    made->has_else = true;
    made->arguments.push_back(ATTEMPT(term()));
  }
  ATTEMPT(expect("end"));
  return closed(std::move(made));
}

SqlResult<TermRef> Grammar::cast_call() {
  TermRef made = make(is("cast") ? TermKind::cast : TermKind::try_cast, here());
  at_ += 2;
  made->arguments.push_back(ATTEMPT(term()));
  ATTEMPT(expect("as"));
  made->type = ATTEMPT(type_name());
  ATTEMPT(expect_sign(")"));
  return closed(std::move(made));
}

SqlResult<TermRef> Grammar::array_term() {
  const std::uint32_t position = here();
  if (take("array") && is_sign("(")) {
    ++at_;
    TermRef made = make(TermKind::array_query, position);
    made->query = ATTEMPT(query());
    ATTEMPT(expect_sign(")"));
    return closed(std::move(made));
  }
  // Inner brackets of ARRAY[[…], […]] need no word.
  const Deeper deeper(depth_);
  if (depth_ > depth_max) return refuse("arrays are nested too deeply", here());
  TermRef made = make(TermKind::array, position);
  ATTEMPT(expect_sign("["));
  if (take_sign("]")) return closed(std::move(made));
  do {
    made->arguments.push_back(is_sign("[") ? ATTEMPT(array_term()) : ATTEMPT(term()));
  } while (take_sign(","));
  ATTEMPT(expect_sign("]"));
  return closed(std::move(made));
}

SqlResult<TermRef> Grammar::map_term() {
  TermRef made = make(TermKind::map, here());
  at_ += 2;
  while (!is_sign("}")) {
    made->arguments.push_back(ATTEMPT(term()));
    ATTEMPT(expect_sign(":"));
    made->arguments.push_back(ATTEMPT(term()));
    if (!take_sign(",")) break;
  }
  ATTEMPT(expect_sign("}"));
  return closed(std::move(made));
}

// EXTRACT, SUBSTRING, POSITION, OVERLAY, TRIM in the forms with words; nothing: it is an ordinary
// call. Behind the opening parenthesis.
SqlResult<std::optional<TermRef>> Grammar::special_call(const std::string& name,
                                                        std::uint32_t position) {
  TermRef made = make(TermKind::call, position);
  made->names = {name};
  made->call = std::make_unique<CallParts>();
  auto& arguments = made->arguments;
  const auto finish = [&]() -> SqlResult<std::optional<TermRef>> {
    ATTEMPT(expect_sign(")"));
    return std::optional<TermRef>(closed(std::move(made)));
  };
  if (name == "extract") {
    TermRef field = make(TermKind::string, here());
    field->text = peek().kind == TokenKind::string ? ATTEMPT(string()) : ATTEMPT(label());
    arguments.push_back(closed(std::move(field)));
    if (!take_sign(",")) ATTEMPT(expect("from"));
    arguments.push_back(ATTEMPT(term()));
    return finish();
  }
  if (name == "position") {
    TermRef needle = ATTEMPT(term_above(precedence_like));
    if (take_sign(",")) {  // position(haystack, needle) is RisingWave's
      arguments.push_back(std::move(needle));
      arguments.push_back(ATTEMPT(term()));
      return finish();
    }
    ATTEMPT(expect("in"));
    arguments.push_back(ATTEMPT(term()));
    arguments.push_back(std::move(needle));
    return finish();
  }
  if (name == "substring") {
    arguments.push_back(ATTEMPT(term()));
    if (take("from")) {
      arguments.push_back(ATTEMPT(term()));
      if (take("for")) arguments.push_back(ATTEMPT(term()));
    } else if (take("for")) {
      TermRef one = make(TermKind::number, here());
      one->text = "1";
      arguments.push_back(std::move(one));
      arguments.push_back(ATTEMPT(term()));
    } else {
      while (take_sign(",")) arguments.push_back(ATTEMPT(term()));
    }
    return finish();
  }
  if (name == "overlay") {
    arguments.push_back(ATTEMPT(term()));
    if (take("placing")) {
      arguments.push_back(ATTEMPT(term()));
      ATTEMPT(expect("from"));
      arguments.push_back(ATTEMPT(term()));
      if (take("for")) arguments.push_back(ATTEMPT(term()));
    } else {
      while (take_sign(",")) arguments.push_back(ATTEMPT(term()));
    }
    return finish();
  }
  if (name == "trim") {
    if (take("leading"))
      made->names = {"ltrim"};
    else if (take("trailing"))
      made->names = {"rtrim"};
    else
      take("both");
    TermRef first;
    if (!is("from")) first = ATTEMPT(term());
    if (take("from")) {
      arguments.push_back(ATTEMPT(term()));
      if (first) arguments.push_back(std::move(first));
    } else {
      arguments.push_back(std::move(first));
    }
    while (take_sign(",")) arguments.push_back(ATTEMPT(term()));
    return finish();
  }
  return std::optional<TermRef>();
}

SqlResult<TermRef> Grammar::call(Name names, std::uint32_t position, bool quoted) {
  ATTEMPT(expect_sign("("));
  if (!quoted && names.size() == 1)
    if (auto special = ATTEMPT(special_call(names.front(), position))) return *std::move(special);
  TermRef made = make(TermKind::call, position);
  made->names = std::move(names);
  made->quoted_name = quoted;
  made->call = std::make_unique<CallParts>();
  if (is_sign("*") && is_sign(")", 1)) {
    ++at_;
    made->call->star = true;
  } else if (!is_sign(")")) {
    made->call->distinct = take("distinct");
    if (!made->call->distinct) take("all");
    do {
      take("variadic");
      // name => value
      if (peek().kind == TokenKind::word && is_sign("=>", 1)) at_ += 2;
      made->arguments.push_back(ATTEMPT(term()));
    } while (take_sign(","));
    if (take({"order", "by"})) made->call->order = ATTEMPT(order_items());
    if (take({"ignore", "nulls"})) made->call->ignore_nulls = true;
  }
  ATTEMPT(expect_sign(")"));
  ATTEMPT(call_suffix(*made));
  return closed(std::move(made));
}

// WITHIN GROUP, FILTER, OVER
SqlResult<Unit> Grammar::call_suffix(Term& call) {
  if (take({"within", "group"})) {
    ATTEMPT(expect_sign("("));
    ATTEMPT(expect({"order", "by"}));
    call.call->within_group = ATTEMPT(order_items());
    ATTEMPT(expect_sign(")"));
  }
  if (is("filter") && is_sign("(", 1)) {
    at_ += 2;
    ATTEMPT(expect("where"));
    call.call->filter = ATTEMPT(term());
    ATTEMPT(expect_sign(")"));
  }
  if (take({"ignore", "nulls"})) call.call->ignore_nulls = true;
  if (!is("over")) return Unit{};
  ++at_;
  if (is_sign("(")) {
    ++at_;
    call.call->window = ATTEMPT(window_clause());
    ATTEMPT(expect_sign(")"));
  } else {
    call.call->window_name = ATTEMPT(name());
  }
  return Unit{};
}

SqlResult<WindowClause> Grammar::window_clause() {
  WindowClause window;
  if (at_name() && !is("partition") && !is("range") && !is("rows") && !is("groups") &&
      !is("session"))
    window.base = ATTEMPT(name());
  if (take({"partition", "by"})) window.partition = ATTEMPT(terms());
  if (take({"order", "by"})) window.order = ATTEMPT(order_items());
  if (is("range") || is("rows") || is("groups") || is("session"))
    window.frame = ATTEMPT(frame_clause());
  return window;
}

SqlResult<FrameClause> Grammar::frame_clause() {
  FrameClause frame;
  if (take({"session", "with", "gap"})) {
    frame.unit = FrameUnit::session;
    frame.start.offset = ATTEMPT(term());
    return frame;
  }
  frame.unit = take("range") ? FrameUnit::range : is("rows") ? FrameUnit::rows : FrameUnit::groups;
  if (frame.unit != FrameUnit::range) ++at_;
  if (take("between")) {
    frame.start = ATTEMPT(frame_bound());
    ATTEMPT(expect("and"));
    frame.end = ATTEMPT(frame_bound());
  } else {
    frame.start = ATTEMPT(frame_bound());
  }
  if (!take("exclude")) return frame;
  if (take({"current", "row"}))
    frame.exclusion = "current row";
  else if (take("group"))
    frame.exclusion = "group";
  else if (take("ties"))
    frame.exclusion = "ties";
  else
    ATTEMPT(expect({"no", "others"}));
  return frame;
}

SqlResult<FrameBound> Grammar::frame_bound() {
  FrameBound bound;
  if (take({"current", "row"})) {
    bound.kind = BoundKind::current_row;
    return bound;
  }
  if (take("unbounded")) {
    if (take("preceding")) return bound;
    ATTEMPT(expect("following"));
    bound.kind = BoundKind::unbounded_following;
    return bound;
  }
  bound.offset = ATTEMPT(term());
  if (take("preceding")) {
    bound.kind = BoundKind::preceding;
  } else {
    ATTEMPT(expect("following"));
    bound.kind = BoundKind::following;
  }
  return bound;
}

SqlResult<TypeName> Grammar::type_name() {
  const Deeper deeper(depth_);
  if (depth_ > depth_max) return refuse("types are nested too deeply", here());
  TypeName type;
  type.position = here();
  if (is("struct") && is_sign("<", 1)) {
    at_ += 2;
    type.name = "struct";
    const auto closes = [this] {
      return peek().kind == TokenKind::operator_ &&
             peek().text.find_first_not_of('>') == std::string::npos;
    };
    while (!closes()) {
      std::string field = ATTEMPT(label());
      type.fields.emplace_back(std::move(field), ATTEMPT(type_name()));
      if (!take_sign(",")) break;
    }
    if (!closes()) return unexpected_token();
    if (peek().text.size() > 1)  // ">>" closes two
      tokens_[at_].text.pop_back();
    else
      ++at_;
  } else if (is("map") && is_sign("(", 1)) {
    at_ += 2;
    type.name = "map";
    type.fields.emplace_back("key", ATTEMPT(type_name()));
    ATTEMPT(expect_sign(","));
    type.fields.emplace_back("value", ATTEMPT(type_name()));
    ATTEMPT(expect_sign(")"));
  } else {
    if (peek().kind == TokenKind::word && is_reserved(peek().text)) return unexpected_token();
    type.name = ATTEMPT(label());
    while (take_sign(".")) type.name = ATTEMPT(label());  // pg_catalog.int4
    if (type.name == "double" && take("precision"))
      type.name = "double precision";
    else if ((type.name == "character" || type.name == "char" || type.name == "bit" ||
              type.name == "nchar") &&
             take("varying"))
      type.name += " varying";
    else if (type.name == "national" && (take("character") || take("char")))
      type.name = take("varying") ? "character varying" : "character";
    if (is_sign("(")) {
      ++at_;
      do {
        if (peek().kind != TokenKind::number) return unexpected_token();
        type.modifiers.push_back(std::atoi(tokens_[at_++].text.c_str()));
      } while (take_sign(","));
      ATTEMPT(expect_sign(")"));
    }
    if (type.name == "timestamp" || type.name == "time") {
      if (take({"with", "time", "zone"}))
        type.name += " with time zone";
      else
        take({"without", "time", "zone"});
    }
    if (type.name == "interval" && peek().kind == TokenKind::word &&
        contains(interval_units, peek().text)) {
      ++at_;
      if (take("to")) ++at_;
    }
  }
  for (;;) {
    if (is_sign("[")) {
      ++at_;
      if (peek().kind == TokenKind::number) ++at_;
      ATTEMPT(expect_sign("]"));
      ++type.dimensions;
    } else if (is("array")) {
      ++at_;
      if (take_sign("[")) {
        if (peek().kind == TokenKind::number) ++at_;
        ATTEMPT(expect_sign("]"));
      }
      ++type.dimensions;
    } else {
      return type;
    }
  }
}

SqlResult<Name> Grammar::qualified_name_or_default() {
  Name names;
  names.push_back(ATTEMPT(label()));
  while (take_sign(".")) names.push_back(ATTEMPT(label()));
  return names;
}

}  // namespace levada::sql
