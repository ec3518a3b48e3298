#include "aws/signature_guard.h"

#include <algorithm>
#include <vector>

namespace levada::aws {
namespace {

constexpr Nanos full = SignatureGuard::failure_forgiven_after * SignatureGuard::failures_max;

std::string pair_of(std::string_view source, std::string_view access_key) {
  std::string pair(source);
  return pair.append(1, ' ').append(access_key);
}

}  // namespace

Nanos SignatureGuard::wait(std::string_view source, std::string_view access_key,
                           MonotonicNanos now) const {
  if (forgiven_.empty()) return Nanos(0);  // the usual case costs nothing
  const auto at = forgiven_.find(pair_of(source, access_key));
  if (at == forgiven_.end()) return Nanos(0);
  // One more failure must fit.
  return std::max(at->second + failure_forgiven_after - full - now, Nanos(0));
}

bool SignatureGuard::failed(std::string_view source, std::string_view access_key,
                            MonotonicNanos now) {
  if (forgiven_.size() >= pairs_max) make_room(now);
  MonotonicNanos& until = forgiven_[pair_of(source, access_key)];
  until = std::max(until, now) + failure_forgiven_after;
  return wait(source, access_key, now) > Nanos(0);
}

void SignatureGuard::make_room(MonotonicNanos now) {
  std::erase_if(forgiven_, [&](const auto& entry) { return entry.second <= now; });
  if (forgiven_.size() < pairs_max) return;
  // Whoever failed least has the least to lose by being forgotten. Many go at once, so that of a
  // flood of sources only one failure in as many pays for the walk.
  std::vector<MonotonicNanos> untils;
  untils.reserve(forgiven_.size());
  for (const auto& [pair, until] : forgiven_) untils.push_back(until);
  const auto last = untils.begin() + (forgotten_at_once - 1);
  std::ranges::nth_element(untils, last);
  std::size_t left = forgotten_at_once;
  std::erase_if(forgiven_, [&](const auto& entry) {
    if (left == 0 || entry.second > *last) return false;
    --left;
    return true;
  });
}

}  // namespace levada::aws
