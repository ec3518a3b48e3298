#pragma once
// ParquetReader: files that UNLOAD wrote, row group by row group: flat columns, data pages of both
// versions, plain or by dictionary, plain or in gzip. Other encodings, other codecs and nested
// columns are refused by name. No size in a file is believed before it was checked.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace levada::timestream {

enum class ParquetType : std::uint8_t { boolean, whole, real, text, timestamp };

struct ParquetColumn {
  std::string name;
  ParquetType type;
};

// The values of one column in one row group.
struct ParquetValues {
  std::vector<std::uint8_t> present;  // by row
  // By row where one is present: a number, nanoseconds, the bits of a double, 0 or 1; the place of
  // a text.
  std::vector<std::int64_t> bits;
  std::vector<std::string_view> texts;
};

class ParquetReader {
 public:
  // The file outlives the reader. Errors: corrupt, unsupported.
  static Result<ParquetReader> open(ByteView file);

  const std::vector<ParquetColumn>& columns() const { return columns_; }
  std::uint64_t rows() const;

  struct Rows {
    std::size_t size = 0;
    std::vector<ParquetValues> columns;
    std::deque<Buffer> pages = {};  // texts look into them, or into the file
  };
  std::size_t groups() const { return groups_.size(); }
  // Errors: corrupt, unsupported.
  Result<Rows> read(std::size_t group) const;

 private:
  struct Physical {  // of a column
    std::int32_t type = 0;
    bool optional = false;
    std::int64_t unit = 1;  // nanoseconds, of timestamps
  };
  struct Chunk {
    std::int32_t codec = 0;
    std::uint64_t offset = 0, size = 0, values = 0;
  };
  struct Group {
    std::uint64_t rows = 0;
    std::vector<Chunk> chunks;
  };
  class ChunkReader;

  explicit ParquetReader(ByteView file) : file_(file) {}
  Result<Unit> read_footer();

  ByteView file_;
  std::vector<ParquetColumn> columns_;
  std::vector<Physical> physical_;
  std::vector<Group> groups_;
};

}  // namespace levada::timestream
