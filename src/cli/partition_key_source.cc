#include "cli/partition_key_source.h"

#include <charconv>

#include "cli/exit_code.h"
#include "cli/file.h"
#include "cli/json_text.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

constexpr std::size_t key_characters_max = 256;  // API_PutRecords: "PartitionKey"

// A key needs a character; what has none is put under this one.
constexpr std::string_view empty_key = "-";

std::string_view column_of(std::string_view line, std::size_t column) {
  constexpr std::string_view separators = "\t,";
  for (std::size_t i = 1; i < column && !line.empty(); ++i) {
    const std::size_t end = line.find_first_of(separators);
    line = end == line.npos ? std::string_view() : line.substr(end + 1);
  }
  return line.substr(0, line.find_first_of(separators));
}

std::string_view first_characters(std::string_view text) {
  if (text.size() <= key_characters_max) return text;
  std::string_view rest = text;
  for (std::size_t i = 0; i < key_characters_max && !rest.empty(); ++i) take_character(rest);
  return text.substr(0, text.size() - rest.size());
}

}  // namespace

Result<PartitionKeySource> PartitionKeySource::parse(const std::string& text) {
  constexpr std::string_view column_prefix = "column:";
  constexpr std::string_view json_prefix = "json:";
  PartitionKeySource source;
  if (text == "random") return source;
  if (text == "line") {
    source.kind_ = Kind::line;
    return source;
  }
  if (text.starts_with(column_prefix)) {
    source.kind_ = Kind::column;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] =
        std::from_chars(text.data() + column_prefix.size(), end, source.column_);
    if (error == std::errc{} && stopped == end && source.column_ > 0) return source;
  }
  if (text.starts_with(json_prefix)) {
    source.kind_ = Kind::json;
    source.path_ = TRY(Jmespath::compile(text.substr(json_prefix.size())));
    return source;
  }
  return usage_error("--partition-key-from is random, line, column:N or json:PATH, not \"" + text +
                     '"');
}

Result<std::string_view> PartitionKeySource::key(std::string_view line) {
  std::string_view key;
  switch (kind_) {
    case Kind::random: {
      char* const begin = random_key_.data();
      return std::string_view(begin, std::to_chars(begin, begin + random_key_.size(), dice_()).ptr);
    }
    case Kind::line:
      key = line;
      break;
    case Kind::column:
      key = column_of(line, column_);
      break;
    case Kind::json: {
      const Document value = TRY(read_json(line));
      key_ = python_text(TRY(path_->search(value)));
      key = key_;
    }
  }
  key = first_characters(key);
  if (!is_utf8(key)) return fail_as(ExitCode::usage, "the partition key is not UTF-8");
  return key.empty() ? empty_key : key;
}

}  // namespace levada::cli
