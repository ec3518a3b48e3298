#include "timestream/last_points.h"

#include <utility>

namespace levada::timestream {
namespace {

// What a point needs in memory; an entry of the map is about 96 bytes without its measures.
std::size_t bytes_of(const LastPoint& point) {
  return 96 + point.measures.capacity() * sizeof(StoredMeasure);
}

}  // namespace

const LastPoint* LastPoints::find(std::uint32_t series) const {
  const auto at = points_.find(series);
  return at == points_.end() ? nullptr : &at->second;
}

void LastPoints::put(std::uint32_t series, LastPoint point) {
  const std::size_t size = bytes_of(point);
  if (const auto at = points_.find(series); at != points_.end()) erase(at);
  if (size > bytes_max_) return;
  while (bytes_ + size > bytes_max_) erase(points_.begin());  // any one: all can be read again
  bytes_ += size;
  points_.emplace(series, std::move(point));
}

void LastPoints::expire(std::int64_t before) {
  for (auto at = points_.begin(); at != points_.end();)
    at = at->second.time < before ? erase(at) : std::next(at);
}

LastPoints::Points::iterator LastPoints::erase(Points::iterator at) {
  bytes_ -= bytes_of(at->second);
  return points_.erase(at);
}

}  // namespace levada::timestream
