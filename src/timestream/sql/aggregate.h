#pragma once
// Aggregates: what folds the rows of a group into one value.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "timestream/sql/expression.h"

namespace levada::timestream::sql {

class Aggregate {
 public:
  virtual ~Aggregate() = default;
  virtual void add(std::span<const Value> arguments) = 0;
  virtual Value result(Runtime& runtime) = 0;
};

struct AggregateKind {
  Type result;
  std::vector<Type> arguments;  // what they are converted to
  std::function<std::unique_ptr<Aggregate>()> make;
  bool keeps = false;  // every value that it is given
};

bool is_aggregate(const std::string& name);
// Nothing when the function does not take these types.
std::optional<AggregateKind> aggregate_of(const std::string& name, const std::vector<Type>& types);

}  // namespace levada::timestream::sql
