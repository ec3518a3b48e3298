#pragma once
// The door to chance: request ids, keys, jitter. Simulation replaces it by a seeded sequence.

#include <cstdint>

#include "base/bytes.h"

namespace levada::io {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(MutableByteView bytes) = 0;  // fit for keys and tokens
  virtual std::uint64_t next() = 0;              // fast; not for secrets
};

}  // namespace levada::io
