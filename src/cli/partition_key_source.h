#pragma once
// Where the partition key of a line comes from when the lines of a file become records.

#include <array>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/jmespath.h"

namespace levada::cli {

class PartitionKeySource {
 public:
  // "random", "line", "column:N" (of tabs or commas) or "json:PATH" (a JMESPath).
  static Result<PartitionKeySource> parse(const std::string& text);

  // No line's key says anything of another's: any record may go anywhere.
  bool is_random() const { return kind_ == Kind::random; }

  // The key, of one to 256 characters, until the next call. Errors: a line that is no JSON, a key
  // that is not UTF-8.
  Result<std::string_view> key(std::string_view line);

 private:
  enum class Kind { random, line, column, json };

  Kind kind_ = Kind::random;
  std::size_t column_ = 0;
  std::optional<Jmespath> path_;
  std::mt19937_64 dice_{std::random_device{}()};
  std::array<char, 20> random_key_;  // digits of 64 bits
  std::string key_;
};

}  // namespace levada::cli
