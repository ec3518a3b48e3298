#pragma once
// Expressions that tests write down.

#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "query/expression.h"
#include "query/functions.h"

namespace levada::query {

// A call of the function that has exactly these arguments; there must be one.
inline ExpressionRef apply(std::string_view name, std::vector<ExpressionRef> arguments) {
  std::vector<Type> types;
  for (const auto& argument : arguments) types.push_back(argument->type);
  const Function* function = exact_function(name, types);
  CHECK(function != nullptr);
  return call(*function, *result_type(*function, types), std::move(arguments));
}

}  // namespace levada::query
