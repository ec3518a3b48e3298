#pragma once
// Types in expressions by PostgreSQL's rules (manual, chapter 10): which function a call means,
// which type several values have in common, how a value becomes another type. Internal to sql/.

#include <optional>
#include <string_view>
#include <vector>

#include "query/expression.h"
#include "query/functions.h"
#include "query/text.h"
#include "sql/syntax.h"

namespace levada::sql {

using query::ExpressionRef;
using query::SqlResult;
using query::Type;
using query::TypeKind;

// What $1, $2, … turned out to be; unknown ones take the type that is first asked of them.
struct ParameterTypes {
  std::vector<Type> types;
  Type& at(std::size_t index) {
    if (index >= types.size()) types.resize(index + 1);
    return types[index];
  }
};

class Coercion {
 public:
  // `text`: what the positions of errors point into.
  Coercion(ParameterTypes& parameters, query::TextStyle style, std::string_view text)
      : parameters_(parameters), style_(style), text_(text) {}

  // An untyped literal; errors of its later type point at it.
  ExpressionRef literal(std::string_view value, std::uint32_t position);

  // The value as that type. Untyped literals and parameters become it; others are cast if the
  // context allows. Errors: 42846, and those of the literal's text.
  SqlResult<ExpressionRef> to(ExpressionRef value, const Type& type,
                              query::CastContext context) const;
  // An untyped value that nothing asks a type of is text.
  SqlResult<ExpressionRef> settled(ExpressionRef value) const;
  // The values as the one type they have in common (CASE, UNION, VALUES, ARRAY). `what` is named in
  // errors.
  SqlResult<Type> common(std::vector<ExpressionRef>& values, std::string_view what) const;

  // A call of a scalar function or operator. Errors: 42883, 42725.
  SqlResult<ExpressionRef> call(std::string_view name, std::vector<ExpressionRef> arguments,
                                bool is_operator = false) const;

  // A signature chosen among several.
  struct Signature {
    query::ArgumentKinds kinds;
    std::uint32_t lists = 0;
    bool variadic = false;
  };
  // The index of the signature that the arguments mean, which are coerced to it. nullopt: none.
  SqlResult<std::optional<std::size_t>> choose(const std::vector<Signature>& signatures,
                                               std::vector<ExpressionRef>& arguments) const;

 private:
  ParameterTypes& parameters_;
  query::TextStyle style_;
  std::string_view text_;
  std::vector<std::pair<ExpressionRef, std::uint32_t>> literals_;  // where they stand, in bytes
};

// The type that two have in common; nullopt: none.
std::optional<Type> common_type(const Type& a, const Type& b);

// "f(integer, unknown)", for messages.
std::string signature_text(std::string_view name, const std::vector<ExpressionRef>& arguments);

}  // namespace levada::sql
