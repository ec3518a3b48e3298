#pragma once
// The functions of all tables by name, with signatures taken apart.

#include <string>
#include <string_view>
#include <vector>

#include "timestream/sql/expression.h"

namespace levada::timestream::sql {

struct Overload {
  std::vector<Type> arguments;  // `unknown` with a field named "T" stands for any type
  bool repeats = false;
  Type result;
  const Function* function;
};

// Null when there is no function of that name.
const std::vector<Overload>* overloads_of(const std::string& name);

// The overload that takes these types with the least conversion; null when none does. `types`
// become what its arguments are, `result` its type.
const Overload* choose(const std::vector<Overload>& overloads, std::vector<Type>& types,
                       Type& result);

}  // namespace levada::timestream::sql
