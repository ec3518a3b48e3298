#pragma once
// How often a stream may be changed in 24 hours (spec kinesis 11). The moments are kept in the
// catalog, so that a restart forgives nothing.

#include <algorithm>
#include <vector>

#include "base/time.h"

namespace levada::kinesis {

inline constexpr std::size_t reshardings_a_day_max = 10;         // API_UpdateShardCount
inline constexpr std::size_t mode_changes_a_day_max = 2;         // API_UpdateStreamMode
inline constexpr std::size_t encryption_changes_a_day_max = 25;  // API_StartStreamEncryption

// Forgets what is older than a day. True, and `now` is noted, while there is room; without
// `enforced` there always is, and the oldest moment makes way.
inline bool spend(std::vector<UnixMillis>& history, std::size_t most, UnixMillis now,
                  bool enforced) {
  const UnixMillis yesterday = now - std::chrono::hours(24);
  std::erase_if(history, [=](UnixMillis moment) { return moment <= yesterday; });
  if (history.size() >= most) {
    if (enforced) return false;
    history.erase(history.begin());
  }
  history.push_back(now);
  return true;
}

}  // namespace levada::kinesis
