// Names of types, and interval literals, whose units are words of both.

#include <algorithm>
#include <cstdlib>

#include "sql/grammar.h"

namespace levada::sql {
namespace {

constexpr std::string_view interval_units[] = {"year",    "month",   "day",    "hour", "minute",
                                               "second",  "years",   "months", "days", "hours",
                                               "minutes", "seconds", "week",   "weeks"};

}  // namespace

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
    if (take("to"))
      ++at_;  // the text says it all: '1-2' YEAR TO MONTH
    else if (bare)
      text->text += " " + unit;
  }
  made->arguments.push_back(closed(std::move(text)));
  return closed(std::move(made));
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
