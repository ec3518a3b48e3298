#include "kinesis/shard_id.h"

#include <charconv>
#include <cstring>

namespace levada::kinesis {

char* write_shard_id(catalog::ShardIndex index, char* to) {
  std::memcpy(to, "shardId-000000000000", shard_id_size);
  char digits[10];
  const auto end = std::to_chars(digits, digits + sizeof digits, index.value()).ptr;
  const auto size = static_cast<std::size_t>(end - digits);
  std::memcpy(to + shard_id_size - size, digits, size);
  return to + shard_id_size;
}

std::string shard_id(catalog::ShardIndex index) {
  std::string text(shard_id_size, '\0');
  write_shard_id(index, text.data());
  return text;
}

std::optional<catalog::ShardIndex> parse_shard_id(std::string_view text) {
  const std::size_t dash = text.find('-');
  const std::string_view digits = dash == text.npos ? text : text.substr(dash + 1);
  if (digits.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (value > 2'147'483'647) return std::nullopt;
  }
  return catalog::ShardIndex(static_cast<std::uint32_t>(value));
}

}  // namespace levada::kinesis
