#pragma once
// Accumulator: one aggregate of one group, kept up to date while rows come (weight > 0) and go
// (weight < 0).

#include <cstdint>
#include <memory>
#include <span>

#include "query/evaluation.h"
#include "query/functions.h"
#include "query/state_codec.h"

namespace levada::query {

class Accumulator {
 public:
  virtual ~Accumulator() = default;
  // The data outlive the call only as far as the accumulator copies them.
  virtual void add(std::span<const Datum> arguments, std::int64_t weight) = 0;
  // Into the evaluation's memory; may be asked again after more rows.
  virtual Datum result(Evaluation& evaluation) const = 0;
  // For checkpoints; restored into a fresh one.
  virtual void save(StateWriter& out) const = 0;
  virtual void restore(StateReader& in) = 0;
};

// One that lives for one result only: the operator keeps the rows and hands them over in order.
class CollectingAccumulator : public Accumulator {
 public:
  void save(StateWriter&) const final {}
  void restore(StateReader&) final {}
};

// One whose state is what Self::fields() ties together.
template <class Self>
class KeptAccumulator : public Accumulator {
 public:
  void save(StateWriter& out) const final { out.put(static_cast<const Self&>(*this)); }
  void restore(StateReader& in) final { in.take(static_cast<Self&>(*this)); }
};

// Rows never leave: min and max need no history.
std::unique_ptr<Accumulator> append_only_accumulator(const AggregateFunction& function,
                                                     std::span<const Type> arguments);

}  // namespace levada::query
