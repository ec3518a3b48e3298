#pragma once
// LastPoints: the newest point of each series, of those that lie in segments, so that whoever asks
// for last values opens no block. What memtables hold is newer, or another version, and not here.
// A cache: a series may be missing, then its last block is read. Texts are left out: those who ask
// for texts go through rows.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "timestream/series.h"

namespace levada::timestream {

inline constexpr std::size_t last_points_bytes_max = 16 << 20;  // of one table

struct LastPoint {
  std::int64_t time = 0, version = 0;
  std::vector<StoredMeasure> measures = {};  // no texts
};

class LastPoints {
 public:
  explicit LastPoints(std::size_t bytes_max = last_points_bytes_max) : bytes_max_(bytes_max) {}

  // Good until something is put or erased. Null: it is not known.
  const LastPoint* find(std::uint32_t series) const;
  // Others give way when there is no room.
  void put(std::uint32_t series, LastPoint point);
  // Those before that time are forgotten.
  void expire(std::int64_t before);

  std::size_t size() const { return points_.size(); }
  std::size_t bytes() const { return bytes_; }  // about

 private:
  using Points = std::unordered_map<std::uint32_t, LastPoint>;
  Points::iterator erase(Points::iterator at);

  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  Points points_;
};

}  // namespace levada::timestream
