#include "connect/sink_positions.h"

#include <algorithm>
#include <set>

namespace levada::connect {

std::string text_of(const SequenceNumbers& positions) {
  std::string text;
  for (const auto& [shard, number] : positions)
    text += (text.empty() ? "" : ",") + shard + " " + number;
  return text;
}

SequenceNumbers positions_of(std::string_view text) {
  SequenceNumbers positions;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view one = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (const std::size_t blank = one.find(' '); blank != std::string_view::npos)
      positions.emplace(one.substr(0, blank), one.substr(blank + 1));
  }
  return positions;
}

bool is_below(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

std::vector<ShardInfo> parents_first(std::vector<ShardInfo> shards) {
  std::vector<ShardInfo> ordered;
  std::set<std::string> waiting;
  for (const ShardInfo& shard : shards) waiting.insert(shard.id);
  while (!shards.empty()) {
    const auto ready = std::stable_partition(shards.begin(), shards.end(), [&](const auto& one) {
      return !waiting.contains(one.parent) && !waiting.contains(one.adjacent_parent);
    });
    const auto end = ready == shards.begin() ? shards.end() : ready;
    for (auto at = shards.begin(); at != end; ++at) {
      waiting.erase(at->id);
      ordered.push_back(*at);
    }
    shards.erase(shards.begin(), end);
  }
  return ordered;
}

}  // namespace levada::connect
