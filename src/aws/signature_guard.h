#pragma once
// SignatureGuard: slows down who guesses. Counts failed signatures for each pair of source address
// and access key; all keys that nobody has count as one. Bounded memory. One for each reactor.

#include <string>
#include <unordered_map>

#include "base/time.h"

namespace levada::aws {

class SignatureGuard {
 public:
  // A misconfigured client on ten threads repeats a call ten times; a guesser needs more than that.
  static constexpr std::uint32_t failures_max = 100;
  static constexpr Nanos failure_forgiven_after = std::chrono::seconds(1);  // each, one by one
  static constexpr std::size_t pairs_max = 4096;
  static constexpr std::size_t forgotten_at_once = 256;

  // How long this pair must wait; zero: it may try. `access_key` empty: one that nobody has.
  Nanos wait(std::string_view source, std::string_view access_key, MonotonicNanos now) const;
  // True when this failure is the one that begins the wait.
  bool failed(std::string_view source, std::string_view access_key, MonotonicNanos now);

  std::size_t pairs() const { return forgiven_.size(); }

 private:
  void make_room(MonotonicNanos now);
  // When the last of a pair's failures is forgiven: a bucket that leaks at a steady rate.
  std::unordered_map<std::string, MonotonicNanos> forgiven_;
};

}  // namespace levada::aws
