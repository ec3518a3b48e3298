// What concerns a session alone: settings and cursors.

#include <charconv>

#include "sql/grammar.h"

namespace levada::sql {

SqlResult<Statement> Grammar::set() {
  ++at_;
  Statement made;
  SetParameter set;
  set.is_local = take("local");
  if (!set.is_local) take("session");
  if (take({"time", "zone"})) {
    set.name = "timezone";
    if (take("local")) {
      made.form = std::move(set);
      return made;
    }
    if (take("interval")) {
      set.values.push_back(ATTEMPT(string()));
      while (peek().kind == TokenKind::word) ++at_;
      made.form = std::move(set);
      return made;
    }
  } else if (is("transaction") || are({"characteristics", "as", "transaction"})) {
    while (peek().kind == TokenKind::word || is_sign(",")) ++at_;
    set.name = "transaction";
    made.form = std::move(set);
    return made;
  } else if (take("names")) {
    set.name = "client_encoding";
  } else if (take({"session", "authorization"}) || take("authorization")) {
    set.name = "session_authorization";
  } else {
    set.name = ATTEMPT(label());
    while (take_sign(".")) set.name += "." + ATTEMPT(label());
    if (!take_sign("=")) take("to");
  }
  if (take("default")) {
    made.form = std::move(set);
    return made;
  }
  do {
    set.values.push_back(ATTEMPT(option_value()));
  } while (take_sign(","));
  made.form = std::move(set);
  return made;
}

SqlResult<DeclareCursor> Grammar::declare() {
  ++at_;
  DeclareCursor cursor;
  cursor.name = ATTEMPT(label());
  const bool subscribes = take("subscription");
  if (!is("cursor")) {
    while (peek().kind == TokenKind::word && !is("for")) ++at_;
  } else {
    ++at_;
    while (peek().kind == TokenKind::word && !is("for")) ++at_;
  }
  ATTEMPT(expect("for"));
  if (!subscribes) {
    cursor.query_begin = here();
    cursor.query = ATTEMPT(query());
    cursor.query_end = last_end();
    return cursor;
  }
  cursor.subscription = ATTEMPT(qualified_name());
  if (take("since")) {
    const std::string& text = peek().text;
    if (peek().kind == TokenKind::number) {
      const auto read =
          std::from_chars(text.data(), text.data() + text.size(), cursor.since_millis);
      if (read.ec != std::errc() || read.ptr != text.data() + text.size())
        return refuse("SINCE takes milliseconds since 1970", here());
      cursor.since = DeclareCursor::Since::millis;
    } else if (is("begin")) {
      cursor.since = DeclareCursor::Since::begin;
    } else if (!is("now") && !is("proctime")) {
      return refuse("expected: SINCE now() | proctime() | begin() | milliseconds", here());
    }
    ++at_;
    if (cursor.since != DeclareCursor::Since::millis) {
      ATTEMPT(expect_sign("("));
      ATTEMPT(expect_sign(")"));
    }
  }
  cursor.full = take("full");
  return cursor;
}

// A count of FETCH and MOVE, which may be negative.
std::optional<std::int64_t> Grammar::signed_number() {
  const bool negative = is_sign("-");
  const std::size_t ahead = negative || is_sign("+") ? 1 : 0;
  if (peek(ahead).kind != TokenKind::number) return std::nullopt;
  const std::string& text = peek(ahead).text;
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  at_ += ahead + 1;
  return negative ? -value : value;
}

SqlResult<Fetch> Grammar::fetch() {
  using Direction = Fetch::Direction;
  Fetch made;
  made.moves_only = is("move");
  ++at_;
  const auto single = [&](Direction direction, std::int64_t offset) {
    made.direction = direction;
    made.offset = offset;
  };
  if (take("first")) {
    single(Direction::absolute, 1);
  } else if (take("last")) {
    single(Direction::absolute, -1);
  } else if (is("absolute") || is("relative")) {
    const bool absolute = take("absolute");
    if (!absolute) take("relative");
    const auto offset = signed_number();
    if (!offset) return unexpected_token();
    single(absolute ? Direction::absolute : Direction::relative, *offset);
  } else if (take("prior")) {
    made.direction = Direction::backward;
  } else if (!take("next")) {
    if (take("backward"))
      made.direction = Direction::backward;
    else
      take("forward");
    if (take("all")) {
      made.all = true;
    } else if (const auto count = signed_number()) {
      const bool back = (*count < 0) != (made.direction == Direction::backward);
      made.direction = back ? Direction::backward : Direction::forward;
      made.count = static_cast<std::uint64_t>(*count < 0 ? -*count : *count);
      if (*count == 0) single(Direction::relative, 0);
    }
  }
  if (!take("from")) take("in");
  made.name = ATTEMPT(label());
  if (take("with")) made.options = ATTEMPT(options_in_parentheses());
  return made;
}

}  // namespace levada::sql
