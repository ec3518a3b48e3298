#include "kinesis/shard_id.h"

#include <cstring>

#include "base/decimal_digits.h"

namespace levada::kinesis {

char* write_shard_id(catalog::ShardIndex index, char* to) {
  const auto upper = static_cast<std::uint32_t>(index.value() / decimal::ten_to_8);  // 0 to 42
  std::memcpy(to, "shardId-0000", shard_id_size - 8);
  to[10] = static_cast<char>('0' + upper / 10);
  to[11] = static_cast<char>('0' + upper % 10);
  decimal::write_8(to + 12, static_cast<std::uint32_t>(index.value() % decimal::ten_to_8));
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
