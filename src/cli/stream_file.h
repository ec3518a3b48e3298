#pragma once
// The files of `levada stream export` and `import`: a shard's records as lines of JSON
// (docs/formats/stream-export.md). A file that ends in the middle of a line is as good as one that
// ends before it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/uint128.h"
#include "cli/document.h"

namespace levada::cli {

// The first line: whose records these are.
struct ExportHeader {
  std::string stream_arn;
  std::string shard;
  std::string first_hash_key, last_hash_key;  // decimal

  std::string line() const;
  static Result<ExportHeader> read(std::string_view line);
};

// One record, as GetRecords has it. A producer's explicit hash key is not kept by Kinesis; where
// the partition key alone would lead to another shard, the exported one says where it was.
struct ExportRecord {
  std::string sequence_number;
  std::string arrival;  // seconds, as the service wrote them
  std::string partition_key;
  bool keyless = false;
  std::string explicit_hash_key;  // empty: the partition key leads there
  std::string data;               // base64

  std::string line() const;
  static Result<ExportRecord> read(std::string_view line);
};

// The decimal key that brings a record into [first, last]; empty when its partition key does.
std::string key_to_reach(std::string_view partition_key, std::string_view first_hash_key,
                         std::string_view last_hash_key);

// Reads a file line by line, whole lines only.
class LineReader {
 public:
  static Result<LineReader> open(const std::string& path, std::uint64_t from = 0);
  // Nothing at the end, also before a torn line. Valid until the next call.
  Result<std::optional<std::string_view>> next();
  std::uint64_t position() const { return position_; }  // behind the last line given
  std::uint64_t size() const { return size_; }

  LineReader(LineReader&& other) noexcept;
  LineReader& operator=(LineReader&&) = delete;
  ~LineReader();

 private:
  LineReader(int file, std::uint64_t from, std::uint64_t size)
      : file_(file), position_(from), size_(size) {}

  int file_;
  std::uint64_t position_, size_;
  std::string buffer_;
  std::size_t at_ = 0;
};

}  // namespace levada::cli
