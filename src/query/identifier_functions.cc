// Functions on names as SQL writes them: Frontend."my table".

#include <cctype>

#include "base/ascii.h"
#include "query/function_table.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

bool begins_name(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) {
  return begins_name(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '$';
}

// Reads one name after the other from a text; PostgreSQL's parse_ident(), strict: nothing but names
// and dots, with spaces around them.
class NameReader {
 public:
  NameReader(Evaluation& evaluation, std::string_view text)
      : evaluation_(evaluation), whole_(text), rest_(text) {}

  Datum read(bool strict) {
    std::vector<Datum> names;
    for (;;) {
      skip_spaces();
      if (!read_name(names)) return Datum::null();
      skip_spaces();
      if (!rest_.starts_with('.')) break;
      rest_.remove_prefix(1);
      after_dot_ = true;
    }
    if (strict && !rest_.empty()) return fail("");
    return evaluation_.list(names);
  }

 private:
  void skip_spaces() {
    while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_.front())) != 0)
      rest_.remove_prefix(1);
  }
  bool read_name(std::vector<Datum>& names) {
    if (rest_.starts_with('"')) return read_quoted(names);
    if (rest_.empty() || !begins_name(rest_.front())) {
      fail(after_dot_               ? "No valid identifier after \".\"."
           : rest_.starts_with('.') ? "No valid identifier before \".\"."
                                    : "");
      return false;
    }
    std::size_t size = 1;
    while (size < rest_.size() && continues_name(rest_[size])) ++size;
    names.push_back(evaluation_.text(lowered(rest_.substr(0, size))));
    rest_.remove_prefix(size);
    return true;
  }
  bool read_quoted(std::vector<Datum>& names) {
    std::string name;
    for (std::size_t at = 1; at < rest_.size(); ++at) {
      if (rest_[at] != '"') {
        name += rest_[at];
      } else if (rest_.substr(at + 1).starts_with('"')) {
        name += '"';
        ++at;
      } else {
        if (name.empty()) return fail("Quoted identifier must not be empty."), false;
        names.push_back(evaluation_.text(name));
        rest_.remove_prefix(at + 1);
        return true;
      }
    }
    return fail("String has unclosed double quotes."), false;
  }
  Datum fail(std::string_view detail) {
    SqlError error;
    error.sqlstate = sqlstate::invalid_parameter_value;
    error.message = "string is not a valid identifier: \"" + std::string(whole_) + '"';
    error.detail = detail;
    return evaluation_.fail(std::move(error));
  }

  Evaluation& evaluation_;
  const std::string_view whole_;
  std::string_view rest_;
  bool after_dot_ = false;
};

Datum parse_ident(Evaluation& evaluation, const CallSite&, Arguments a) {
  return NameReader(evaluation, a[0].text()).read(a.size() < 2 || a[1].boolean());
}

// The oid that a relation's name has; NULL where there is no such relation.
Datum to_regclass(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto& oid_of = evaluation.facts().oid_of;
  const auto oid = oid_of ? oid_of(a[0].text()) : std::nullopt;
  return oid ? Datum::of(*oid) : Datum::null();
}

Datum to_regnamespace(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto& oid_of = evaluation.facts().schema_oid_of;
  const auto oid = oid_of ? oid_of(a[0].text()) : std::nullopt;
  return oid ? Datum::of(*oid) : Datum::null();
}
// 'name'::regnamespace: there must be one.
Datum namespace_named(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const Datum oid = to_regnamespace(evaluation, site, a);
  if (!oid.is_null()) return oid;
  return evaluation.fail(sqlstate::invalid_schema_name,
                         "schema \"" + std::string(a[0].text()) + "\" does not exist");
}

constinit const Function identifier_rows[] = {
    {"parse_ident", {varchar}, varchar, parse_ident, true, false, Volatility::pure, result_list},
    {"parse_ident",
     {varchar, boolean},
     varchar,
     parse_ident,
     true,
     false,
     Volatility::pure,
     result_list},
    {"to_regclass", {varchar}, int4, to_regclass, true, false, Volatility::stable},
    {"to_regnamespace", {varchar}, int4, to_regnamespace, true, false, Volatility::stable},
    {"regnamespace", {varchar}, int4, namespace_named, true, false, Volatility::stable},
};

}  // namespace

std::span<const Function> identifier_functions() { return identifier_rows; }

}  // namespace levada::query
