#pragma once
// Accumulator: one aggregate of one group, kept up to date while rows come (weight > 0) and go
// (weight < 0).

#include <cstdint>
#include <memory>
#include <span>

#include "query/evaluation.h"
#include "query/functions.h"

namespace levada::query {

class Accumulator {
 public:
  virtual ~Accumulator() = default;
  // The data outlive the call only as far as the accumulator copies them.
  virtual void add(std::span<const Datum> arguments, std::int64_t weight) = 0;
  // Into the evaluation's memory; may be asked again after more rows.
  virtual Datum result(Evaluation& evaluation) const = 0;
};

// Rows never leave: min and max need no history.
std::unique_ptr<Accumulator> append_only_accumulator(const AggregateFunction& function,
                                                     std::span<const Type> arguments);

}  // namespace levada::query
