#pragma once
// A block: up to block_rows_max points of one series, column by column, as segments keep them.
// Columns are decoded when somebody asks for them. Readers trust no byte.

#include <memory>

#include "base/result.h"
#include "timestream/number_codec.h"
#include "timestream/series.h"

namespace levada::timestream {

inline constexpr std::size_t block_rows_max = 4096;

// What a column of numbers lies between, so that a reader may leave the block alone.
struct Zone {
  std::uint32_t attribute;
  MeasureType type;
  std::int64_t least, most;  // as bits
  friend bool operator==(const Zone&, const Zone&) = default;
};

// Rows [begin, end) of the series. `types` is by attribute.
void encode_block(const Series& series, const Texts& texts, std::span<const MeasureType> types,
                  std::size_t begin, std::size_t end, Buffer& out, std::vector<Zone>& zones);

class Block {
 public:
  // Errors: corrupt.
  static Result<std::shared_ptr<Block>> open(Buffer bytes);

  // Decodes what was not yet: attributes that `wanted` says (none: all). An attribute beyond its
  // end is not wanted.
  Result<Unit> ensure(const std::vector<bool>* wanted);
  const Series& series() const { return series_; }
  const Texts& texts() const { return texts_; }
  std::size_t memory() const;  // about, with what is decoded so far

 private:
  struct Stored {
    std::uint32_t attribute;
    MeasureType type;
    ByteView presence, values;  // presence empty: in all rows
    bool decoded = false;
  };
  Result<Unit> decode(Stored& stored);

  Buffer bytes_;
  Series series_;
  Texts texts_;
  std::vector<Stored> stored_;
};

}  // namespace levada::timestream
