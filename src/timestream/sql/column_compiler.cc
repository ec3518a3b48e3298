// Compiler: what names mean: columns, arguments of lambdas and members of rows.

#include <algorithm>

#include "timestream/sql/expression.h"

namespace levada::timestream::sql {

Result<std::optional<std::size_t>> find_column(const Scope& scope, const Node& node) {
  std::optional<std::size_t> found;
  bool exact = false;
  for (std::size_t i = 0; i < scope.size(); ++i) {
    if (!node.qualifier.empty() && !same_name(scope[i].qualifier, node.qualifier)) continue;
    if (!same_name(scope[i].name, node.text)) continue;
    const bool same_letters = scope[i].name == node.text;
    if (found && same_letters == exact)
      return refuse_at(node.place,
                       "Column '" +
                           (node.qualifier.empty() ? node.text : node.qualifier + "." + node.text) +
                           "' is ambiguous");
    if (found && exact) continue;
    found = i;
    exact = same_letters;
  }
  return found;
}

std::string signature_in(const Scope& scope, const Node& node) {
  return signature_of(node, [&scope](const Node& column) {
    const auto found = find_column(scope, column);
    return found ? *found : std::nullopt;
  });
}

std::string signature_of_column(std::size_t column) {
  return signature_of({.kind = NodeKind::column, .place = {}},
                      [column](const Node&) { return std::optional(column); });
}

Result<Compiled> Compiler::column(const Node& node) {
  for (std::size_t depth = 0; depth < locals_.size(); ++depth) {
    const auto& names = locals_[locals_.size() - 1 - depth];
    for (std::size_t i = 0; i < names.size(); ++i) {
      const bool whole = node.qualifier.empty() && names[i].name == node.text;
      const bool part = !node.qualifier.empty() && names[i].name == node.qualifier;
      if (!whole && !part) continue;
      Run run = [depth, i](const Frame& f) {
        const Frame* at = &f;
        for (std::size_t n = 0; n < depth; ++n) at = at->outer;
        return at->locals[i];
      };
      if (whole) return Compiled{names[i].type, run};
      for (std::size_t m = 0; m < names[i].type.fields.size(); ++m)
        if (same_name(names[i].type.fields[m].name, node.text))
          return Compiled{names[i].type.fields[m].type, [run, m](const Frame& f) {
                            const Value row = run(f);
                            return row.null() ? Value() : row.list()[m];
                          }};
    }
  }
  const std::string shown = node.qualifier.empty() ? node.text : node.qualifier + "." + node.text;
  const std::optional<std::size_t> found = TRY(find_column(scope_, node));
  if (!found && !node.qualifier.empty()) {  // a member of a row
    for (std::size_t i = 0; i < scope_.size(); ++i) {
      if (!same_name(scope_[i].name, node.qualifier) || !scope_[i].type.is(Kind::row)) continue;
      for (std::size_t m = 0; m < scope_[i].type.fields.size(); ++m)
        if (same_name(scope_[i].type.fields[m].name, node.text))
          return Compiled{scope_[i].type.fields[m].type, [i, m](const Frame& f) {
                            const Value& row = f.row[i];
                            return row.null() ? Value() : row.list()[m];
                          }};
    }
  }
  if (!found && runtime_.outer)
    if (auto outer = runtime_.outer(node)) return std::move(*outer);
  if (!found) return refuse_at(node.place, "Column '" + shown + "' does not exist");
  if (columns_forbidden_)
    return refuse_at(node.place, "'" + shown +
                                     "' must be an aggregate expression or appear in GROUP BY "
                                     "clause");
  const std::size_t place = *found;
  return Compiled{scope_[place].type, [place](const Frame& f) { return f.row[place]; }};
}

Result<Compiled> Compiler::member(const Node& node) {
  Compiled row = TRY(compile(*node.children[0]));
  for (std::size_t m = 0; m < row.type.fields.size(); ++m)
    if (row.type.is(Kind::row) && same_name(row.type.fields[m].name, node.text))
      return Compiled{row.type.fields[m].type,
                      [run = row.run, m](const Frame& f) {
                        const Value value = run(f);
                        return value.null() ? Value() : value.list()[m];
                      },
                      row.constant};
  return refuse_at(node.place, "Column '" + node.text + "' does not exist");
}

}  // namespace levada::timestream::sql
