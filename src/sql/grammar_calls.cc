// What begins with a word: literals with a type, special forms, calls with all that may follow
// them.

#include <algorithm>
#include <utility>

#include "sql/grammar.h"

namespace levada::sql {
namespace {

// Functions that are called without parentheses.
constexpr std::string_view bare_functions[] = {
    "current_catalog", "current_date",      "current_role", "current_schema",
    "current_time",    "current_timestamp", "current_user", "localtime",
    "localtimestamp",  "session_user",      "user"};

}  // namespace

// array_transform(list, |x| term), its list read twice: CASE WHEN list IS NULL THEN NULL ELSE
// COALESCE((SELECT array_agg(term ORDER BY n) FROM unnest(list) WITH ORDINALITY AS _(x, n)), '{}')
// END.
TermRef Grammar::transformed(TermRef list, TermRef again, TermRef lambda) const {
  const std::uint32_t position = lambda->position;
  const auto named = [&](const char* name) {
    TermRef made = make(TermKind::column, position);
    made->names = {name};
    return made;
  };
  const auto called = [&](const char* name) {
    TermRef made = make(TermKind::call, position);
    made->names = {name};
    made->call = std::make_unique<CallParts>();
    return made;
  };
  constexpr const char* number = "?ordinality?";  // nobody writes such a name
  auto elements = std::make_unique<TableRef>();
  elements->kind = TableRef::Kind::function;
  elements->position = position;
  TermRef unnest = called("unnest");
  unnest->arguments.push_back(std::move(again));
  elements->functions.push_back(std::move(unnest));
  elements->ordinality = true;
  elements->alias = "?elements?";
  elements->columns = {lambda->names.front(), number};
  TermRef gathered = called("array_agg");
  gathered->arguments.push_back(std::move(lambda->arguments.front()));
  gathered->call->order.push_back({named(number), false, std::nullopt});
  Select select;
  select.position = position;
  select.items.push_back({std::move(gathered), {}});
  select.from.push_back(std::move(elements));
  auto query = std::make_shared<Query>();
  query->position = position;
  query->body = std::move(select);
  TermRef subquery = make(TermKind::subquery, position);
  subquery->query = std::move(query);
  TermRef none = make(TermKind::string, position);
  none->text = "{}";
  TermRef all = called("coalesce");
  all->arguments.push_back(std::move(subquery));
  all->arguments.push_back(std::move(none));
  TermRef is_null = make(TermKind::is, position);
  is_null->text = "null";
  is_null->arguments.push_back(std::move(list));
  TermRef made = make(TermKind::choose, position);
  made->has_else = true;
  made->arguments.push_back(std::move(is_null));
  made->arguments.push_back(make(TermKind::null, position));
  made->arguments.push_back(std::move(all));
  return closed(std::move(made));
}

// map_filter(map, |k, v| condition): (SELECT map_from_entries(array_agg(ROW(k, v) ORDER BY n)) FROM
// unnest(map_entries(map)) WITH ORDINALITY AS _(k, v, n) WHERE condition). Where no entry is left
// it is NULL, as RisingWave has it.
TermRef Grammar::filtered(TermRef map, TermRef lambda) const {
  const std::uint32_t position = lambda->position;
  const auto named = [&](const std::string& name) {
    TermRef made = make(TermKind::column, position);
    made->names = {name};
    return made;
  };
  const auto called = [&](const char* name, TermRef argument) {
    TermRef made = make(TermKind::call, position);
    made->names = {name};
    made->call = std::make_unique<CallParts>();
    made->arguments.push_back(std::move(argument));
    return made;
  };
  constexpr const char* number = "?ordinality?";  // nobody writes such a name
  auto entries = std::make_unique<TableRef>();
  entries->kind = TableRef::Kind::function;
  entries->position = position;
  entries->functions.push_back(called("unnest", called("map_entries", std::move(map))));
  entries->ordinality = true;
  entries->alias = "?entries?";
  entries->columns = {lambda->names[0], lambda->names[1], number};
  TermRef entry = make(TermKind::row, position);
  entry->arguments.push_back(named(lambda->names[0]));
  entry->arguments.push_back(named(lambda->names[1]));
  TermRef gathered = called("array_agg", std::move(entry));
  gathered->call->order.push_back({named(number), false, std::nullopt});
  Select select;
  select.position = position;
  select.items.push_back({called("map_from_entries", std::move(gathered)), "map_filter"});
  select.from.push_back(std::move(entries));
  select.where = std::move(lambda->arguments.front());
  auto query = std::make_shared<Query>();
  query->position = position;
  query->body = std::move(select);
  TermRef made = make(TermKind::subquery, position);
  made->query = std::move(query);
  return closed(std::move(made));
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
    if (word == "aggregate" && is_sign(":", 1) && peek(2).kind == TokenKind::word &&
        is_sign("(", 3)) {
      at_ += 2;
      TermRef made = ATTEMPT(call({tokens_[at_++].text}, position, true));
      made->call->as_aggregate = true;
      return made;
    }
    if (at_type_literal()) {
      TermRef made = make(TermKind::cast, position);
      made->type = ATTEMPT(type_name());
      if (made->type.name == "char" || made->type.name == "character") made->type.name = "bpchar";
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
      // FROM a pattern, or FROM a place FOR a length.
      if (peek().kind == TokenKind::string && is_sign(")", 1)) made->names = {"substring_by"};
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

// make_interval(days => 10): every field that is not told is 0.
SqlResult<Unit> Grammar::complete_make_interval(Term& call) const {
  constexpr std::string_view fields[] = {"years", "months", "weeks", "days",
                                         "hours", "mins",   "secs"};
  std::vector<TermRef> all(std::size(fields));
  auto& names = call.call->argument_names;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const auto* field = names[i].empty() ? fields + std::min(i, std::size(fields))
                                         : std::find(fields, std::end(fields), names[i]);
    if (field == std::end(fields))
      return refuse("make_interval has no such argument", call.arguments[i]->position);
    all[static_cast<std::size_t>(field - fields)] = std::move(call.arguments[i]);
  }
  for (TermRef& one : all) {
    if (one != nullptr) continue;
    one = make(TermKind::number, call.position);
    one->text = "0";
  }
  call.arguments = std::move(all);
  names.clear();
  return Unit{};
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
    const std::size_t first = at_;
    made->call->distinct = take("distinct");
    if (!made->call->distinct) take("all");
    do {
      if (made->call->variadic) return unexpected_token();
      made->call->variadic = take("variadic");
      std::string given_name;
      if (peek().kind == TokenKind::word && is_sign("=>", 1)) {
        given_name = peek().text;
        at_ += 2;
      }
      made->call->argument_names.push_back(std::move(given_name));
      made->arguments.push_back(ATTEMPT(term()));
    } while (take_sign(","));
    if (made->names.back() == "make_interval") ATTEMPT(complete_make_interval(*made));
    auto& given = made->arguments;
    if (made->names.back() == "array_transform" && given.size() == 2 &&
        given[1]->kind == TermKind::lambda && given[1]->names.size() == 1) {
      const std::size_t behind = std::exchange(at_, first);
      TermRef again = ATTEMPT(term());
      at_ = behind;
      ATTEMPT(expect_sign(")"));
      return transformed(std::move(given[0]), std::move(again), std::move(given[1]));
    }
    if (made->names.back() == "map_filter" && given.size() == 2 &&
        given[1]->kind == TermKind::lambda && given[1]->names.size() == 2) {
      ATTEMPT(expect_sign(")"));
      return filtered(std::move(given[0]), std::move(given[1]));
    }
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

}  // namespace levada::sql
